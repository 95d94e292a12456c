"""The connection that the shared modules need (protocols), and the SQL expressions that differ between backends. All other shared SQL
has the same text for both, with `?` for values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from enum import IntEnum
from typing import Any, Protocol, TypeVar

from msgspec import Struct


class Dialect(Struct, frozen=True):
    greatest: str  # the function for the greatest of its arguments
    found: str  # the number of the item, for a row of the full-text index `search`
    matches: str  # the condition that a row of `search` matches; its value is the result of `words`
    item_matches: str  # the same for a given item {0}; {1} is a further condition on the row of `search`
    # Groups of phrases → full-text query. True: one phrase of each group must occur; False: one of any group.
    words: Callable[[Sequence[Sequence[str]], bool], str]
    but_not: str  # the full-text query {0} without what the full-text query {1} finds
    # The number of rows that the planner expects of a query; None if the planner does not know how frequent words are.
    expected: Callable[[Reads, str, Sequence[Any]], int] | None
    folded: str  # {} with its ASCII letters in lower case; the indexes have publishers and languages in this form
    # Column {}, in SQLite as an expression without index, since it would else scan all items of a publisher for each story. In PostgreSQL
    # as it is: only an indexed expression has statistics, and for any other the planner assumes that each value is rare.
    one_by_one: str
    one_of: str  # the condition that {} is in a list
    listed: Callable[[Collection[Any]], Any]  # the list, as the single value of that condition
    array: str  # a query for a single value: the values of column {} in the rows of {}, as a list for `Reads.each`
    locking: str  # ends a SELECT, and locks its rows for an update; waits for other processes that hold them
    skip_locked: str  # the same, but leaves out rows that another process has locked
    data_version: str  # a query for a number that changes whenever another connection has committed


class Lock(IntEnum):
    """The tasks that only one process may do at a time: numbers of PostgreSQL's advisory locks. SQLite has one writer at a time."""

    MIGRATING = 1
    ASKING = 2  # claiming items whose articles are to be fetched
    SYNCING = 3
    CONFIGURING = 4
    EDITION = 5
    REVISING = 6  # updating a note depending on its previous value
    LOADING = 7


class Reads(Protocol):
    """A connection that reads."""

    @property
    def dialect(self) -> Dialect: ...

    def read(self, query: str, values: Sequence[Any] = (), *, afresh: bool = False) -> list[Any]:
        """All rows of the result. `afresh`: how they are found is to depend on these values, however often the same is asked."""

    def select(self, query: str, keys: Collection[Any], order: str = "", *bounds: Any) -> list[Any]:
        """All rows of a query whose text ends with `… IN`; the list of keys is appended. `bounds` are the values before it."""

    def each(self, query: str, keys: Collection[int], *bounds: Any) -> dict[int, Any]:
        """Key → the value that a query finds for it, a number or an `array` of numbers, if that is neither 0 nor empty. `{}` in the query
        stands for the key, and `bounds` are the values of the query."""

    def close(self) -> None: ...


class Writes(Reads, Protocol):
    """A connection that reads and writes."""

    def transaction(self, alone: Lock | None = None, *, unhurried: bool = False) -> AbstractContextManager[Any]:
        """A transaction. `alone`: a lock that is held until its end; `unhurried`: it has no time limit."""

    def free(self, lock: Lock) -> bool:
        """Whether no other process holds this lock; then it is held until the end of the transaction."""

    def unread(self) -> AbstractContextManager[None]:
        """What is written in it needs no answer, and is sent together. Errors come at its end at the latest; nothing can be read in it."""

    def write(self, query: str, values: Sequence[Any] = ()) -> None:
        """Executes one statement in the current transaction."""

    def write_each(self, query: str, rows: Iterable[Sequence[Any]]) -> None:
        """Executes one statement for each of these rows of values."""

    def modify(self, query: str, keys: Collection[Any], *bounds: Any) -> None:
        """Executes an UPDATE or DELETE whose text ends with `… IN`; the list of keys is appended. `bounds` are the values before it."""

    def insert(
        self, into: str, types: str, rows: Iterable[Sequence[Any]], then: str = "ON CONFLICT DO NOTHING"
    ) -> None:
        """Inserts many rows. `types` are PostgreSQL's names for the types of the columns; `then` ends the statement."""


Writer = TypeVar("Writer", bound=Writes)
