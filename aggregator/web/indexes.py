"""The indexes of sections and of topics."""

from __future__ import annotations

from msgspec import Struct

from aggregator.web.library import Library

FLOOR = 5
"""Minimum number of stories with which the page of topics lists a found topic."""


class IndexRow(Struct, frozen=True):
    """A section or topic in an index. `total`: number of its stories; `recent`: how many of them entered within the last day."""

    id: str
    title: str
    description: str | None
    total: int
    recent: int


def listed(library: Library, kind: str, floor: int = 1) -> list[IndexRow]:
    """Sections or topics in the editor's order; then found topics that have at least `floor` stories."""
    settings = library.in_force().settings
    counts = library.archive.reading.counts(kind, library.seconds() - 86_400)
    configured = settings.sections if kind == "section" else settings.topics
    rows = [IndexRow(one.id, one.title, one.description, *counts.get(one.id, (0, 0))) for one in configured]
    if kind == "topic":
        chosen = {one.id for one in configured}
        found = [(title, id) for id, title in library.in_force().names.topics.items() if id not in chosen]
        rows += [
            IndexRow(id, title, None, *counts[id]) for title, id in sorted(found) if counts.get(id, (0, 0))[0] >= floor
        ]
    return rows
