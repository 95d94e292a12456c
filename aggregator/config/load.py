"""Reads the settings from feeds.yaml on disk, or from texts that the database keeps.

pydantic and PyYAML are imported only when a file is really compiled.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aggregator.errors import Problem
from aggregator.model.settings import Settings


def load(path: Path, environ: Mapping[str, str]) -> Settings:
    """Reads the file and those it includes. Raises ConfigError with all errors, in the order of files and lines."""
    from aggregator.config.compile import compile_project
    from aggregator.config.files import disk

    return compile_project(str(path), disk(path), environ)[0]


def parse(texts: Mapping[str, str], main: str, environ: Mapping[str, str]) -> tuple[Settings, tuple[Problem, ...]]:
    """The settings and warnings from texts by name, such as `Settings.texts`; `main` is then `Settings.files[0]`. Reads no file. Raises
    ConfigError."""
    from aggregator.config.compile import compile_project
    from aggregator.config.files import held

    settings, warnings, _ = compile_project(main, held(texts), environ)
    return settings, warnings
