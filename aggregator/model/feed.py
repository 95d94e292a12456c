"""What becomes a feed: a stream with its entries, ready to be rendered, and the resulting bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from aggregator.model.judgement import Receipt
from aggregator.model.story import ItemView, StoryView


@dataclass(frozen=True, slots=True)
class Names:
    """The names behind ids: titles of sections and topics, and of sources with their public feed address. `fallback` is
    the section of items that no rule places."""

    sections: Mapping[str, str]
    topics: Mapping[str, str]
    sources: Mapping[str, tuple[str, str | None]]
    fallback: str | None = None

    def of(self, item: ItemView) -> ItemView:
        """The item without sections and topics that the file no longer has. Items whose texts are gone keep them in the
        store, since the file may restore them and nothing else would know."""
        own = item.sections or ((item.section,) if item.section else ())
        sections = tuple(id for id in own if id in self.sections) or ((self.fallback,) if own and self.fallback else ())
        topics = tuple(id for id in item.topics if id in self.topics)
        if (sections, topics) == (own, item.topics):
            return item
        return replace(item, section=sections[0] if sections else None, sections=sections, topics=topics)


@dataclass(frozen=True, slots=True)
class Brief:
    """A day of a section: its stories, those reported by most outlets first. `published` is the end of the day."""

    id: str
    day: str  # 2026-11-24
    title: str
    stories: tuple[StoryView, ...]
    published: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream ready to be rendered. Addresses are absolute and without extension. `updated` is the time of the newest change of what
    it lists.

    Each of these belongs behind an address ("?limit=5" or ""): `query` is what was asked for; `part` is that with the position at which
    this part of a list begins, and `older` with the position of the next part; `selection` is what of `query` says which stories the
    stream has, and not how many are shown. `previous`, `next` and `current` are addresses of documents of RFC 5005, to which
    `selection` belongs: the archive before this one, the archive after it, and the subscription document."""

    title: str
    description: str
    root: str  # public address of the service
    address: str
    query: str
    language: str
    updated: datetime
    names: Names
    modified: datetime | None = None  # when the document last changed in any way; None: when its content changed
    stories: tuple[StoryView, ...] = ()
    items: tuple[ItemView, ...] = ()
    of: int = 0  # how many there are of these, where they are a part
    part: str = ""
    older: str | None = None  # None: no older ones follow the last of these
    briefs: tuple[Brief, ...] = ()
    receipts: Mapping[str, tuple[Receipt, ...]] = field(default_factory=dict)  # story id → why it is where it is
    texts: Mapping[str, str] = field(default_factory=dict)  # story or item id → safe HTML of its article
    icons: Mapping[str, str] = field(default_factory=dict)  # source id → address of its icon
    ttl: int = 15  # minutes
    icon: str | None = None  # of 144 × 144 pixels
    archive: bool = False  # a closed document of RFC 5005
    previous: str | None = None
    next: str | None = None
    current: str | None = None
    selection: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """Bytes to send. `etag` depends on the content alone, quoted as in the header."""

    body: bytes
    type: str
    etag: str
    modified: datetime
