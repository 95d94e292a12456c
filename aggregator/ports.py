"""What the pipeline needs from the outside, as protocols. `bootstrap/` supplies a class for each, tests often a function. The methods
of the store are described here; `store/` describes only how it implements them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

from aggregator.model.item import NormalFeed, StoredItem, Told, Wanted
from aggregator.model.notes import Note
from aggregator.model.source import Fetched, FetchRequest, Outcome, ParseJob, SourceState

if TYPE_CHECKING:
    from aggregator.model.poll import PollResult
    from aggregator.model.settings import StoredConfiguration
    from aggregator.model.story import Batch, EditionItem, KnownItem, Member, StoryState
    from aggregator.model.stream import StreamName

T = TypeVar("T")
U = TypeVar("U")

Clock = Callable[[], datetime]
"""Returns the current time, aware UTC."""

Fetcher = Callable[[FetchRequest], Awaitable[Outcome]]
"""Makes one conditional request within all limits. Does not raise if the request fails: returns `Failed`."""

Parser = Callable[[Fetched, ParseJob], Awaitable[NormalFeed]]
"""Turns bytes into a normalised feed, in a child process that can be killed. Raises ParseError (not a feed), SandboxError (the
child stalled or died) and NoReader (no child starts)."""


Extractor = Callable[[Fetched, Told], Awaitable[str]]
"""Turns the page of an article into safe HTML of its text. Runs in a child process and raises, as Parser does."""


class Sources(Protocol):
    """The state of each source between polls. Due times and leases are data in the store, so that any number of
    processes agree."""

    def states(self, ids: Collection[str] | None = None, *, listed: bool = True) -> list[SourceState]:
        """The states of the sources with these ids, or if `ids` is None of all in feeds.yaml (with `listed` False: of all that ever
        were in it), in the order in which they were added."""

    def held(self, now: datetime) -> list[SourceState]:
        """The states of the sources in feeds.yaml whose host asked for a pause that is not over yet."""

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
        """Take enabled sources that nobody holds a lease for, those due longest first. `owner` holds them until it releases them,
        stores a poll of them, or `lease` expires. Sources that another process is just claiming are skipped."""

    def renew(self, owner: str, roots: Collection[str], now: datetime, lease: timedelta) -> None:
        """Extend the leases that `owner` still holds for these sources, which an edit may have renamed since it claimed them."""

    def release(self, owner: str, roots: Collection[str] | None = None) -> None:
        """Release everything that `owner` holds, or only these sources."""

    def owners(self) -> list[str]:
        """The holders of leases."""

    def save(self, states: Collection[SourceState]) -> None:
        """Write states outside a poll; leases stay as they are. Sources that were polled since the states were read are left out."""


class Intake(Protocol):
    """What a poll reads from the store, and what it writes."""

    def known(self, ids: Collection[str]) -> dict[str, StoredItem]:
        """Item id → what is stored, for those of `ids` that were ever stored. An item whose text was purged counts as changed, and gets its
        text again, if a source lists it again."""

    def known_addresses(self, wanted: Mapping[str, Collection[str]]) -> dict[str, dict[str, list[str]]]:
        """Source → canonical address → ids of its items at that address, the newest last. `wanted`: source → addresses."""

    def first_ids(self, ids: Collection[str]) -> dict[str, str]:
        """Additional id (`known_as`) → the id under which its item is stored, for those of `ids` that are additional ids."""

    def known_titles(self, source: str) -> dict[str, set[int | None]]:
        """Title → publication times (epoch seconds, None if undated) of the source's newest items."""

    def apply(self, results: Sequence[PollResult], now: datetime, owner: str | None = None) -> list[int]:
        """Store the results of polls in one transaction, and release the leases that `owner` (None: anybody) holds for their sources.
        Returns how many items of each were new. Applying a result twice changes nothing.

        If `owner` has lost the lease of a source, or its settings changed meanwhile, only its news is stored, and that its server refused
        the request or asked for a pause. Everything else may be older than what the next holder of the lease stores."""


class StoredStories(Protocol):
    """Stories with their items, both given by number."""

    def items(self, numbers: Collection[int]) -> list[EditionItem]: ...
    def placed_at(self, canonicals: Collection[str], arriving: Mapping[int, str] = {}) -> dict[str, dict[int, int]]:
        """Canonical address → {placed item: story}: first the items that arrived with this address, then those that were moved to it,
        without `strangers_at`. `arriving`: waiting items that are to be among them, with the story 0; item → its publisher."""

    def members(self, stories: Collection[int]) -> dict[int, list[Member]]:
        """Story → its items with their judgements, in order of entering."""

    def stories(self, numbers: Collection[int]) -> dict[int, StoryState]: ...


StoryRow = tuple[int, int, str]
"""(when the story entered, its number, the epoch under which it was placed)."""


class EditionStore(StoredStories, Protocol):
    """What the edition needs of the store: the waiting items, the stories that they affect, and storing its decisions. Times are
    epoch seconds."""

    def lease(self, owner: str, now: int, seconds: int) -> bool:
        """Take the lease of the edition for so many seconds, or extend it if `owner` holds it. False if another process holds it."""

    def renew(self, owner: str, now: int, seconds: int) -> None:
        """Extend the lease of the edition, if `owner` still holds it. For another thread than the one that makes the edition."""

    def holder(self) -> str | None:
        """Who holds the lease of the edition; None: nobody."""

    def release(self, owner: str) -> None:
        """Release the lease of the edition, if `owner` holds it."""

    def strangers_at(self, canonicals: Collection[str], arriving: Mapping[int, str] = {}) -> frozenset[int]:
        """Items that are at these addresses only because their outlet later changed their address to that of another outlet's article."""

    def pending(self) -> list[int]:
        """The waiting items, in order of publication."""

    def outdated(self, epoch: str, limit: int) -> list[int]:
        """Stories that were last placed under another configuration or version of the program than `epoch`, newest first."""

    def count_outdated(self, epoch: str) -> int: ...
    def in_other_topics(self, topics: Collection[str]) -> list[int]:
        """Stories that are in a topic other than these."""

    def pages(self, since: int = 0, limit: int | None = None) -> Iterator[Sequence[StoryRow]]:
        """The stories that readers see, newest first, some hundred at a time: at most `limit` (None: all) that entered at or after
        `since`."""

    def count(self, since: int = 0) -> int:
        """The number of stories in `pages`."""

    def containing(self, phrase: str, limit: int) -> Sequence[StoryRow]:
        """At most so many of these stories, with an item whose headline or summary contains the words of `phrase` in this order."""

    def apply(self, batch: Batch) -> None:
        """Apply one step of the edition, as a whole or not at all.

        Raises:
            StoreBusy: the lease of the edition was lost, so another process may have changed what this step would overwrite; or
                (`RenamedMeanwhile`) a section or topic was renamed since the lease was taken, and the step may use the former id.
        """


class Past(Protocol):
    """The recent past as the grouping reads it. Each method answers for many keys at once. Words are ids (`text.words.word_id`), times
    epoch seconds, bounds inclusive."""

    def documents(self) -> int:
        """How many items were ever remembered."""

    def frequencies(self, words: Collection[int]) -> Mapping[int, int]:
        """Word → the number of items that contain it."""

    def postings(self, words: Collection[int], since: int, until: int, most: int) -> Mapping[int, Sequence[int]]:
        """Word → the first `most` of the items indexed under it that were published in this period."""

    def known(self, items: Collection[int]) -> Mapping[int, KnownItem]:
        """Item → what is kept of it; items that are no longer remembered are absent."""

    def members(self, stories: Collection[int]) -> Mapping[int, Sequence[int]]:
        """Story → its items, in order of publication."""

    def same_address(self, canonicals: Collection[str]) -> Mapping[str, int]:
        """Canonical address → the story of the first item that arrived with this address, or else was moved to it."""

    def same_headline(self, keys: Collection[int], since: int, until: int) -> Mapping[int, Sequence[int]]:
        """Key of a headline (`Features.headline`) → the items with this headline that were published in this period."""


class Articles(Protocol):
    """Texts of articles, for sources with `full_text`."""

    def claim(
        self, sources: Collection[str], since: int, limit: int, now: int, again: int, *, owner: str | None = None
    ) -> list[Wanted]:
        """The articles of new items that were not requested yet, the newest first. If nothing is saved for one (the process `owner` hangs),
        it is returned again from the time `again` on; if it was put off, from that time on."""

    def owners(self) -> list[str]:
        """The processes that claimed articles for which nothing was saved yet."""

    def release(self, owner: str) -> None:
        """`claim` returns again, at once, what this process claimed: it was killed."""

    def put_off(self, items: Collection[int], until: int) -> None:
        """These articles could not be requested now: `claim` returns them again from `until` on. Not those that were saved meanwhile."""

    def save(self, item: int, content: str, why: str | None, now: int) -> None:
        """Store the text of an article, as safe HTML, or (`why`) the reason that none was found. The item then counts as changed, and
        so does a story of which it is the lead."""


class Upkeep(Protocol):
    """Maintenance of the archive, and notes for other processes (`model.notes`)."""

    def configuration(self) -> StoredConfiguration | None:
        """The configuration in force; None if there is none yet."""

    def like(self, epoch: str) -> str | None:
        """The first of an unbroken series of configurations, ending with this one, under which stored items are placed alike; None if
        the series has only this one."""

    def renamed(self) -> dict[StreamName, str]:
        """Former section or topic → its present id, of all edits so far, in the order in which they were renamed."""

    def source_ids(self) -> dict[str, str]:
        """Sources, including removed ones: first id → last id. Without first ids that another source had later."""

    def note(self, note: Note[T], value: T | None) -> None:
        """Write a note; None removes it."""

    def revise(self, note: Note[T], change: Callable[[T | None], T], also: tuple[Note[U], U]) -> bool:
        """Replace a note by what `change` makes of its value, and write another note, in one transaction. False: nothing was done, since
        another process is just doing so, and is not waited for: it may have been stopped meanwhile."""

    def noted(self, note: Note[T]) -> T | None:
        """The value of a note; None if there is none."""

    def prune(
        self,
        now: int,
        keep: int,
        per_source: Mapping[str, int],
        proceed: Callable[[], bool] = ...,
        named: Collection[str] = ...,
    ) -> int:
        """Delete the texts of items that their source has not listed for `keep` seconds (`per_source`: source id → seconds) and that do
        not wait for the edition; returns how many. Ids, headlines and links stay, so that purged items do not come back and archives
        never break.

        Pruning may take long: `proceed` is called before each step, and False stops it. `named` are addresses of articles that
        feeds.yaml names under `stories:`; these are not forgotten."""


class ReadableArchive(Protocol):
    """The parts of the store that also an archive has which may only be read: what would be placed how is asked of it."""

    @property
    def sources(self) -> Sources: ...
    @property
    def edition(self) -> EditionStore: ...
    @property
    def past(self) -> Past: ...
    @property
    def upkeep(self) -> Upkeep: ...


class Archive(ReadableArchive, Protocol):
    """The store, divided by purpose."""

    @property
    def intake(self) -> Intake: ...
    @property
    def articles(self) -> Articles: ...
    def absent(self, owner: str) -> bool:
        """Whether the process with this identity may have ended, as far as the store knows."""
