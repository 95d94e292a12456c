"""How addresses are declared: the description of each view, for /openapi.json, is given beside its route; those of streams are declared
once for pages (without extension) and feeds (with extension)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from flask import Blueprint, Response
from msgspec import Struct

from aggregator.model.stream import QueryKind
from aggregator.render.formats import FORMATS
from aggregator.web.parameters import STREAM
from aggregator.web.shapes import JsonFeed

View = TypeVar("View", bound=Callable[..., Any])

FEED: dict[str, Any] = {one.type: JsonFeed if extension == "json" else str for extension, one in FORMATS.items()}
PAGE: dict[str, Any] = {"text/html": str}
TEXT: dict[str, Any] = {"text/plain": str}


class Operation(Struct, frozen=True):
    """A decorator that describes a view. `gives`: media type → shape of the response; `takes`: names of query parameters; `fails`:
    further status codes; `idle`: parameters that are accepted but have no effect here, so that clients can send them to all lists; `rows`:
    shape of the rows, of a list of the API."""

    summary: str
    gives: dict[str, Any]
    takes: tuple[str, ...] = ()
    fails: tuple[int, ...] = (503,)  # of nearly all: the store cannot be read
    conditional: bool = True  # answers 304 if nothing changed
    idle: tuple[str, ...] = ()
    rows: type | None = None

    def __call__(self, view: View) -> View:
        view.operation = self  # type: ignore[attr-defined]
        return view

    @property
    def fields(self) -> frozenset[str]:
        """The fields of the rows: whoever gives one as a parameter (`state=silent`) expects only the rows with this value. Not plurals of
        parameters (`sections`), which are misspelt."""
        return frozenset(
            name for name in getattr(self.rows, "__annotations__", ()) if name.removesuffix("s") not in self.takes
        )

    @property
    def strict(self) -> bool:
        """Whether parameters that only other addresses take are refused, since the client expects something else than the response. Not
        for pages without parameters: other sites append parameters to links that happen to have our names, such as `source` or
        `lang`."""
        return bool(self.takes or {*self.gives} - {*PAGE, *TEXT})


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
