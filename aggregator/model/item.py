"""An entry of a feed, before and after normalising."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, NamedTuple

from msgspec import Meta, Struct

MAX_ITEMS: Final = 1000
"""So many entries of a document are kept, the newest ones."""
FEW: Final = Meta(max_length=100)
"""For the lists in what a child process answers: msgspec refuses a longer one before it reads it. Sixty million empty strings, which fit
into one answer, would take a gigabyte and hold up everything for seconds."""
Slug = Annotated[str, Meta(pattern=r"\A[a-z0-9-]{1,40}\Z")]
"""For the words in what a child process answers that are counted, logged and printed."""
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def to_seconds(date: datetime | None) -> int | None:
    """A date as the store has it (epoch seconds)."""
    return None if date is None else int(date.timestamp())


class Enclosure(Struct, frozen=True, array_like=True):  # as it is stored
    url: str
    type: str | None = None
    length: int | None = None  # bytes


class ParsedItem(Struct, frozen=True):
    """One entry as a parser read it. Nothing here is trusted: text may contain markup, addresses may be anything.

    `summary` and `content` are HTML or text, as in the feed, and dates are text.
    """

    guid: str | None = None
    link: str | None = None
    title: str | None = None
    summary: str | None = None
    content: str | None = None
    author: str | None = None
    published: str | None = None
    updated: str | None = None
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    image: str | None = None
    language: str | None = None
    base: str | None = None  # the xml:base that applies, if the parser reports it
    publisher: str | None = None  # title of the item's own <source>
    publisher_url: str | None = None

    @property
    def text(self) -> str:
        """The content, or the summary if there is no content."""
        return self.content if self.content and not self.content.isspace() else self.summary or ""


TRUNCATED: Final = "truncated"
"""The flaw of a document that breaks off before its end. It is the only flaw that loses entries."""


class Channel(Struct, frozen=True):
    """What a document says about itself, and not of an entry. (RSS has it in an element of this name.)"""

    title: str | None = None
    link: str | None = None
    language: str | None = None
    icon: str | None = None
    ttl: int | None = None  # minutes
    skip_hours: Annotated[tuple[int, ...], FEW] = ()  # 0 to 23
    skip_days: Annotated[tuple[int, ...], FEW] = ()  # Monday is 0
    update_seconds: int | None = None  # sy:updatePeriod / sy:updateFrequency


class ParsedFeed(Struct, frozen=True):
    """One document. `format` is rss, atom, rdf or json; `parser` names the parser that read it (`none`: no entry begins in it); `flaws`
    are slugs for what was wrong with it."""

    format: str
    parser: str
    items: tuple[ParsedItem, ...]
    channel: Channel = Channel()
    flaws: tuple[str, ...] = ()
    left_out: int = 0  # entries beyond the maximum number, which were not read


class Item(Struct, frozen=True):
    """One entry of one source, normalised: safe to store, to index and to show.

    `id` is a UUID derived from the source's first id and `key`; `key` is the entry's identity inside its source.
    `title` is plain text, `summary` plain text of at most some hundred characters, `content` sanitised HTML.
    `published` is None where the feed gave no date that can be believed.
    """

    id: str
    source: str
    key: str
    url: str | None
    canonical: str | None  # url in canonical form: equal for the variants of one address (tracking parameters, …)
    title: str
    summary: str
    content: str
    author: str | None
    publisher: str
    published: datetime | None
    lang: str | None
    categories: Annotated[tuple[str, ...], FEW]
    image: str | None
    enclosures: Annotated[tuple[Enclosure, ...], FEW]
    hash: str  # of all that a reader sees, with the `steady` form of `canonical`: a different hash means an update
    outlet: str | None = None  # of a wrapper's item: the address of its publisher, by which that is folded; not stored
    fingerprint: bytes = b""  # hash of the entry as in the feed, b"" if it has no text; stored with the source
    # Further ids under which the item may be stored; `normalise/matching.py` says when they count. "" where one does not apply.
    former_ids: Annotated[tuple[str, ...], FEW] = ()  # that the entry had earlier
    # From address (or outlet), title and date: if its guid or its address turns out not to identify it.
    title_id: str = ""
    # From address, title and text: if the server makes up its date, and perhaps its guid, for each response.
    words_id: str = ""
    # The document lists another entry with its address and title, or a wrapper may list it under others.
    twin: bool = False

    def __post_init__(self) -> None:
        """Refuse dates that only a child that was taken over gives: those without time zone, or beyond what can be computed with."""
        if self.published is not None and not _FIRST <= self.published < _LAST:
            raise ValueError("not a date of an entry")

    @property
    def unread(self) -> bool:
        """Whether the fingerprint shows that the source listed the same entry before, so that only its identity and date were read."""
        return not self.hash


class StoredItem(NamedTuple):
    """What recognising needs to know of an item in the store."""

    number: int
    hash: str  # "" if its text was purged
    title: str = ""
    canonical: str | None = None
    published: int | None = None  # epoch seconds


class Told(Struct, frozen=True):
    """What a feed contains of an article: headline and summary as plain text, and the text as safe HTML."""

    headline: str
    summary: str
    text: str


class Wanted(Struct, frozen=True):
    """An article that is to be requested. `item` is the number of its item in the store, `source` the id of its source, `seen` when
    the item was first seen, in epoch seconds."""

    item: int
    source: str
    url: str
    seen: int
    told: Told


class Drop(Struct, frozen=True):
    """Something discarded or held back. `reason` is a slug for counting, `count` how many."""

    reason: Slug
    count: int = 1


class NormalFeed(Struct, frozen=True):
    """A document after parsing and normalising: what a child process sends back."""

    format: Slug
    items: Annotated[tuple[Item, ...], Meta(max_length=MAX_ITEMS)]
    channel: Channel = Channel()
    flaws: Annotated[tuple[Slug, ...], FEW] = ()
    drops: Annotated[tuple[Drop, ...], FEW] = ()
