"""An entry of a feed, before and after normalising."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final


@dataclass(frozen=True, slots=True)
class Enclosure:
    url: str
    type: str | None = None
    length: int | None = None  # bytes


Enclosures = tuple[tuple[str, str | None, int | None], ...]
"""Of an item as it is stored: (address, type, bytes)."""


@dataclass(frozen=True, slots=True)
class ParsedItem:
    """One entry as a parser read it. Nothing here is trusted: text may hold markup, addresses may be anything.

    `summary` and `content` are HTML or text as the feed had them; dates are the parser's reading of them, None
    where there was none that it understood (`published_text` is what stood there).
    """

    guid: str | None = None
    link: str | None = None
    title: str | None = None
    summary: str | None = None
    content: str | None = None
    author: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    published_text: str | None = None
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    image: str | None = None
    language: str | None = None
    base: str | None = None  # xml:base in force, where the parser gives it
    publisher: str | None = None  # title of the item's own <source>
    publisher_url: str | None = None

    @property
    def text(self) -> str:
        """The fullest text there is."""
        return self.content if self.content and not self.content.isspace() else self.summary or ""


TRUNCATED: Final = "truncated"
"""The flaw of a document that breaks off: the one that costs entries."""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """One document. `format` is rss, atom, rdf or json; `parser` is the parser that read it; `flaws` lists what was
    wrong with it."""

    format: str
    parser: str
    items: tuple[ParsedItem, ...]
    title: str | None = None
    link: str | None = None
    language: str | None = None
    icon: str | None = None
    ttl: int | None = None  # minutes
    skip_hours: tuple[int, ...] = ()  # 0 to 23
    skip_days: tuple[int, ...] = ()  # Monday is 0
    update_seconds: int | None = None  # sy:updatePeriod / sy:updateFrequency
    flaws: tuple[str, ...] = ()
    left_out: int = 0  # entries of an endless document that were not read at all


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of one source, normalised: safe to store, to index and to show.

    `id` is a UUID derived from the source's first id and `key`; `key` is the entry's identity inside its source.
    `title` is plain text, `summary` plain text of at most some hundred characters, `content` sanitised HTML.
    `published` is None where the feed gave no date that can be believed.
    """

    id: str
    source: str
    key: str
    url: str | None
    canonical: str | None  # url in the form that compares equal across outlets' variants
    title: str
    summary: str
    content: str
    author: str | None
    publisher: str
    published: datetime | None
    lang: str | None
    categories: tuple[str, ...]
    image: str | None
    enclosures: tuple[Enclosure, ...]
    hash: str  # of all that a reader sees: a different hash is an update
    outlet: str | None = None  # the address that a wrapper's item gives for its publisher, to fold that by; not stored
    fingerprint: bytes = b""  # of the entry as the feed has it, b"" if it has no text; stored with the source
    # Ids under which it may have been stored by an earlier program, or before others shared its address.
    formers: tuple[str, ...] = ()
    # The id that it has where others share its address, if its address gives it its own, or is a front page.
    among: str = ""
    # The id that its address would give it, in place of its guid; where that is an article's, and it was read.
    linked: str = ""
    # The id that it has, whatever its date and guid, while these are made anew at each answer; of what its address does not tell apart.
    anew: str = ""

    @property
    def unread(self) -> bool:
        """Whether the source listed it in the same words before, so that only its identity and date were read."""
        return not self.hash


@dataclass(frozen=True, slots=True)
class Told:
    """What a feed tells of an article: headline and summary as plain text, and the text as safe HTML."""

    headline: str
    summary: str
    text: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """The article of an item, which is to be requested. `item` is its number in the store, `source` an id; `seen` is when it was
    first seen, in epoch seconds."""

    item: int
    source: str
    url: str
    seen: int
    told: Told


@dataclass(frozen=True, slots=True)
class Drop:
    """Something discarded or held back. `reason` is a slug for counting, `count` how many."""

    reason: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class NormalFeed:
    """A document after parsing and normalising: what a child process sends back."""

    format: str
    items: tuple[Item, ...]
    title: str | None
    link: str | None
    icon: str | None
    language: str | None
    ttl: int | None
    skip_hours: tuple[int, ...]
    skip_days: tuple[int, ...]
    update_seconds: int | None
    flaws: tuple[str, ...]
    drops: tuple[Drop, ...]
