"""The description of a view for /openapi.json, next to its route."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from aggregator.render.formats import FORMATS
from aggregator.web.shapes import JsonFeed

View = TypeVar("View", bound=Callable[..., Any])

FEED: dict[str, Any] = {one.type: JsonFeed if extension == "json" else str for extension, one in FORMATS.items()}
PAGE: dict[str, Any] = {"text/html": str}
TEXT: dict[str, Any] = {"text/plain": str}


@dataclass(frozen=True, slots=True)
class Operation:
    """`gives`: media type → shape of the answer; `takes`: names of query parameters; `idle`: those that change nothing here, and that
    clients may give to all lists alike; `fails`: further statuses."""

    summary: str
    gives: dict[str, Any]
    takes: tuple[str, ...] = ()
    fails: tuple[int, ...] = ()
    conditional: bool = True  # answers 304 where nothing changed
    idle: tuple[str, ...] = ()

    @property
    def strict(self) -> bool:
        """Whether parameters of ours that it does not take are refused: whoever gives one expects something else than the answer. To
        the address of a page that takes none, others add names of their own, such as `source` or `lang`."""
        return bool(self.takes or {*self.gives} - {*PAGE, *TEXT})


def described(
    summary: str,
    gives: dict[str, Any],
    takes: tuple[str, ...] = (),
    fails: tuple[int, ...] = (),
    *,
    conditional: bool = True,
    idle: tuple[str, ...] = (),
) -> Callable[[View], View]:
    def note(view: View) -> View:
        view.operation = Operation(summary, gives, takes, fails, conditional, idle)  # type: ignore[attr-defined]
        return view

    return note
