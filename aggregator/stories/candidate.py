"""An item that asks for its story."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """One item as the grouping sees it."""

    item: int  # its key: a row number of the store, an index in `classify`
    title: str
    summary: str
    publisher: str  # folded by `publishers:`
    canonical: str | None  # canonical address
    at: int  # effective publication time, epoch seconds: never later than first seen; equal for all where unknown
    lang: str | None
