"""Where two backends say the same thing in different words. All else of their common SQL is the same text, with `?` for
values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Dialect:
    greatest: str  # the function for the greatest of its arguments
    everything: int | None  # a LIMIT that limits nothing
    found: str  # the item of a row of `search`
    matches: str  # a condition on a row of `search`, with a mark for what `words` gives
    words: Callable[[Sequence[str], bool], str]  # phrases, all of which (True) or any of which must occur
    same: str  # equality with a value, ASCII letters of either case
    one_of: str  # whether {} is one of a list
    listed: Callable[[Collection[str]], Any]  # that list as a value


class Reads(Protocol):
    """What reading needs of a connection."""

    @property
    def dialect(self) -> Dialect: ...

    def read(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows."""

    def select(self, query: str, keys: Collection[Any], order: str = "", *bounds: Any) -> list[Any]:
        """All rows of a query that ends with `… IN`, whose keys follow; `bounds` are the values before them."""
