"""feeds.yaml → Settings: from disk, from texts kept in the database, or from the cache of an earlier reading.

pydantic and PyYAML are imported only when a file is really compiled.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aggregator.errors import Problem
from aggregator.model.settings import Settings


def load(path: Path, environ: Mapping[str, str]) -> Settings:
    """Read the file and those it includes. Raises ConfigError with every problem, in file order."""
    from aggregator.config.compile import compile_project
    from aggregator.config.files import disk

    return compile_project(str(path), disk(path), environ)[0]


def parse(texts: Mapping[str, str], main: str, environ: Mapping[str, str]) -> tuple[Settings, tuple[Problem, ...]]:
    """Settings and warnings of texts by name, such as `Settings.texts` with `Settings.files[0]` as `main`: reads no
    file. Raises ConfigError."""
    from aggregator.config.compile import compile_project
    from aggregator.config.files import held

    settings, warnings, _ = compile_project(main, held(texts), environ)
    return settings, warnings
