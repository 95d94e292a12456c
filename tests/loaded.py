"""Imports the program, and loads what its commands need, in the process of which `builders.process` forks commands: most of what a command
takes is that."""

from __future__ import annotations

import gc
from pathlib import Path

import builders.process  # noqa: F401

from aggregator.bootstrap import Application, Installation
from aggregator.cli.main import COMMANDS, load
from aggregator.pipeline import articles, refresh, survey  # noqa: F401
from aggregator.pipeline.edition import warm_up
from aggregator.web import receipts, sources  # noqa: F401

for name in COMMANDS:
    load(name)
warm_up(
    Application.of_texts(
        Installation(Path(), Path()), {"feeds.yaml": "sections: [{id: world, places: [europe]}]"}
    ).policy
)
gc.freeze()  # so that those forked share it
