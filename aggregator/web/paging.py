"""Pages of lists in the API: what to query, in which order, and where the next page continues."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import request
from msgspec import Struct
from msgspec.structs import replace

from aggregator.errors import QueryError
from aggregator.model.stream import Extent, Removed, StreamQuery
from aggregator.web import parameters
from aggregator.web.library import Library
from aggregator.web.queries import Position, in_order, position_of, resolve
from aggregator.web.ranking import CANDIDATES, Entry, best_first

DEFAULT_LIMIT = 50
NEWEST = (10**12, 0)
"""A position before all entries of a list that begins with the newest."""


class PageRequest(Struct, frozen=True):
    """A page of a list: what to query from the archive, and which part of the result to show. `kind` names the order of the list."""

    query: StreamQuery
    kind: str
    limit: int
    start: int  # index of the first row, for a list that is sorted here (by relevance)

    def cut(self, found: Sequence[Entry], extent: Extent) -> tuple[Sequence[Entry], str | None]:
        """(rows to show, cursor of the next page). Between finding the rows and reading them, one may change or be merged; so whether there
        are more is known from `extent`, not from the number of rows."""
        if self.kind.endswith("-relevance"):
            end = self.start + self.limit
            best = best_first(found, self.query.filter)[self.start : end]
            if end >= len(found):
                return best, None
            # All pages show the state at the time of the first page: entries that arrive later would shift the following ones.
            first = self.query.before[0] if self.query.before else 1 + int(found[0].entered.timestamp())
            return best, parameters.encode_cursor(self.kind, first, end)
        shown = found[: self.limit]
        if extent.of <= self.limit:
            return shown, None
        last = position_of(shown[-1]) if shown else self.query.before or NEWEST  # all were merged: the same page again
        return shown, parameters.encode_cursor(self.kind, *last)

    def changes(
        self, found: Sequence[Entry], extent: Extent, removals: Callable[[StreamQuery, Position | None], list[Removed]]
    ) -> tuple[Sequence[Entry], list[str], str | None]:
        """(rows of a list of changes, ids that it no longer shows, cursor of the next page). Removed ids count as rows. `removals(query,
        position)` returns what was removed up to a position (None: all): more rows may follow after that."""
        more = extent.of > self.limit
        if more and not found:  # all were merged since they were found: the same page again
            return found, [], parameters.encode_cursor(self.kind, *(self.query.before or (self.query.first_change, 0)))
        gone: list[Removed] = removals(self.query, position_of(found[-1]) if more else None)
        places = sorted([*map(position_of, found), *map(position_of, gone)])
        end = places[: self.limit][-1] if places else (0, 0)
        ids = [id for one in gone if position_of(one) <= end for id in one.ids]
        cursor = parameters.encode_cursor(self.kind, *end) if more or len(places) > self.limit else None
        return [one for one in found if position_of(one) <= end], ids, cursor


def page_request(lib: Library, view: str) -> PageRequest:
    """Raises QueryError."""
    args = request.args
    since = parameters.moment(args, "changed_since", lib.now())
    base = resolve(lib, "latest", None, {name: args[name] for name in args if name not in ("view", "limit")})
    best = parameters.by_relevance(args, base.filter.words)
    if best and since:
        raise QueryError("order", "`order=relevance` cannot be combined with `changed_since`, which has its own order")
    kind = f"{view}-relevance" if best else f"{view}-changed" if since else view
    limit = parameters.number(args, "limit", DEFAULT_LIMIT, parameters.LIMITS)
    after = parameters.decode_cursor(args, kind)
    query = replace(
        base,
        view=view,
        limit=CANDIDATES if best else limit + 1,
        changed_since=int(since.timestamp()) if since else None,
        before=(after[0], 0) if best and after else after,
    )
    return PageRequest(in_order(query), kind, limit, after[1] if best and after else 0)
