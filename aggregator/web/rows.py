"""Rows of the API, some of which pages show, too: stories, items, and the indexes of sections and topics."""

from __future__ import annotations

from msgspec import Struct

from aggregator.model.story import ItemView, StoryView
from aggregator.render.entry import urn
from aggregator.render.fit import fit_address, rfc3339
from aggregator.render.shapes import listed, located
from aggregator.text.fold import fold, lower
from aggregator.web import shapes
from aggregator.web.in_force import InForce
from aggregator.web.library import Library
from aggregator.web.receipts import PinReceipts, why
from aggregator.web.related import Relative, Relatives
from aggregator.web.times import month_of

FLOOR = 5
"""Minimum number of stories with which the page of topics lists a found topic."""


class IndexRow(Struct, frozen=True):
    """A section or topic in an index. `total`: number of its stories; `recent`: how many of them entered within the last day."""

    id: str
    title: str
    description: str | None
    total: int
    recent: int


def index_rows(library: Library, kind: str, floor: int = 1) -> list[IndexRow]:
    """Sections or topics in the editor's order; then found topics that have at least `floor` stories."""
    settings = library.in_force().settings
    counts = library.archive.reading.counts(kind, library.seconds() - 86_400)
    configured = settings.sections if kind == "section" else settings.topics
    rows = [IndexRow(one.id, one.title, one.description, *counts.get(one.id, (0, 0))) for one in configured]
    if kind == "topic":
        chosen = {one.id for one in configured}
        found = [
            IndexRow(id, title, None, *counts[id])
            for id, title in library.in_force().names.topics.items()
            if id not in chosen and counts.get(id, (0, 0))[0] >= floor
        ]
        rows += sorted(found, key=lambda row: (lower(fold(row.title)), row.id))
    return rows


def story_json(lib: Library, story: StoryView, relatives: Relatives, pins: PinReceipts) -> shapes.Story:
    force = lib.in_force()
    return {
        "id": urn(story.id),
        "url": f"{force.root}/stories/{story.id}",
        "title": story.title,
        "summary": story.summary,
        "link": fit_address(story.link),
        "published": rfc3339(story.published),
        "updated": rfc3339(story.updated),
        "section": story.section,
        "sections": [name for name, _ in story.scores],
        "topics": list(story.topics),
        "publishers": list(story.publishers),
        "sources": listed(story.reports, story.link),
        "receipts": [located(one) for one in why(lib, story, pins)],
        "related": [_related(one, force) for one in relatives.of(story)],
        "image": fit_address(story.image),
        "lang": story.lang,
        "merged": [urn(id) for id in story.merged],
    }


def _related(one: Relative, force: InForce) -> shapes.Related:
    other = one.story
    month = month_of(int(other.published.timestamp()), force.zone)
    return {
        "id": urn(other.id),
        "title": other.title,
        "section": other.section,
        "month": month,
        "filled": one.filled,
    }


def item_json(item: ItemView) -> shapes.Item:
    return {
        "id": urn(item.id),
        "url": fit_address(item.url),
        "title": item.title,
        "summary": item.summary,
        "source": item.source,
        "publisher": item.publisher,
        "published": rfc3339(item.published),
        "updated": rfc3339(item.updated),
        "story": urn(item.story) if item.story else None,
        "section": item.section,
        "sections": list(item.sections),
        "topics": list(item.topics),
        "lang": item.lang,
    }
