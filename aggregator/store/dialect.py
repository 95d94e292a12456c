"""What the modules shared by both backends need of a connection, and the expressions that differ. All other shared SQL
is the same text, with `?` for values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Dialect:
    greatest: str  # the function for the greatest of its arguments
    everything: int | None  # a LIMIT that limits nothing
    found: str  # the item of a row of `search`
    matches: str  # a condition on a row of `search`; its `?` stands for what `words` returns
    item_matches: str  # the same of item {0}, where items are examined one by one; {1}: a further condition on the row of `search`
    words: Callable[[Sequence[Sequence[str]], bool], str]  # phrases: of each group one must occur (True), or one of any
    # How many rows its planner expects of a query; None: its planner does not know which words are in many items.
    expected: Callable[[Reads, str, Sequence[Any]], int] | None
    folded: str  # {} with its ASCII letters in lower case, as the indexes hold publishers and languages
    # Column {}, of which no index is used: SQLite would go through all items of a publisher for each story. PostgreSQL knows of what has an
    # index how frequent it is, and of anything else takes each value to be rare.
    one_by_one: str
    one_of: str  # whether {} is one of a list
    listed: Callable[[Collection[Any]], Any]  # the list, as the one value of that condition
    locking: str  # ends a SELECT of rows that are to be updated: who is updating them is awaited, and others wait
    skip_locked: str  # ends a SELECT of rows that are to be updated: leaves out those that another process is updating


class Lock(IntEnum):
    """What only one process does at a time. The numbers are those of PostgreSQL's advisory locks; a SQLite file has one
    writer at a time anyway."""

    MIGRATING = 1
    ASKING = 2  # for articles
    SYNCING = 3
    CONFIGURING = 4
    EDITION = 5
    REVISING = 6  # notes that are made of what was noted before
    LOADING = 7


class Reads(Protocol):
    """What reading needs of a connection."""

    @property
    def dialect(self) -> Dialect: ...

    def read(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows."""

    def select(self, query: str, keys: Collection[Any], order: str = "", *bounds: Any) -> list[Any]:
        """All rows of a query that ends with `… IN`, whose keys follow; `bounds` are the values before them."""


class Writes(Reads, Protocol):
    """What writing needs of a connection."""

    def transaction(self, alone: Lock | None = None, *, unhurried: bool = False) -> AbstractContextManager[Any]:
        """All or nothing. `alone`: the lock that is held to its end; `unhurried`: it may take as long as it needs."""

    def write(self, query: str, values: Sequence[Any] = ()) -> None:
        """One statement of the current transaction."""

    def modify(self, query: str, keys: Collection[Any], *bounds: Any) -> None:
        """An UPDATE or DELETE of the current transaction that ends with `… IN`, whose keys follow; `bounds` are the values before
        them."""

    def insert(
        self, into: str, types: str, rows: Iterable[Sequence[Any]], then: str = "ON CONFLICT DO NOTHING"
    ) -> None:
        """Many rows in the current transaction. `types` are those of the columns, as PostgreSQL names them; `then` ends the
        statement."""


Writer = TypeVar("Writer", bound=Writes)
