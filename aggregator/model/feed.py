"""The input and the output of rendering: a stream with its entries, and the resulting bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

from msgspec import Struct, field
from msgspec.structs import replace

from aggregator.model.judgement import Receipt
from aggregator.model.story import ItemView, StoryView


class Names(Struct, frozen=True):
    """What readers see in place of ids: id → title. `addresses`: source id → public address of its feed, except of removed sources.
    `fallback` is the section of items that no rule places."""

    sections: Mapping[str, str]
    topics: Mapping[str, str]
    sources: Mapping[str, str]
    addresses: Mapping[str, str]
    fallback: str | None = None

    def titles(self, kind: str) -> Mapping[str, str]:
        """Those of all sections, topics or sources; of another kind none."""
        return {"section": self.sections, "topic": self.topics, "source": self.sources}.get(kind, {})

    def of(self, item: ItemView) -> ItemView:
        """The item without the sections and topics that feeds.yaml no longer has. The store keeps them for items whose texts were
        deleted: these cannot be classified again if an edit brings the section back."""
        sections = tuple(id for id in item.sections if id in self.sections)
        if item.sections and not sections and self.fallback:
            sections = (self.fallback,)
        topics = tuple(id for id in item.topics if id in self.topics)
        if (sections, topics) == (item.sections, item.topics):
            return item
        return replace(item, section=sections[0] if sections else None, sections=sections, topics=topics)


class Brief(Struct, frozen=True):
    """One day of a section: its stories, those with the most outlets first. `published` is the end of the day."""

    id: str
    day: str  # 2026-11-24
    title: str
    stories: tuple[StoryView, ...]
    published: datetime
    updated: datetime


class Stream(Struct, frozen=True):
    """A stream ready to be rendered. Addresses are absolute and have no extension. `updated` is the time of the newest change among
    the entries listed.

    Four fields are query strings, to be appended to an address (such as "?limit=5", or ""):
    - `query`: the parameters of the request;
    - `part`: the same, with the position at which this page of the list begins;
    - `older`: the same, with the position at which the next page begins;
    - `selection`: only the parameters that choose the stories, without those that say how many are shown.

    `previous`, `next` and `current` are the addresses of RFC 5005: the archive document before this one, the one after it, and the
    subscription document. `selection` is appended to them."""

    title: str
    description: str
    root: str  # public address of the service
    address: str
    query: str
    language: str
    updated: datetime
    modified: datetime  # when the document last changed in any way
    names: Names
    zone: tzinfo = UTC  # of the times that texts tell
    expires: int | None = None  # when time alone will change it, in epoch seconds; None: never
    stories: tuple[StoryView, ...] = ()
    items: tuple[ItemView, ...] = ()
    of: int = 0  # total number of entries, if only some of them are listed
    part: str = ""
    older: str | None = None  # None: this is the last page
    briefs: tuple[Brief, ...] = ()
    receipts: Mapping[str, tuple[Receipt, ...]] = field(default_factory=dict)  # story id → why it is in its sections
    texts: Mapping[str, str] = field(default_factory=dict)  # story or item id → safe HTML of its article
    icons: Mapping[str, str] = field(default_factory=dict)  # source id → address of its icon
    ttl: int = 15  # minutes
    archive: bool = False  # an archive document (RFC 5005), which no longer changes
    previous: str | None = None
    next: str | None = None
    current: str | None = None
    selection: str = ""

    @property
    def icon(self) -> str:
        """The address of an image of 144 × 144 pixels."""
        return f"{self.root}/static/icon.png"


class Rendered(Struct, frozen=True):
    """The body of a response, with its content type and HTTP validators (ETag and Last-Modified) as in the headers."""

    body: bytes
    type: str
    etag: str
    modified: datetime  # whole seconds

    @classmethod
    def of(cls, body: bytes, type: str, modified: datetime) -> Rendered:
        return cls(body, type, content_etag(body), modified.replace(microsecond=0))


def content_etag(body: bytes) -> str:
    """A strong ETag (RFC 9110, 8.8.3), quoted. It depends on the content alone, so that all machines agree."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
