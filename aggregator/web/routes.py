"""The addresses of streams, declared once for pages (without extension) and feeds (with extension)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, Response
from msgspec import Struct

from aggregator.model.stream import QueryKind
from aggregator.web.operations import Operation
from aggregator.web.parameters import STREAM


class Route(Struct, frozen=True):
    kind: QueryKind
    address: str
    named: str
    monthly: bool = False  # it has an archive of months


STREAMS = (
    Route("latest", "/latest", "the latest stories", monthly=True),
    Route("search", "/search", "what a search finds"),
    Route("section", "/sections/<slug:id>", "a section", monthly=True),
    Route("topic", "/topics/<slug:id>", "a topic", monthly=True),
    Route("source", "/sources/<slug:id>", "the items of a source"),
)


def serve_streams(
    blueprint: Blueprint,
    called: str,
    gives: dict[str, Any],
    answer: Callable[..., Response],
    *,
    ending: str = "",
    of_months: str,
) -> None:
    """Register `answer(kind, id=…, month=…, extension=…)` for all addresses of streams and of their months (with only those arguments
    that the address contains). `called` names the response in the API description; `of_months` is the parameter that leads to
    the next part of a month."""
    for one in STREAMS:
        fails = (301, 503) if "id" in one.address else (503,)
        stream = Operation(f"{called} of {one.named}", gives, (*STREAM, "cursor"), fails)
        blueprint.add_url_rule(one.address + ending, one.kind, stream(partial(answer, one.kind)))
        if one.monthly:
            month = Operation(f"{called} of {one.named}: archive of a month", gives, (*STREAM, of_months), fails)
            address = f"{one.address}/<month:month>{ending}"
            blueprint.add_url_rule(address, f"{one.kind}_month", month(partial(answer, one.kind)))
