"""Those parts of a story that are the same in JSON Feed and in the API: their types, whose docstrings appear in /openapi.json, and how
they are made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, TypedDict

from msgspec import Meta

from aggregator.model import judgement, story
from aggregator.render.fit import fit_address, rfc3339

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


MOST = 50
"""At most so many reports of one outlet are listed in a story. A live ticker, or an outlet that floods its feed with copies, may have
thousands of them in one story, and then every list of stories would have them too."""


def listed(of: Sequence[story.Report], link: str | None) -> list[Report]:
    """The reports of a story, in their order: of each outlet the first, and its newest. Also the lead article (`link`)."""
    counts, passed, kept = Counter([one.publisher for one in of]), Counter[str](), []
    lead = next((one for one in of if one.url == link), None)
    for one in of:
        passed[name := one.publisher] += 1
        if one is lead or passed[name] == 1 or passed[name] > counts[name] - MOST + 1:
            kept.append(one)
    return reports(kept)


def reports(of: Iterable[story.Report]) -> list[Report]:
    return [
        {
            "publisher": one.publisher,
            "source": one.source,
            "url": fit_address(one.url),
            "title": one.title,
            "published": rfc3339(one.published),
        }
        for one in of
    ]


def receipt(one: judgement.Receipt) -> Receipt:
    runner_up = one.runner_up
    return {
        "section": one.section,
        "score": round(one.score, 3),
        "rule": one.rule,
        "matched": [
            {"text": match.text, "field": match.field, "weight": round(match.weight, 3)} for match in one.matched
        ],
        "runner_up": {"section": runner_up.section, "score": round(runner_up.score, 3)} if runner_up else None,
    }


def located(one: judgement.Receipt) -> LocatedReceipt:
    """A receipt with its line in feeds.yaml, for the API and commands; feeds do not contain it."""
    return {**receipt(one), "at": str(one.at) if one.at else None}
