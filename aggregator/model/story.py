"""Stories: the items that report one event, and what the edition decides about them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from aggregator.model.item import Enclosure
from aggregator.model.joining import Joining
from aggregator.model.judgement import Judgement, Scores
from aggregator.model.stream import StreamName


class EditionItem(Struct, frozen=True):
    """A stored item as the edition reads it. `n` is its number in the store; `story` is the story that it is in (of an item that waits for
    the edition: its text has changed since), or None."""

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
    enclosures: tuple[Enclosure, ...] = ()
    pruned: bool = False  # its summary was deleted after `keep`, so it cannot be classified again
    hidden: bool = False  # not shown to readers
    hash: str = ""  # of its text
    author: str | None = None
    counted_as: str = ""  # the name of its publisher when it was last placed


class Member(Struct, frozen=True):
    """An item of a story. `counted_as`: the name of its publisher under which it counts in the story so far; "" for an item that is
    being placed now."""

    item: EditionItem
    judgement: Judgement
    counted_as: str = ""

    @property
    def order(self) -> tuple[int, int, int]:
        """Sort key among the items of the story: time of entering, then time of publication. The order matters: of two reports with
        the same text the later one is the copy."""
        return self.item.entered, self.item.at, self.item.n


def headline(title: str, url: str | None, publisher: str) -> str:
    """The title that readers see: the item's own; if it has none (nor a text to make one from), the address of the article, else the
    name of the outlet. Only for display: such a substitute is not stored, so it is never classified or compared."""
    if title:
        return title
    bare = (url or "").partition("://")[2].removeprefix("www.").rstrip("/")
    return bare[:120] or publisher


class Report(Struct, frozen=True):
    """One line under *Sources* of a story."""

    publisher: str
    source: str
    url: str | None
    title: str
    published: int  # epoch seconds


class Entry(Struct, frozen=True):
    """A story as feeds announce it. It changes only when a new independent publisher joins or the lead changes, and `updated`
    changes with it."""

    title: str
    link: str | None
    summary: str
    image: str | None
    lang: str | None
    publisher: str
    reports: tuple[Report, ...]
    topics: tuple[str, ...]  # titles
    updated: int  # epoch seconds
    enclosures: tuple[Enclosure, ...] = ()  # of the lead


class InStream(Struct, frozen=True):
    """A story in a section or topic (the table `entries`): when it entered, and when the section first was its primary one, even if it no
    longer is (None: never)."""

    stream: StreamName
    entered: int
    primary_since: int | None = None
    active: bool = True  # False: it has left; if it returns, it keeps its time of entering


class ItemInStream(NamedTuple):
    """When an item entered a section or topic (the table `item_entries`), if that is not when it entered the archive. `as_primary`: the
    section as its primary one."""

    item: int
    stream: StreamName
    as_primary: bool
    entered: int


class StoryState(Struct, frozen=True):
    """A story as stored. `n` is the number of its founding item, `id` a UUID derived from that item's."""

    n: int
    id: str
    lead: int
    published: int
    entered: int
    section: str
    scores: Scores
    topics: tuple[str, ...]
    publishers: tuple[tuple[str, int], ...]  # independent ones in order of joining, each with when its report entered
    reached: tuple[int, ...]  # reached[k]: when it first had k + 1 of them, even if it has fewer now
    entry: Entry
    streams: tuple[InStream, ...]  # sections and topics that it is in, or was
    hidden: bool = False
    epoch: str = ""  # configuration under which it was placed, if read from the store


class Placed(Struct, frozen=True):
    """Where an item is placed (the table `placements`): its story, its own judgement, and (in a word or two) why it joined the story."""

    item: int
    story: int
    publisher: str  # folded by `publishers:`
    judgement: Judgement
    why: str
    joining: Joining | None = None  # the details of `why`, if there are any
    hidden: bool = False  # by `stories: hide`
    hash: str = ""  # of the text that was judged; if the item has another text by now, it stays in `pending`


class Merge(Struct, frozen=True):
    """The story `younger` becomes part of `older`; its address redirects."""

    older: int
    younger: int


class RememberedItem(Struct, frozen=True):
    """`headline`: the key of its headline, None if that has none; `features`: encoded (`stories.features`)."""

    item: int
    at: int
    publisher: str
    headline: int | None
    features: bytes


class Remembered(Struct, frozen=True):
    """What the grouping stores of a batch: items with their features, the entries of the index (word, publication of the item, item), and
    counts to add to the frequencies of words and to the number of documents. Entries and words are in ascending order, as the store
    keeps them."""

    items: tuple[RememberedItem, ...] = ()
    postings: tuple[tuple[int, int, int], ...] = ()
    frequencies: tuple[tuple[int, int], ...] = ()
    documents: int = 0


class KnownItem(NamedTuple):
    """An earlier item as the grouping reads it. `kept`: its encoded features (`stories.features`); `at`: its publication in epoch
    seconds."""

    kept: bytes
    story: int
    at: int
    publisher: str


class Batch(Struct, frozen=True):
    """What one step of the edition changes; the store applies it in one transaction."""

    placed: tuple[Placed, ...] = ()
    stories: tuple[StoryState, ...] = ()
    merges: tuple[Merge, ...] = ()
    memory: Remembered = Remembered()
    epoch: str = ""
    now: int = 0
    forgotten: tuple[int, ...] = ()  # items that the grouping must no longer find
    anew: bool = False  # stored items are placed again; one that waits in `pending` because it changed stays there
    rewritten: tuple[ItemInStream, ...] = ()  # what new texts of known items mean for their streams
    unmoved: tuple[int, ...] = ()  # stories that are placed alike under `epoch`: only their epoch is updated

    @property
    def shows(self) -> bool:
        """Whether it may change what readers see."""
        return bool(self.placed or self.stories or self.merges or self.forgotten)


class StoryHead(Struct, frozen=True):
    """What a story is about, and where it belongs: enough to choose among stories, and to show its headline."""

    id: str
    n: int
    title: str
    summary: str
    link: str | None
    lang: str | None
    published: datetime
    section: str
    scores: Scores
    topics: tuple[str, ...]
    independent: int  # number of publishers, without those that list or copy another's report


class StoryView(StoryHead, frozen=True):
    """A story with everything needed to show it. `merged` are the ids of stories that were merged into it."""

    image: str | None
    updated: datetime
    entered: datetime  # into the stream asked for
    publishers: tuple[str, ...]
    reports: tuple[Report, ...]
    entry: Entry
    lead: int = 0
    merged: tuple[str, ...] = ()

    @property
    def lead_report(self) -> Report | None:
        """The report to which the entry links. If several sources list the article, that of its own publisher."""
        told, link = self.entry, self.entry.link
        listed = [one for one in self.reports if one.url == link] or [one for one in told.reports if one.url == link]
        return max(listed, key=lambda one: one.publisher == told.publisher, default=None)

    @property
    def lead_source(self) -> str | None:
        """Present id of its source."""
        return lead.source if (lead := self.lead_report) else None

    @property
    def announced(self) -> tuple[str, ...]:
        """The publishers as its entry names them. Feeds use these names, so that they do not change when outlets are renamed."""
        return tuple(dict.fromkeys(report.publisher for report in self.entry.reports))


class StoryRank(NamedTuple):
    """The few columns by which stories are ranked, where thousands are ranked and few are shown. `time`: the one by which the list is
    ordered; `outlets`: how many outlets its entry names; `title`, `link`: those of its entry."""

    n: int
    time: int
    id: str
    published: int
    updated: datetime
    outlets: int
    title: str
    link: str | None


class ItemView(Struct, frozen=True):
    """An item with everything needed to show it in a list: without its text."""

    id: str
    n: int
    source: str
    publisher: str
    title: str
    summary: str
    url: str | None
    author: str | None
    lang: str | None
    image: str | None
    enclosures: tuple[Enclosure, ...]
    categories: tuple[str, ...]
    published: datetime
    updated: datetime
    entered: datetime
    story: str | None
    section: str | None
    sections: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    why: str | None = None
    joining: Joining | None = None  # only if a single item was requested
    pruned: bool = False  # the text by which it was classified was deleted after `keep`

    @property
    def report(self) -> Report:
        return Report(self.publisher, self.source, self.url, self.title, int(self.published.timestamp()))
