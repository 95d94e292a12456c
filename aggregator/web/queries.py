"""Translates addresses and parameters to stream queries, and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import urlencode

from msgspec.structs import replace
from werkzeug.exceptions import NotFound

from aggregator.config.scalars import slug
from aggregator.config.suggest import closest
from aggregator.errors import QueryError
from aggregator.model.settings import Settings
from aggregator.model.story import ItemView, StoryView
from aggregator.model.stream import Filter, QueryKind, Removed, StreamName, StreamQuery
from aggregator.web import parameters
from aggregator.web.in_force import InForce
from aggregator.web.library import Library
from aggregator.web.request_context import Renamed, path_with
from aggregator.web.times import month_bounds, month_of

Position = tuple[int, int]
"""(time, number) of a row in the order of a list."""

MAX_PUBLISHERS = 50
ALIKE = 0.8  # similarity (`difflib`) of an unknown id to the one that may be meant: `defence`


def resolve(
    library: Library, kind: QueryKind, id: str | None, args: Mapping[str, str], month: str | None = None
) -> StreamQuery:
    """The query for an address and its parameters.

    Raises:
        NotFound: there is no such section, topic, source or month.
        Renamed: the section, topic or source has another id now.
        QueryError: a parameter is invalid.
    """
    force = library.in_force()
    # First, so that of a misspelt section only a month that exists is offered.
    window = _window(library, month) if month else None
    known(force, kind, id)
    wanted = search_of(library, args)
    # feeds ignore it, but refuse wrong values
    parameters.choice(args, "order", parameters.ORDERS, parameters.ORDERS[0])
    default_view = "items" if kind == "source" else "stories"
    return StreamQuery(
        kind=kind,
        id=id,
        view=parameters.choice(args, "view", ("stories", "items"), default_view),
        min_publishers=parameters.number(args, "min_publishers", 1, (1, MAX_PUBLISHERS)),
        primary=parameters.flag(args, "primary"),
        limit=parameters.number(args, "limit", None, parameters.LIMITS),
        filter=wanted,
        window=window,
        sections=tuple(sorted(force.names.sections, key=lambda id: id != force.names.fallback)),
    )


def search_of(library: Library, args: Mapping[str, str]) -> Filter:
    """The filter from the parameters of search, with present ids and canonical names.

    Raises:
        QueryError: a parameter is invalid, or names something that does not exist.
    """
    force = library.in_force()
    wanted = labelled(force.settings, parameters.search(args, library.now()))
    if typed := wanted.publisher:
        name = force.publisher(typed)
        # Not if another outlet has just this name, for example one that a wrapper names: Post beside The Post.
        if name.lower() == typed.lower() or not library.archive.reading.has_publisher(typed):
            wanted = replace(wanted, publisher=name)
    for kind in parameters.OF_ID:
        if id := getattr(wanted, kind):
            present = _present(force, kind, id)
            if present is None:  # a misspelt id must not give an empty result
                raise QueryError(kind, f"`{kind}`: there is no such {kind}; {_hint(force, kind, id)}")
            wanted = replace(wanted, **{kind: present})
    return wanted


def known(force: InForce, kind: str, id: str | None) -> None:
    """Check that there is a section, topic or source with this id (None: the stream needs none).

    Raises:
        NotFound: there is none.
        Renamed: it has another id now.
    """
    if id is None:
        return
    present = _present(force, kind, id)
    if present is None:
        raise NotFound(f"there is no {kind} with this id; {_hint(force, kind, id, address=True)}")
    if present != id:
        raise Renamed(present)


def _present(force: InForce, kind: str, id: str) -> str | None:
    """The present id of the section, topic or source that has the id, or had it before; None if there is none. A former id is found
    by `was` in the file, or in an earlier file, or (for sources) by the first id of a source, which may have been removed since."""
    present = force.names.titles(kind)
    if id in present:
        return id
    if kind == "source":
        named = next((source.id for source in force.settings.sources if id in source.was), force.first_ids.get(id))
    else:
        named = force.renamed.get(StreamName.read(f"{kind}:{id}"))
    return named if named in present else None


def _hint(force: InForce, kind: str, id: str, *, address: bool = False) -> str:
    """What was probably meant by an unknown id: `defense`; or the requested address with it: `/sections/defense.rss`."""
    near = closest(slug(id), force.names.titles(kind), ALIKE)
    meant = f"{force.prefix}{path_with(near)}" if near and address else near
    return f"did you mean `{meant}`?" if meant else f"`{force.prefix}/{kind}s` lists all"


def labelled(settings: Settings, wanted: Filter) -> Filter:
    """The filter with the sources and publishers that have its label (`label=public` or `label=owner:public`), in any case."""
    if wanted.label is None:
        return wanted
    label = wanted.label.casefold()

    def carries(labels: tuple[tuple[str, str], ...]) -> bool:
        return any(label in (value.casefold(), f"{key}:{value}".casefold()) for key, value in labels)

    sources = tuple(source.id for source in settings.sources if carries(source.labels))
    publishers = tuple(publisher.name for publisher in settings.publishers if carries(publisher.labels))
    return replace(wanted, labelled=(sources, publishers))


def _window(library: Library, month: str) -> tuple[int, int]:
    year, number = map(int, month.split("-"))
    if not 1970 <= year <= 9998 or not 1 <= number <= 12:
        raise NotFound("there is no such month")
    window = month_bounds(year, number, library.in_force().zone)
    # `changed` too: the clock may have been set back since the last news.
    if window[0] > max(library.now(), library.changed()).timestamp():
        raise NotFound("there is no such month yet")
    return window


def query_string(args: Mapping[str, str], without: Collection[str] = ()) -> str:
    """The parameters that distinguish streams, as given: "?q=…&limit=5" or ""."""
    kept = [(name, args[name]) for name in args if name in parameters.KEPT and name not in without and args[name]]
    return f"?{urlencode(kept, errors='replace')}" if kept else ""


def continued(args: Mapping[str, str], query: StreamQuery, after: Position | None) -> str:
    """As `query_string`, with a cursor for the part of the list after a position (None: no cursor)."""
    asked = query_string(args)
    if after is None:
        return asked
    return f"{asked}{'&' if asked else '?'}cursor={parameters.encode_cursor(order_of(query), *after)}"


def order_of(query: StreamQuery) -> str:
    """The kind of a list, for its cursors: months have another order (by publication) than other lists."""
    return f"{query.view}-month" if query.window else query.view


def position_of(one: StoryView | ItemView | Removed) -> Position:
    """The position of a row in the order of its list (`entered` is the time of change in a list of changes)."""
    return int(one.entered.timestamp()), one.n


def path_of(kind: QueryKind, id: str | None) -> str:
    """The path of a stream, as declared in `routes.py`."""
    match kind:
        case "section" | "topic" | "source":
            return f"/{kind}s/{id}"
        case "daily":
            return f"/sections/{id}/daily"
        case "latest" | "search":
            return f"/{kind}"


def address_of(force: InForce, query: StreamQuery) -> str:
    """The public address of a stream's page, which is that of its feeds without extension."""
    month = f"/{month_of(query.window[0], force.zone)}" if query.window else ""
    return f"{force.root}{path_of(query.kind, query.id)}{month}"


def in_order(query: StreamQuery) -> StreamQuery:
    """Change a search within a section or topic to a query of that stream, so that its entries are in the order in which they entered
    the stream, as in its feed. Other queries stay as they are."""
    wanted = query.filter
    if query.kind not in ("latest", "search") or query.window:
        return query
    if wanted.section:
        return replace(query, kind="section", id=wanted.section, filter=replace(wanted, section=None))
    if wanted.topic:
        return replace(query, kind="topic", id=wanted.topic, filter=replace(wanted, topic=None))
    return query
