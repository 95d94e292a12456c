"""What the grouping decides."""

from __future__ import annotations

from msgspec import Struct

from aggregator.model.story import Merge, Remembered


class Join(Struct, frozen=True):
    """The story that an item joins, and why.

    `reason` is one of "founder", "same address", "same headline", "alike"; where an override of the editor applies, the pipeline
    replaces it. `score` is the link to the story in 0…1 (1 for equal addresses and headlines; for a founder the link to the
    runner-up). `shared` are the words that the item shares with the most similar item of the story, as written, the most
    significant first. `vetoes` says in words what speaks against the runner-up.
    """

    item: int
    story: int
    reason: str
    score: float
    shared: tuple[str, ...] = ()
    vetoes: tuple[str, ...] = ()
    runner_up: int | None = None  # the second-best story
    runner_up_score: float = 0.0


class Grouping(Struct, frozen=True):
    """The decision on a batch, to be applied in one transaction: first the joins, then the merges.

    `joins` has each item of the batch once, founders first. Only stories that existed before the batch can be `younger` in
    `merges`. `memory` is what to keep of the batch for later ones.
    """

    joins: tuple[Join, ...]
    merges: tuple[Merge, ...]
    memory: Remembered = Remembered()
