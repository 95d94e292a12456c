"""Shapes of the parts of stories in JSON, the same in feeds and in the API."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta

Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
"""RFC 3339, UTC, whole seconds."""
Address = Annotated[str, Meta(extra_json_schema={"format": "uri"})]


class Match(TypedDict):
    text: str
    field: str
    weight: float


class RunnerUp(TypedDict):
    section: str
    score: float


class Receipt(TypedDict):
    """Why a story is in a section or topic."""

    section: str
    score: float
    rule: str
    matched: list[Match]
    runner_up: RunnerUp | None


class LocatedReceipt(Receipt):
    """A receipt with its line in the configuration (`FILE:LINE`)."""

    at: str | None


class Report(TypedDict):
    """One outlet's report of a story."""

    publisher: str
    source: str
    url: Address | None
    title: str
    published: Instant


class Placement(TypedDict):
    """`_aggregator` of an entry of JSON Feed: where its story is placed and why, in the fields of a story of the API. An entry
    of a list of items has the item's own. `about` documents it."""

    about: Address
    story: str | None
    section: str
    sections: list[str]
    topics: list[str]
    publishers: list[str]
    sources: list[Report]
    receipts: list[Receipt]
