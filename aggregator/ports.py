"""What the pipeline needs from the outside, as protocols. Bootstrap puts a class behind each, tests often a function. What the methods
of the store do is said here, and in `store/` only what is particular there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

from aggregator.model.item import NormalFeed, Told, Wanted
from aggregator.model.notes import Note
from aggregator.model.source import Fetched, FetchRequest, Outcome, ParseJob, SourceState

if TYPE_CHECKING:
    from aggregator.model.poll import PollResult
    from aggregator.model.settings import StoredConfiguration
    from aggregator.model.story import Batch, KnownItem, Member, PendingItem, StoryState

T = TypeVar("T")
U = TypeVar("U")

Clock = Callable[[], datetime]
"""Returns the current time, aware UTC."""

Fetcher = Callable[[FetchRequest], Awaitable[Outcome]]
"""Makes one conditional request within all limits; failures are values."""

Parser = Callable[[Fetched, ParseJob], Awaitable[NormalFeed]]
"""Turns bytes into a normalised feed, in a child process that can be killed. Raises ParseError (not a feed) and
SandboxError (the child stalled or died), NoReader (none starts)."""


Extractor = Callable[[Fetched, Told], Awaitable[str]]
"""Turns the page of an article into safe HTML of its text; where it runs and what it raises is as for Parser."""


class Sources(Protocol):
    """The state of each source between polls. Due times and leases are data in the store, so that any number of
    processes agree."""

    def states(self, ids: Collection[str] | None = None, *, listed: bool = True) -> list[SourceState]:
        """States of the sources with these ids, else of all in feeds.yaml, or with `listed` False of all that ever existed; in the order
        in which they came."""

    def claim(
        self,
        owner: str,
        now: datetime,
        lease: timedelta,
        *,
        limit: int = 1000,
        ids: Collection[str] | None = None,
        due_only: bool = True,
    ) -> list[SourceState]:
        """Take sources to poll, those due longest first: enabled, and not leased. They belong to `owner` until they are
        released, a poll of them is stored, or `lease` expires. Those that another process is just taking are skipped."""

    def renew(self, owner: str, ids: Collection[str], now: datetime, lease: timedelta) -> None:
        """Extend the leases of those of these sources that `owner` still holds."""

    def release(self, owner: str, ids: Collection[str] | None = None) -> None:
        """Release everything that `owner` holds, or only these sources."""

    def owners(self) -> list[str]:
        """The holders of leases."""

    def save(self, states: Collection[SourceState]) -> None:
        """Write states outside a poll; leases stay as they are."""

    def disown(self, ids: Collection[str], again: datetime) -> None:
        """Polls of these sources that are under way began by other settings: only their news counts, not what they say of when to poll
        next, nor of the document that is known. The next poll is due at `again`."""

    def read_anew(self, ids: Collection[str]) -> None:
        """The next document of these sources is asked for and read, also if it is the one that is known."""

    def plan_sooner(self, states: Collection[SourceState]) -> None:
        """Bring next polls forward to those of these states, unless the source was polled meanwhile."""


class Intake(Protocol):
    """What a poll reads from the store, and what it writes."""

    def known(self, ids: Collection[str]) -> dict[str, tuple[int, str]]:
        """Item id → (number, hash of its content), for those of `ids` that were ever stored; without a hash if its text was pruned, so
        that it gets it again from a source that lists it again."""

    def known_addresses(self, source: str, canonicals: Collection[str]) -> dict[str, list[str]]:
        """Canonical address → ids of this source's items there, the newest last."""

    def first_ids(self, ids: Collection[str]) -> dict[str, str]:
        """Of these ids the further ids of items → the ids under which these are stored."""

    def known_titles(self, source: str) -> dict[str, set[int | None]]:
        """Titles of the source's newest items, with the times (epoch seconds) that they are dated."""

    def apply(self, results: Sequence[PollResult], now: datetime, owner: str | None = None) -> int:
        """Store what polls brought in one transaction, and release the leases that `owner` (None: anybody) holds for them. Applying twice
        changes nothing. Returns how many items were new. Of a source whose lease `owner` lost only news is stored, and that its server
        refused or asked to be left alone: for all else its document may be older than what the next holder has, or will have, from it."""


class StoredStories(Protocol):
    """Stories with their items, both given by number."""

    def items(self, numbers: Collection[int]) -> list[PendingItem]: ...
    def placed_at(self, canonicals: Collection[str]) -> dict[str, dict[int, int]]:
        """Canonical address → its placed items, each with its story: those found there as they came, then those moved there,
        without `strangers_at`."""

    def strangers_at(self, canonicals: Collection[str]) -> frozenset[int]:
        """Items that are at these addresses only because their outlet moved them to another's article."""

    def members(self, stories: Collection[int]) -> dict[int, list[Member]]:
        """Story → its items with their judgements, in order of entering."""

    def stories(self, numbers: Collection[int]) -> dict[int, StoryState]: ...


class EditionStore(StoredStories, Protocol):
    """The edition's side of the store: waiting items, the stories that they touch, and applying decisions. Times are epoch
    seconds."""

    def lease(self, owner: str, now: int, seconds: int) -> bool:
        """Hold the edition for this long, or longer if it is held already; False while another process holds it."""

    def holder(self) -> str | None:
        """Who holds the edition, as far as the store knows."""

    def release(self, owner: str) -> None:
        """Release the edition, if `owner` holds it."""

    def pending(self) -> list[int]:
        """The waiting items, in order of publication."""

    def outdated(self, epoch: str, limit: int) -> list[int]:
        """Stories last placed under another configuration or program than `epoch`, newest first."""

    def count_outdated(self, epoch: str) -> int: ...
    def in_other_topics(self, topics: Collection[str]) -> list[int]:
        """Stories in a topic that is not among these ids."""

    def page(self, before: tuple[int, int] | None, limit: int, since: int = 0) -> list[tuple[int, int, str]]:
        """(entered, number, epoch under which it was placed) of the stories that readers see, newest first: those that entered
        before (entered, number), and not before `since`."""

    def containing(self, phrase: str, limit: int) -> list[tuple[int, int, str]]:
        """As `page`, for stories with an item whose headline or summary contains the words of `phrase` in this order."""

    def apply(self, batch: Batch) -> None:
        """Apply one step of the edition, as a whole or not at all.

        Raises:
            StoreBusy: the edition is not held any more; another process may have made it since, and the step would undo that. Or a
                section or topic was renamed since it was taken, and the step may be of the former id.
        """


class Past(Protocol):
    """The recent past as the grouping reads it, asked of many at once; words are ids, times epoch seconds, bounds inclusive."""

    def documents(self) -> int:
        """How many items were ever remembered."""

    def frequencies(self, words: Collection[int]) -> Mapping[int, int]:
        """Word → the number of items that contain it."""

    def postings(self, words: Collection[int], since: int, until: int, most: int) -> Mapping[int, Sequence[int]]:
        """Word → the items indexed under it that were published in this period, at most the first `most`."""

    def known(self, items: Collection[int]) -> Mapping[int, KnownItem]:
        """Item → what is kept of it; items of which nothing is kept are absent."""

    def members(self, stories: Collection[int]) -> Mapping[int, Sequence[int]]:
        """Story → its items, in order of publication."""

    def same_address(self, canonicals: Collection[str]) -> Mapping[str, int]:
        """Canonical address → the story of the first item that was found there, or else was moved there."""

    def same_headline(self, keys: Collection[int], since: int, until: int) -> Mapping[int, Sequence[int]]:
        """Headline, as a number → the items with it that were published in this period."""


class Articles(Protocol):
    """Texts of articles, for sources with `full_text`."""

    def claim(self, sources: Collection[str], since: int, limit: int, now: int, again: int) -> list[Wanted]:
        """The articles of new items that were never requested, the newest first. One is returned once more from `again` on, if
        nothing was saved by then (the process was killed), or from the time to which it was put off."""

    def put_off(self, item: int, until: int) -> None:
        """It could not be requested now: `claim` returns it again from then on."""

    def save(self, item: int, content: str, why: str | None, now: int) -> None:
        """The text of an article, as safe HTML, or why none was found. Its item counts as changed, and so does a story that it leads."""


class Upkeep(Protocol):
    """Maintenance of the archive, and small facts kept for other processes."""

    def configuration(self) -> StoredConfiguration | None:
        """The configuration in force; None if there is none yet."""

    def like(self, epoch: str) -> str | None:
        """The earliest of the successive configurations, up to this one, that place stored items alike; None if there is none before."""

    def note(self, note: Note[T], value: T | None) -> None:
        """Keep a small fact for other processes; None: it holds no longer."""

    def revise(self, note: Note[T], change: Callable[[T | None], T], also: tuple[Note[U], U]) -> None:
        """Keep what `change` makes of the value noted last, and another note with it, in one transaction."""

    def noted(self, note: Note[T]) -> T | None:
        """The value noted last; None if there is none."""

    def prune(
        self,
        now: int,
        keep: int,
        per_source: Mapping[str, int],
        proceed: Callable[[], bool] = ...,
        named: Collection[str] = ...,
    ) -> int:
        """Delete texts of items that their source has not listed for so many seconds; returns how many. Ids, headlines and links
        stay, so that purged items do not come back and archives never break. `proceed` is asked before each step, since it may
        take long; `named` are addresses of articles that are not to be forgotten."""


class Archive(Protocol):
    """The store, divided by use."""

    @property
    def sources(self) -> Sources: ...
    @property
    def intake(self) -> Intake: ...
    @property
    def edition(self) -> EditionStore: ...
    @property
    def past(self) -> Past: ...
    @property
    def articles(self) -> Articles: ...
    @property
    def upkeep(self) -> Upkeep: ...
    def absent(self, owner: str) -> bool:
        """Whether a process of this identity may have ended, as far as the store knows."""
