"""What a feed lists: which entries, in which order, and the bytes made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.story import ItemView, StoryView


@dataclass(frozen=True, slots=True)
class Filter:
    """The parameters of search; None and empty do not narrow."""

    words: tuple[str, ...] = ()  # each a word or a phrase that must occur
    without: tuple[str, ...] = ()
    section: str | None = None
    topic: str | None = None
    source: str | None = None
    publisher: str | None = None
    label: str | None = None
    labelled: tuple[tuple[str, ...], tuple[str, ...]] | None = None  # sources and publishers that carry `label`
    lang: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def empty(self) -> bool:
        return self == Filter()


@dataclass(frozen=True, slots=True)
class StreamQuery:
    """`kind` is latest, section, topic, source or search; `id` names which.

    `window` is the archive of a month: all that was published from the first second to before the second, in order of
    publication. Otherwise the order is that of entering, all of the last 48 hours, at least 50 and at most 500, or
    `limit`. `before` continues a list: entries that come after (time, number) in that order.
    """

    kind: str
    id: str | None = None
    view: str = "stories"
    min_publishers: int = 1
    primary: bool = False
    limit: int | None = None
    filter: Filter = Filter()
    window: tuple[int, int] | None = None
    before: tuple[int, int] | None = None
    changed_since: int | None = None  # epoch seconds; the order is then that of change, oldest first


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list of the API; `cursor` continues it."""

    stories: tuple[StoryView, ...] = ()
    items: tuple[ItemView, ...] = ()
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream ready to be rendered. Addresses are absolute; `updated` is the newest change of what it lists."""

    title: str
    description: str
    page: str  # address of the page
    address: str  # address without extension and parameters
    query: str  # "?limit=…" or ""
    language: str
    updated: datetime
    stories: tuple[StoryView, ...] = ()
    items: tuple[ItemView, ...] = ()
    ttl: int = 15  # minutes
    icon: str | None = None
    archive: bool = False  # a document of RFC 5005 that is closed
    previous: str | None = None  # the archive before this document, without extension
    next: str | None = None
    current: str | None = None  # of an archive: the subscription document, without extension
    expires: datetime | None = None  # when time alone changes what is listed


@dataclass(frozen=True, slots=True)
class Rendered:
    """Bytes for the wire. `etag` is of the content alone, quoted as in the header."""

    body: bytes
    type: str
    etag: str
    modified: datetime
