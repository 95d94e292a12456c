"""Compiles a file or texts to `model.settings`, or raises all problems at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from aggregator.config import schema
from aggregator.config.check import check, lacks_fallback, source_id
from aggregator.config.environment import mask
from aggregator.config.project import Project, Reader, disk, held, read_project
from aggregator.config.publishers import PublisherIndex, publisher_index
from aggregator.errors import ConfigError, Problem, bounded
from aggregator.model import settings as model
from aggregator.model.stream import RulesKind

MOST = 500  # characters in a message


Compilation = tuple[model.Settings, tuple[Problem, ...], tuple[str, ...]]
"""The settings, the warnings, and the names of the environment variables that were used."""


def compile_file(path: Path, environ: Mapping[str, str]) -> Compilation:
    """Reads a file and those that it includes. Raises ConfigError with all errors, in the order of files and lines."""
    return _compile(str(path), disk(path), environ)


def compile_texts(texts: Mapping[str, str], environ: Mapping[str, str]) -> Compilation:
    """From texts by name, the main file first, such as `Settings.texts`. Reads no file. Raises ConfigError."""
    return _compile(next(iter(texts)), held(texts), environ)


def _compile(main: str, read: Reader, environ: Mapping[str, str]) -> Compilation:
    project = read_project(main, read, environ)
    problems = project.problems
    if project.main is not None:
        problems = [*problems, *check(project.main, project.parts, project.sections, environ)]
    order = {name: index for index, name in enumerate(project.texts)}
    problems = sorted(dict.fromkeys(map(_one_line, problems)), key=lambda p: (order.get(p.file, -1), p.line, p.column))
    errors = [problem for problem in problems if not problem.warning]
    if errors or project.main is None:
        raise ConfigError(bounded(errors, len(errors)), main)
    return _settings(project, project.main), bounded(problems, len(problems)), tuple(sorted(project.variables))


def _one_line(problem: Problem) -> Problem:
    """Makes a message safe to print, as it may quote anything from the file: masks secrets in addresses, and escapes line breaks and
    characters that control a terminal."""
    message = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in mask(problem.message))
    return replace(problem, message=message if len(message) <= MOST else f"{message[: MOST - 1]}…")


def _settings(project: Project, main: schema.FeedsFile) -> model.Settings:
    parts = project.parts
    publishers = tuple(
        model.Publisher(entry.name, tuple(entry.aliases), tuple(entry.domains), entry.labels)
        for part in parts
        for entry in part.publishers
    )
    outlets = publisher_index(publishers)
    return model.Settings(
        site=model.Site(**dict(main.site)),
        allow_private=tuple(main.allow_private),
        defaults=model.Defaults(**dict(main.defaults)),
        publishers=publishers,
        sources=tuple(_source(entry, outlets) for part in parts for entry in part.sources),
        sections=_sections([entry for part in parts for entry in part.sections], main),
        topics=tuple(_rules("topic", entry) for part in parts for entry in part.topics),
        overrides=main.stories.overrides,
        epoch=_epoch(project),
        texts=MappingProxyType(dict(project.texts)),
    )


def _epoch(project: Project) -> str:
    """A hash of everything that the settings depend on: names and texts of files, and values that are substituted in them. Secrets are
    substituted later, so they are not part of it."""
    digest = hashlib.sha256()
    main, *included = project.texts.items()
    texts = [(PurePath(main[0]).name, main[1]), *included]  # without the main file's folder, which does not matter
    shown = [(name, project.environ[name]) for name in sorted(project.shown)]
    for name, text in [*texts, *shown]:
        digest.update(f"{len(name)}:{name}{len(text)}:{text}".encode())
    return digest.hexdigest()


def _source(entry: schema.Source, outlets: PublisherIndex) -> model.Source:
    publisher = outlets.canonical(entry.publisher or entry.name)
    told = {"id": source_id(entry), "publisher": publisher, "was": tuple(entry.was)}
    return model.Source(**{**dict(entry), **told}, at=entry.at())


def _rules(kind: RulesKind, entry: schema.Rules) -> model.Rules:
    told: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in entry}
    told["title"] = entry.title or entry.id.replace("-", " ").capitalize()
    return model.Rules(**told, kind=kind, at=entry.at())


def _sections(entries: list[schema.Rules], main: schema.FeedsFile) -> tuple[model.Rules, ...]:
    sections = tuple(_rules("section", entry) for entry in entries)
    if not lacks_fallback(entries):
        return sections
    return (*sections, model.Rules("section", model.FALLBACK, "World", main.at()))
