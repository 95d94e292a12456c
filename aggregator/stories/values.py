"""The input and output of the grouping, and its view of the past.

`group` reads a `History` with a small fixed number of calls for a whole batch and returns a `Grouping`, which the caller
applies in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


class Known(NamedTuple):
    """A known item as the history keeps it. `kept` are its encoded features (`Features.encode`), `at` its publication in epoch
    seconds."""

    kept: bytes
    story: int
    at: int
    publisher: str


@dataclass(frozen=True, slots=True)
class Join:
    """The story that an item joins, and why.

    `reason` is one of "founder", "same address", "same headline", "alike". `score` is the link to the story in 0…1 (1 for
    equal addresses and headlines; for a founder the link to the runner-up). `shared` are the words, as written, that it
    shares with the nearest item of the story, most telling first; `vetoes` says in words what speaks against the runner-up.
    """

    item: int
    story: int
    reason: str
    score: float
    shared: tuple[str, ...] = ()
    vetoes: tuple[str, ...] = ()
    runner_up: int | None = None  # the second-best story
    runner_up_score: float = 0.0


@dataclass(frozen=True, slots=True)
class Merge:
    """Two known stories are one: `younger` becomes part of `older`, which keeps its id."""

    older: int
    younger: int
    score: float


class Kept(NamedTuple):
    """What a history should keep of an item: its encoded features, and the key of its headline (0 for none)."""

    features: bytes
    headline: int


@dataclass(frozen=True, slots=True)
class Grouping:
    """The decision on a batch, to be applied in one transaction: joins, then merges, then the counts.

    `joins` has every item of the batch once, founders first; a story in it can be `younger` in `merges` only if it was
    known before. `postings` are the (word, item) to add to the index; `frequencies` and `documents` are to be added to the
    numbers of documents that contain each word and to the number of documents.
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
        """Word → how many of the counted items contain it; words never seen may be absent."""

    def postings(self, words: Collection[int], since: int, until: int, most: int) -> Mapping[int, Sequence[int]]:
        """Word → items indexed under it and published within the bounds, at most `most` for each word (so a list of that
        length may be cut)."""

    def known(self, items: Collection[int]) -> Mapping[int, Known]:
        """Item → what is kept of it; unknown or purged ones are absent."""

    def members(self, stories: Collection[int]) -> Mapping[int, Sequence[int]]:
        """Story → its items, oldest first."""

    def same_address(self, canonicals: Collection[str]) -> Mapping[str, int]:
        """Canonical address → the story that has an item there."""

    def same_headline(self, keys: Collection[int], since: int, until: int) -> Mapping[int, Sequence[int]]:
        """Key (`Features.headline`) → the items with this headline that were published within the bounds, oldest first."""
