"""A new item to be grouped."""

from __future__ import annotations

from msgspec import Struct


class Candidate(Struct, frozen=True):
    """One new item, as the grouping reads it."""

    item: int  # its key: a row number in the store, an index in `classify`
    title: str
    summary: str
    publisher: str  # folded by `publishers:`
    canonical: str | None  # canonical address
    at: int  # publication in epoch seconds, never later than first seen; `classify` gives all undated items the same time
    lang: str | None
