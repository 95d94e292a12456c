"""The data that the steps of normalisation work on: the context of the document, and the draft of one item, to which each step adds."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import cached_property

from msgspec import Struct, field

from aggregator.model.item import Enclosure, ParsedItem
from aggregator.model.source import ParseJob
from aggregator.normalise.plain import plain


class Context(Struct, frozen=True):
    """The facts about the whole document.

    Attributes:
        base: absolute address, against which relative ones are resolved.
        language: as the document or the editor names it.
        recognised: the language of most entries, if nobody names one. Used for new entries only.
        day_first: whether dates such as 10/11/2026 begin with the day; None if the document does not show it.
        cut: the length from which on the texts of the feed are broken off, if it breaks off any. Used for new entries only.
        lists: whether a category of the feed is a list, with commas. Used for new entries only.
        drops: how much was discarded, by reason.
    """

    job: ParseJob
    base: str
    language: str | None
    recognised: str | None = None
    day_first: bool | None = None
    cut: int | None = None
    lists: bool = False
    drops: Counter[str] = field(default_factory=Counter)


class Draft(Struct, dict=True):
    """One item in progress. A step reads `parsed` and the fields that earlier steps wrote, and writes its own fields.

    `dated` is the date that the entry itself gives, which may be in the future. `published` also depends on the clock (never later
    than now) and on the other entries (`Context.day_first`). `address` is `canonical` without a session, and identifies the entry.
    `is_cut`: the feed broke off the summary (`Context.cut`).
    """

    parsed: ParsedItem
    base: str = ""
    dated: datetime | None = None
    published: datetime | None = None
    url: str | None = None
    canonical: str | None = None
    address: str | None = None
    guid: str | None = None
    title: str = ""
    summary: str = ""
    is_cut: bool = False
    content: str = ""
    author: str | None = None
    publisher: str = ""
    outlet: str | None = None
    lang: str | None = None
    categories: tuple[str, ...] = ()
    image: str | None = None
    enclosures: tuple[Enclosure, ...] = ()

    @cached_property
    def headline(self) -> str:
        """The title of the entry itself as plain text, however long; `title` may be made from the summary."""
        return plain(self.parsed.title, titled=True) if self.parsed.title else ""
