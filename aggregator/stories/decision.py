"""What the grouping decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from aggregator.model.story import Merge


@dataclass(frozen=True, slots=True)
class Join:
    """The story that an item joins, and why.

    `reason` is one of "founder", "same address", "same headline", "alike"; where the editor decides otherwise, the pipeline
    puts its own in their place. `score` is the link to the story in 0…1 (1 for equal addresses and headlines; for a founder
    the link to the runner-up). `shared` are the words, as written, that it shares with the nearest item of the story, most
    telling first; `vetoes` says in words what speaks against the runner-up.
    """

    item: int
    story: int
    reason: str
    score: float
    shared: tuple[str, ...] = ()
    vetoes: tuple[str, ...] = ()
    runner_up: int | None = None  # the second-best story
    runner_up_score: float = 0.0


class Kept(NamedTuple):
    """What is to be kept of an item: its encoded features, and the key of its headline (0 for none)."""

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
