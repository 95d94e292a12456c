"""A story: the items that report one event, and what the edition decides about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from aggregator.model.item import Enclosures
from aggregator.model.joining import Joining
from aggregator.model.judgement import Judgement, Scores
from aggregator.model.stream import StreamName


@dataclass(frozen=True, slots=True)
class PendingItem:
    """A stored item that waits for the edition. `n` is its number in the store; `story` is the story it is in already
    (an item that changed in place) or None."""

    n: int
    id: str
    source: str
    publisher: str
    title: str
    summary: str
    url: str | None
    canonical: str | None
    lang: str | None
    categories: tuple[str, ...]
    image: str | None
    at: int  # effective publication, epoch seconds: published, never later than first seen
    entered: int  # when it enters streams, epoch seconds
    first_seen: int
    story: int | None = None
    live: bool = True  # False: part of a source's back-catalogue
    enclosures: Enclosures = ()
    pruned: bool = False  # its summary was deleted after `keep`: nothing is left to classify it by
    hidden: bool = False  # not shown to readers
    hash: str = ""  # of its text
    author: str | None = None
    counted_as: str = ""  # the publisher's name under which it was last placed


@dataclass(frozen=True, slots=True)
class Member:
    """An item as its story sees it. `counted_as`: the publisher's name under which it has counted in the story; "" for one that is
    placed just now, whatever it counted as before."""

    item: PendingItem
    judgement: Judgement
    counted_as: str = ""

    @property
    def order(self) -> tuple[int, int, int]:
        """Its position among the items of its story: by time of entering, and of those that entered together the one
        published first. The first to report counts; whoever prints the same text is a copy."""
        return self.item.entered, self.item.at, self.item.n


def headline(title: str, url: str | None, publisher: str) -> str:
    """What a reader sees as the title; if the outlet gave none, nor a text to make one from, the address of the
    article, else the outlet. Stored titles stay as they came, so that this never counts as the item's own words."""
    if title:
        return title
    bare = (url or "").partition("://")[2].removeprefix("www.").rstrip("/")
    return bare[:120] or publisher


@dataclass(frozen=True, slots=True)
class Report:
    """One line under *Sources* of a story."""

    publisher: str
    source: str
    url: str | None
    title: str
    published: int  # epoch seconds


@dataclass(frozen=True, slots=True)
class Entry:
    """What feeds announce of a story. It changes together with `updated`, and only when a new independent publisher
    joins or the lead changes."""

    title: str
    link: str | None
    summary: str
    image: str | None
    lang: str | None
    publisher: str
    reports: tuple[Report, ...]
    topics: tuple[str, ...]  # titles
    updated: int  # epoch seconds
    enclosures: Enclosures = ()  # of the lead


@dataclass(frozen=True, slots=True)
class Placing:
    """A story in a section or topic: when it entered, and when it entered as its primary section (None: never)."""

    stream: StreamName
    entered: int
    primary_since: int | None = None
    active: bool = True  # False: it was there once; if it returns, it keeps its time


@dataclass(frozen=True, slots=True)
class StoryState:
    """A story as stored. `n` is the number of its founding item, `id` a UUID derived from that item's."""

    n: int
    id: str
    lead: int
    published: int
    entered: int
    section: str
    scores: Scores
    topics: tuple[str, ...]
    publishers: tuple[tuple[str, int], ...]  # independent ones as they joined, and when the report of each entered
    reached: tuple[int, ...]  # since when it has had one of them, two, three … also of numbers that it fell below again
    entry: Entry
    placings: tuple[Placing, ...]
    hidden: bool = False
    epoch: str = field(default="", compare=False)  # the one it was placed under, if the store gave it


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an item is placed: its story, its own judgement, and in short why it joined."""

    item: int
    story: int
    publisher: str  # folded by `publishers:`
    judgement: Judgement
    why: str
    joining: Joining | None = None  # … and in full, where there is more to say
    hidden: bool = False  # by `stories: hide`
    hash: str = ""  # of the text that was placed: an item that has another one by now waits on


@dataclass(frozen=True, slots=True)
class Merge:
    """`younger` is now part of `older`; its address redirects."""

    older: int
    younger: int


@dataclass(frozen=True, slots=True)
class RememberedItem:
    item: int
    at: int
    publisher: str
    headline: int | None
    features: bytes


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the grouping stores of a batch: items with their features, the (word, item) pairs by which they are found
    again, and counts to add to the frequencies of words."""

    items: tuple[RememberedItem, ...] = ()
    postings: tuple[tuple[int, int], ...] = ()
    frequencies: tuple[tuple[int, int], ...] = ()
    documents: int = 0


class KnownItem(NamedTuple):
    """An earlier item as the grouping reads it. `kept` are its encoded features, `at` its publication in epoch seconds."""

    kept: bytes
    story: int
    at: int
    publisher: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step of the edition changes; the store applies it in one transaction."""

    placed: tuple[Placed, ...] = ()
    stories: tuple[StoryState, ...] = ()
    merges: tuple[Merge, ...] = ()
    memory: Remembered = Remembered()
    epoch: str = ""
    now: int = 0
    forgotten: tuple[int, ...] = ()  # items that the grouping is not to find again
    anew: bool = False  # of stored items: one of them that waits because it changed waits on
    unmoved: tuple[int, ...] = ()  # stories that `epoch` leaves as they are

    @property
    def shows(self) -> bool:
        """Whether readers may see something of it."""
        return bool(self.placed or self.stories or self.merges or self.forgotten)


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story as readers see it, with everything needed to show it. `merged` are the ids of stories that were merged into it."""

    id: str
    n: int
    title: str
    summary: str
    link: str | None
    image: str | None
    lang: str | None
    published: datetime
    updated: datetime
    entered: datetime  # into the stream asked for
    changed: datetime
    section: str
    scores: Scores
    topics: tuple[str, ...]
    publishers: tuple[str, ...]
    reports: tuple[Report, ...]
    entry: Entry
    lead: int = 0
    merged: tuple[str, ...] = ()
    independent: int = 1  # publishers without those who list or copy the report of another

    @property
    def lead_source(self) -> str | None:
        """Id of the source of what the entry links to, as it is called now; of several that list the article, that of its outlet."""
        now, then = (
            [one for one in reports if one.url == self.entry.link] for reports in (self.reports, self.entry.reports)
        )
        listed = now or then
        own = (report.source for report in listed if report.publisher == self.entry.publisher)
        return next(own, listed[0].source if listed else None)

    @property
    def announced(self) -> tuple[str, ...]:
        """The publishers that its entry names: feeds do not change merely because outlets were renamed."""
        return tuple(dict.fromkeys(report.publisher for report in self.entry.reports))


class StoryRank(NamedTuple):
    """What ranks a story among thousands, of which few are shown. `time`: that by which the list is ordered; `outlets`: how many its
    entry names."""

    n: int
    time: int
    id: str
    published: int
    updated: datetime
    outlets: int


@dataclass(frozen=True, slots=True)
class ItemView:
    id: str
    n: int
    source: str
    publisher: str
    title: str
    summary: str
    content: str
    url: str | None
    author: str | None
    lang: str | None
    image: str | None
    enclosures: Enclosures
    categories: tuple[str, ...]
    published: datetime
    updated: datetime
    entered: datetime
    changed: datetime  # in itself or in its place; of one that waits for its place, when it arrived
    story: str | None
    section: str | None
    sections: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    why: str | None = None
    joining: Joining | None = None  # of an item asked for alone
    pruned: bool = False  # what it was judged by was deleted after `keep`
    # Safe HTML of the article itself, of a story's items: shown as `web/republished.py` says.
    extracted: str = ""

    @property
    def report(self) -> Report:
        return Report(self.publisher, self.source, self.url, self.title, int(self.published.timestamp()))
