"""The page of a stream: of a section, topic or source, of a month, or of a search."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, request
from msgspec.structs import replace
from werkzeug.exceptions import NotFound

from aggregator.model.feed import Stream
from aggregator.model.story import StoryView
from aggregator.model.stream import Filter, QueryKind, StreamQuery
from aggregator.text.plurals import counted
from aggregator.web import parameters
from aggregator.web.cache import kept
from aggregator.web.front_page import SEVERAL, each_once, of_many
from aggregator.web.layout import feeds_of, page
from aggregator.web.library import Library
from aggregator.web.pinned import held, without
from aggregator.web.pulse import pulse
from aggregator.web.queries import Position, continued, path_of, position_of, query_string, resolve
from aggregator.web.ranking import CANDIDATES, best_first, rank_by_importance
from aggregator.web.request_context import library
from aggregator.web.sources import problem, source_rows
from aggregator.web.streams import build
from aggregator.web.titles import called, heading, narrowings, searched, wider

PER_LIST = 100  # stories or items of a list on one page; 500, as in feeds, are 150 screens of a phone
PER_PAGE = 200  # … of a month, which may have tens of thousands: too many for a browser
MOST = 8  # stories with the most outlets, shown beside a stream
IN_FORM = ("q", "section", "since", "until", "min_publishers")
"""The parameters for which the form of a search has a field (in `stream.html`); the form carries the others along."""


@kept
def stream_page(kind: QueryKind, *, id: str | None = None, month: str | None = None) -> Response:
    lib = library()
    force = lib.in_force()
    query = resolve(lib, kind, id, request.args, month)
    best = parameters.by_relevance(request.args, query.filter.words)
    size = query.limit or (PER_PAGE if month else PER_LIST)
    number = parameters.number(request.args, "page", 1, parameters.PAGES) if month else 1
    after = None if month else parameters.decode_cursor(request.args, query.view)
    part = ((number - 1) * size, number * size) if month else None
    listed = replace(query, part=part, limit=None if month else size, before=after)
    stream = build(lib, replace(query, limit=CANDIDATES) if best else listed, request.args)
    told = _number_found(query, stream, size, best=best) if query.kind == "search" and not after else ""
    if best:
        stream = _best(stream, query.filter, size)
    pins = held(lib, query)[:size]
    if pins:
        stream = _with_pins(pins, stream, query, size, after)
    path = path_of(kind, id) + (f"/{month}" if month else "")
    found = stream.stories or stream.items
    carried = [name for name in parameters.KEPT if name not in IN_FORM and request.args.get(name)]
    health = next(iter(source_rows(lib, id)), None) if kind == "source" else None
    return page(
        "stream.html",
        None if health else max(lib.changed(), stream.modified),  # a poll changes the health alone
        stream=stream,
        query=query,
        pinned=set() if after else {story.id for story in pins},
        path=path,
        description=stream.description,
        canonical=None if after or best or number > 1 else stream.address + stream.query,
        feeds=feeds_of(path, stream.query),
        heading=heading(force, query),
        narrowed=[*filter(None, [searched(query)]), *narrowings(force, query, request.args)],
        wider=wider(force, query),
        called=called(lib, query),
        health=health,
        problem=problem,
        number_found=told,
        asked=request.args,
        carried=carried,
        without_carried=path + query_string(request.args, without=carried) + ("&order=relevance" if best else ""),
        candidates=CANDIDATES,
        before=datetime.fromtimestamp(min(after[0], lib.now().timestamp()), UTC) if after and not best else None,
        entering=not query.window and not best,
        by_day=query.window is not None and not best,
        id=query.id if query.kind == "section" else None,
        older=path_of(kind, id) + stream.older if stream.older else None,
        number=number,
        parts=_other_parts(number, size, len(stream.stories) if best else stream.of) if month else [],
        months=_months(stream),
        orders=_orders(path, best=best) if found and query.filter.words and not month else (),
        **_rail(lib, listed),
    )


def _number_found(query: StreamQuery, stream: Stream, size: int, *, best: bool) -> str:
    """How many results a search has, as far as they were read; empty where it finds none or asks for nothing. `stream`: all candidates of
    a search by relevance, else what is shown."""
    found = len(stream.stories or stream.items)
    if not found or (query.filter.empty and query.min_publishers == 1):
        return ""
    told = counted(found, "item") if query.view == "items" else counted(found, "story", "stories")
    if best and found > size:
        return f"The best {size} of {'the newest ' if stream.older else ''}{told}"
    return f"More than {told}" if stream.older else told


def _best(stream: Stream, wanted: Filter, most: int) -> Stream:
    """The stream of a search with only the best matches, best first, and without further pages."""
    stories, items = best_first(stream.stories, wanted), best_first(stream.items, wanted)
    return replace(stream, stories=tuple(stories[:most]), items=tuple(items[:most]), older=None)


def _with_pins(pins: list[StoryView], stream: Stream, query: StreamQuery, size: int, after: Position | None) -> Stream:
    """The list with the pinned stories at its top; its other pages do not repeat them. The pins may push the last stories off the first
    page, so the link to the next page starts after the last story that is still shown (or before the first one, if the pins fill the
    page)."""
    if after:
        return replace(stream, stories=tuple(without(pins, stream.stories)))
    others = without(pins, stream.stories)[: size - len(pins)]
    older = stream.older
    if older:
        time, n = position_of(others[-1] if others else stream.stories[0])
        older = continued(request.args, query, (time, n if others else n + 1))
    return replace(stream, stories=(*pins, *others), older=older)


def _rail(lib: Library, query: StreamQuery) -> dict[str, Any]:
    """What is shown beside a stream: its stories with the most outlets, and its chart. Nothing beside a search, an archive, a source or
    the second page of a list."""
    if not query.filter.empty or query.window or query.before or query.kind == "source":
        return {"foremost": [], "pulse": []}
    now = lib.seconds()
    lists = lib.archive.reading.heads(of_many(replace(query, limit=SEVERAL)), now)
    several = rank_by_importance(each_once(lists.values()), now)[:MOST]
    return {
        "foremost": sorted(several, key=lambda story: -story.independent),
        "pulse": pulse(lib, query.stream) if query.kind in ("latest", "section") else [],
    }


def _orders(path: str, *, best: bool) -> list[tuple[str, str, bool]]:
    """(name, path, whether it is the current one) of the orders of a search."""
    newest = path + query_string(request.args)
    return [("Newest first", newest, not best), ("Best match first", f"{newest}&order=relevance", best)]


def _other_parts(number: int, size: int, of: int) -> list[tuple[str, int, int]]:
    """(rel, page number, number of pages) of links to the previous and the next page of a month."""
    count = max(1, -(-of // size))
    if number > count:
        raise NotFound(f"there is no such page: the last of this month is {count}")
    links = [("prev", number - 1, count), ("next", number + 1, count)]
    return [link for link in links if 1 <= link[1] <= count]


def _months(stream: Stream) -> list[tuple[str, str, datetime]]:
    """(rel, month, a time in it) of links to the previous and the next month."""
    found = (("prev", stream.previous), ("next", stream.next))
    months = [(rel, address.rsplit("/", 1)[1]) for rel, address in found if address]
    zone = library().in_force().zone
    return [(rel, month, datetime.strptime(month, "%Y-%m").replace(tzinfo=zone)) for rel, month in months]
