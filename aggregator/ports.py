"""What the pipeline needs of the outside, as protocols. Bootstrap puts a class behind each, a test often a function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from aggregator.model.item import NormalFeed
from aggregator.model.poll import PollResult
from aggregator.model.settings import Source
from aggregator.model.source import Fetched, FetchRequest, Outcome, ParseJob, SourceState
from aggregator.model.story import Batch, Member, PendingItem, Recalled, StoryState

Clock = Callable[[], datetime]
"""Aware UTC now."""

Fetcher = Callable[[FetchRequest], Awaitable[Outcome]]
"""One conditional request within all limits; failures are values."""

Parser = Callable[[Fetched, ParseJob], Awaitable[NormalFeed]]
"""Bytes to a normalised feed, in a child that can be killed. Raises ParseError (no feed) and SandboxError (the
child stalled or died)."""


Extractor = Callable[[Fetched], Awaitable[str]]
"""The page of an article to safe HTML of its text; where and what it raises as Parser."""


class Sources(Protocol):
    """What is known of each source between polls. Due-ness and leases are data of the store, so that any number of processes
    agree."""

    def sync(self, configured: Collection[Source]) -> None:
        """Make the rows follow feeds.yaml; see `model.renaming` for which row is whose."""

    def states(self, ids: Collection[str] | None = None, *, listed: bool = True) -> list[SourceState]:
        """States by id; without `ids` those of all sources in feeds.yaml, or with `listed` False of all there ever were."""

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
        """Take sources to poll, the longest due first: enabled, and leased by nobody. They are `owner`'s until they are
        released, a poll of them is stored, or `lease` is over."""

    def release(self, owner: str, ids: Collection[str] | None = None) -> None:
        """Give back all that `owner` holds, or these sources alone."""

    def owners(self) -> list[str]:
        """Who holds leases."""

    def save(self, states: Collection[SourceState]) -> None:
        """Write states outside a poll; leases stay as they are."""


class Intake(Protocol):
    """What a poll asks of the store, and what it stores."""

    def known(self, ids: Collection[str]) -> dict[str, tuple[int, str]]:
        """Item id → (number, hash of what it said), for those of `ids` that were ever stored."""

    def known_addresses(self, source: str, canonicals: Collection[str]) -> dict[str, str]:
        """Canonical address → id of this source's newest item there."""

    def known_titles(self, source: str, limit: int = 1000) -> set[str]:
        """Titles of the source's newest items."""

    def apply(self, results: Sequence[PollResult], now: datetime) -> int:
        """Items and states in one transaction; applying twice changes nothing. Returns how many items were new."""


class Desk(Protocol):
    """The edition's side: what waits, what is known of the stories it touches, applying what it decided. Items and stories
    go by their numbers, times are epoch seconds."""

    def lease(self, owner: str, now: int, seconds: int) -> bool:
        """Hold the edition for so long, or longer if it is held already; False while another holds it."""

    def holder(self) -> str | None:
        """Who holds the edition, as far as the store knows."""

    def release(self, owner: str) -> None:
        """Give the edition back, if `owner` holds it."""

    def pending(self) -> list[int]:
        """The items that wait, in order of publication."""

    def items(self, numbers: Collection[int]) -> list[PendingItem]: ...
    def addressed(self, canonicals: Collection[str]) -> dict[str, dict[int, int]]:
        """Canonical address → its placed items, each with its story."""

    def members(self, stories: Collection[int]) -> dict[int, list[Member]]:
        """Story → its items with their judgements, in the order in which they entered."""

    def stories(self, numbers: Collection[int]) -> dict[int, StoryState]: ...
    def outdated(self, epoch: str, limit: int) -> list[int]:
        """Stories last placed under another configuration or program than `epoch`, newest first."""

    def count_outdated(self, epoch: str) -> int: ...
    def unnamed(self, topics: Collection[str]) -> list[int]:
        """Stories that stand in a topic which is none of these ids."""

    def page(self, before: tuple[int, int] | None, limit: int, since: int = 0) -> list[tuple[int, int, str]]:
        """(entered, number, epoch under which it was placed) of the stories that readers see, newest first: those that
        entered before (entered, number), and not before `since`."""

    def count(self, since: int = 0) -> int:
        """How many stories `page` goes through."""

    def holding(self, phrase: str, limit: int) -> list[tuple[int, int, str]]:
        """As `page`, of stories with an item in whose headline or summary the words of `phrase` stand in this order."""

    def apply(self, batch: Batch) -> None:
        """One step of the edition, whole or not at all. Raises StoreBusy where the edition was lost to another process."""


class Past(Protocol):
    """The recent past as the grouping asks for it; words are ids, times epoch seconds, bounds inclusive."""

    def documents(self) -> int:
        """How many items were ever remembered."""

    def frequencies(self, words: Collection[int]) -> Mapping[int, int]:
        """Word → in how many of them it stood."""

    def postings(self, words: Collection[int], since: int, until: int, most: int) -> Mapping[int, Sequence[int]]:
        """Word → the items found by it that were published in this time, the first `most` of them."""

    def recall(self, items: Collection[int]) -> Mapping[int, Recalled]: ...
    def members(self, stories: Collection[int]) -> Mapping[int, Sequence[int]]:
        """Story → its items, in order of publication."""

    def same_address(self, canonicals: Collection[str]) -> Mapping[str, int]:
        """Canonical address → the story of the first item there."""

    def same_headline(self, keys: Collection[int], since: int, until: int) -> Mapping[int, Sequence[int]]:
        """Headline, as a number → the items with it that were published in this time."""


class Articles(Protocol):
    """Texts of articles, for sources with `full_text`."""

    def claim(
        self, sources: Collection[str], since: int, limit: int, now: int, again: int
    ) -> list[tuple[int, str, str]]:
        """(item, source, address) of items that came since and were never asked for. Given once more from `again` on where
        nothing was saved by then (whoever asked was killed), or from when they were put off to."""

    def put_off(self, item: int, until: int) -> None:
        """It could not be asked for now: `claim` gives it once more from then on."""

    def save(self, item: int, content: str, why: str | None, now: int) -> None:
        """What an article said, as safe HTML, or why nothing was found."""


class Upkeep(Protocol):
    """Looking after the archive, and small facts kept for other processes."""

    def configuration(self) -> tuple[str, dict[str, str]] | None:
        """(epoch, texts by file name, the main file first) of the configuration in force."""

    def put_in_force(self, epoch: str, texts: Mapping[str, str], now: int) -> bool:
        """Make this the configuration in force; False if it is already."""

    def note(self, key: str, value: object) -> None:
        """Keep a small fact for other processes, as JSON."""

    def notes(
        self, facts: Mapping[str, object], revised: Mapping[str, Callable[[object], object]] | None = None
    ) -> None:
        """Keep several at once; those `revised` are made of what was noted before."""

    def noted(self, key: str) -> object:
        """What was noted last; None if nothing was."""

    def prune(self, now: int, keep: int, per_source: Mapping[str, int], proceed: Callable[[], bool] = ...) -> int:
        """Take texts of items that their source has not listed for so many seconds; returns how many. `proceed` is asked
        before each step."""


class Archive(Protocol):
    """The store, by its sides."""

    @property
    def sources(self) -> Sources: ...
    @property
    def intake(self) -> Intake: ...
    @property
    def desk(self) -> Desk: ...
    @property
    def past(self) -> Past: ...
    @property
    def articles(self) -> Articles: ...
    @property
    def upkeep(self) -> Upkeep: ...
    def absent(self, owner: str) -> bool:
        """Whether a process of this identity may have ended, as far as the store knows."""
