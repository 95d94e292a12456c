"""What the grouping reads and what it decides, and its narrow view of the past.

The flow is read, decide, write: `group` reads a `History` through a fixed small number of calls for a whole batch and
returns a `Grouping`; the caller applies it in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


class Known(NamedTuple):
    """An item of the past, as the history keeps it: `kept` are its features, encoded."""

    kept: bytes
    story: int
    at: int
    publisher: str


@dataclass(frozen=True, slots=True)
class Join:
    """The story an item went to, and why.

    `reason` is one of "founder", "same address", "same headline", "alike". `score` is the likeness to the story in
    0…1 (1 for equal addresses and headlines; for a founder that of the runner-up). `shared` are the words, readable,
    that it shares with the story's nearest item, most telling first; `vetoes` what speaks against the story that came next, in
    words.
    """

    item: int
    story: int
    reason: str
    score: float
    shared: tuple[str, ...] = ()
    vetoes: tuple[str, ...] = ()
    runner_up: int | None = None  # the story that came next
    runner_up_score: float = 0.0


@dataclass(frozen=True, slots=True)
class Merge:
    """Two stories turned out to be one: `younger` goes into `older`, whose id stays."""

    older: int
    younger: int
    score: float


class Kept(NamedTuple):
    """What a history is to keep of an item: its features, encoded, and the key of its headline, 0 for none."""

    features: bytes
    headline: int


@dataclass(frozen=True, slots=True)
class Grouping:
    """The decision on a batch, to be applied in one transaction: joins, then merges, then the counts.

    `joins` holds every item of the batch once, founders first; a story named there may be `younger` in `merges`
    only if it was known before. `postings` lists (word, item) under which each item is found again; `frequencies` are
    to be added to the counts of documents that hold a word, `documents` to the number of documents.
    """

    joins: tuple[Join, ...]
    merges: tuple[Merge, ...]
    kept: Mapping[int, Kept] = field(default_factory=dict)
    postings: Sequence[tuple[int, int]] = ()
    frequencies: Mapping[int, int] = field(default_factory=dict)
    documents: int = 0


class History(Protocol):
    """The recent past. Words are ids of stems (`text.words.word_id`), times epoch seconds, bounds inclusive."""

    def documents(self) -> int:
        """How many items have been counted."""

    def frequencies(self, words: Collection[int]) -> Mapping[int, int]:
        """In how many counted items each word stood; words never seen may be absent."""

    def postings(self, words: Collection[int], since: int, until: int, most: int) -> Mapping[int, Sequence[int]]:
        """The items posted under each word and published within the bounds, `most` of each word: a list that is as long may
        go on."""

    def known(self, items: Collection[int]) -> Mapping[int, Known]:
        """What is kept of each item; unknown or purged ones are absent."""

    def members(self, stories: Collection[int]) -> Mapping[int, Sequence[int]]:
        """The items of each story, oldest first."""

    def same_address(self, canonicals: Collection[str]) -> Mapping[str, int]:
        """The story that holds an item of that canonical address."""

    def same_headline(self, keys: Collection[int], since: int, until: int) -> Mapping[int, Sequence[int]]:
        """The items whose `Features.headline` is that key, published within the bounds, oldest first."""
