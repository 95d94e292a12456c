"""Descriptions of views for /openapi.json, given beside their routes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct

from aggregator.render.formats import FORMATS
from aggregator.web.shapes import JsonFeed

View = TypeVar("View", bound=Callable[..., Any])

FEED: dict[str, Any] = {one.type: JsonFeed if extension == "json" else str for extension, one in FORMATS.items()}
PAGE: dict[str, Any] = {"text/html": str}
TEXT: dict[str, Any] = {"text/plain": str}


class Operation(Struct, frozen=True):
    """A decorator that describes a view. `gives`: media type → shape of the response; `takes`: names of query parameters; `fails`:
    further status codes; `idle`: parameters that are accepted but have no effect here, so that clients can send them to all lists."""

    summary: str
    gives: dict[str, Any]
    takes: tuple[str, ...] = ()
    fails: tuple[int, ...] = (503,)  # of nearly all: the store cannot be read
    conditional: bool = True  # answers 304 if nothing changed
    idle: tuple[str, ...] = ()

    def __call__(self, view: View) -> View:
        view.operation = self  # type: ignore[attr-defined]
        return view

    @property
    def strict(self) -> bool:
        """Whether parameters that only other addresses take are refused, since the client expects something else than the response. Not
        for pages without parameters: other sites append parameters to links that happen to have our names, such as `source` or
        `lang`."""
        return bool(self.takes or {*self.gives} - {*PAGE, *TEXT})
