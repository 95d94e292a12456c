"""The types of those parts of a story that are the same in JSON Feed and in the API. Their docstrings appear in /openapi.json."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta

Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
"""RFC 3339, UTC, whole seconds."""
Address = Annotated[str, Meta(extra_json_schema={"format": "uri"})]


class Match(TypedDict):
    """A word or place that was found, in which field of the text, and what it weighs there."""

    text: str
    field: str
    weight: float


class RunnerUp(TypedDict):
    """The section with the next highest score."""

    section: str
    score: float


class Receipt(TypedDict):
    """Why a story is in a section or topic: `section` is its id, `rule` its strongest rule, `matched` all that was found."""

    section: str
    score: float
    rule: str
    matched: list[Match]
    runner_up: RunnerUp | None


class LocatedReceipt(Receipt):
    """A receipt with the line of its rule in the configuration (`FILE:LINE`); null if no line is responsible."""

    at: str | None


class Report(TypedDict):
    """One outlet's report of a story."""

    publisher: str
    source: str
    url: Address | None
    title: str
    published: Instant


class Placement(TypedDict):
    """`_aggregator` of an entry in JSON Feed: where the entry is placed and why, in the fields that a story has in the API. If the entry
    is an item, these are the item's own. `about` is the address of the documentation."""

    about: Address
    story: str | None
    section: str
    sections: list[str]
    topics: list[str]
    publishers: list[str]
    sources: list[Report]
    receipts: list[Receipt]
