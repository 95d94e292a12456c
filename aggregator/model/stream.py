"""Streams: which entries a feed lists, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple, cast

from msgspec import Struct

FRESH_SECONDS = 48 * 3600
"""A stream lists all entries of the last 48 hours, …"""
SHORTEST, LONGEST = 50, 500
"""… but at least and at most this many entries."""

STORING = 1
"""Seconds that the transaction of a batch may take. The batch dates its changes this much later than its start: otherwise a client
that asks for changes while the transaction runs would not get them, and would next ask from a time after them."""


RulesKind = Literal["section", "topic"]
StreamKind = Literal["latest", "section", "topic"]
QueryKind = Literal["latest", "section", "topic", "source", "daily", "search"]


class StreamName(NamedTuple):
    """A stream that the store keeps entries and a version for: a section, a topic, or all stories (LATEST)."""

    kind: StreamKind
    id: str = ""

    def __str__(self) -> str:
        """As in the store: `section:defense`, `latest`."""
        return f"{self.kind}:{self.id}" if self.id else self.kind

    @classmethod
    def read(cls, text: str) -> StreamName:
        kind, _, id = text.partition(":")
        return cls(cast(StreamKind, kind), id)


LATEST = StreamName("latest")


def led_on(former: Mapping[StreamName, str], renamed: Mapping[StreamName, str]) -> dict[StreamName, str]:
    """Former name → present id after a further edit, with earlier former ids led on to the new ones. If `a` was renamed to `b`, and now
    `b` to `c`, both `a` and `b` lead to `c`."""
    led = {old: renamed.get(old._replace(id=id), id) for old, id in former.items()}
    return {old: id for old, id in {**led, **renamed}.items() if old.id != id}


class Filter(Struct, frozen=True):
    """The parameters of a search; None and empty values do not filter."""

    words: tuple[str, ...] = ()  # all must occur; each is a word, a phrase, or alternatives (`a OR b`)
    without: tuple[str, ...] = ()
    section: str | None = None
    topic: str | None = None
    source: str | None = None
    publisher: str | None = None
    label: str | None = None
    labelled: tuple[tuple[str, ...], tuple[str, ...]] | None = None  # (sources, publishers) that have `label`
    lang: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def empty(self) -> bool:
        return self == Filter()

    @property
    def streams(self) -> tuple[StreamName, ...]:
        """The section and the topic to which it restricts the search."""
        section = (StreamName("section", self.section),) if self.section else ()
        return (*section, StreamName("topic", self.topic)) if self.topic else section


class StreamQuery(Struct, frozen=True):
    """What is asked of the store. `id` is that of the section, topic or source; None for other kinds.

    Without `window` the entries are those of a stream: newest entry first, all of the last 48 hours, at least 50 and at most 500, or
    `limit`. With `window` (first second, second after the last) they are all that was published in this period, in order of
    publication, as in the archive of a month; `part` restricts them to positions from … to before …. `before` continues a list: only
    the entries that come after (time, number) in its order.
    """

    kind: QueryKind
    id: str | None = None
    view: str = "stories"
    min_publishers: int = 1
    primary: bool = False
    limit: int | None = None
    filter: Filter = Filter()
    window: tuple[int, int] | None = None
    part: tuple[int, int] | None = None
    before: tuple[int, int] | None = None
    changed_since: int | None = None  # epoch seconds; the order is then by time of change, oldest first
    sections: tuple[str, ...] = ()  # all configured ones, the fallback first: it has the items of removed sections

    @property
    def stream(self) -> StreamName | None:
        """The section or topic whose entries are listed, if it is one."""
        match self.kind:
            case "section" | "topic" as kind:
                return StreamName(kind, self.id or "")
            case _:
                return None

    @property
    def by_entering(self) -> bool:
        """Whether the order is that of entering, and not that of publication or of change."""
        return self.window is None and self.changed_since is None

    @property
    def primary_section(self) -> str | None:
        """If `primary` is set, the section that must be the primary one of each entry: that of the stream, else that of the search."""
        if not self.primary:
            return None
        return self.id if self.kind == "section" else self.filter.section

    @property
    def first_change(self) -> int:
        """The time at which a list of changes begins: that of the requested page, so that no earlier rows are read."""
        return max(self.changed_since or 0, self.before[0] if self.before else 0)


class Extent(NamedTuple):
    """Facts about a list besides its entries. `of`: the total number of entries, including other pages. `left` and `expires`: when an
    entry last dropped out of the list only because time passed, and when one will do so next (epoch seconds; None: never)."""

    of: int
    left: int | None = None
    expires: int | None = None


class Removed(NamedTuple):
    """A story or item that is in a list of changes because readers no longer see it. `ids`: its own id, and those of stories that
    were merged into it."""

    ids: tuple[str, ...]
    n: int
    entered: datetime  # when it changed, by which lists of changes are ordered
