"""Addresses → streams: which stream an address names, and what goes into its feed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlencode

from werkzeug.exceptions import NotFound

from aggregator.errors import QueryError
from aggregator.model.settings import Settings
from aggregator.model.story import ItemView, StoryView
from aggregator.model.stream import LATEST, Extent, Filter, Names, QueryKind, Removed, Stream, StreamQuery
from aggregator.web import parameters
from aggregator.web.library import InForce, Library, stream_name
from aggregator.web.months import month_bounds, month_of
from aggregator.web.ranking import SearchText, rank_by_relevance
from aggregator.web.receipts import receipts_of
from aggregator.web.republished import republished
from aggregator.web.request_context import Renamed
from aggregator.web.titles import description, title

Entry = TypeVar("Entry", StoryView, ItemView)

Position = tuple[int, int]
"""(time, number) of a row in the order of a list."""

MAX_PUBLISHERS = 50
FLOOR = 5
"""Stories that a found topic needs before the indexes list it."""


def resolve(
    library: Library, kind: QueryKind, id: str | None, args: Mapping[str, str], month: str | None = None
) -> StreamQuery:
    """The stream an address and its parameters name.

    Raises:
        NotFound: there is no such section, topic, source or month.
        Renamed: it has another id now.
        QueryError: a parameter does not fit.
    """
    force = library.in_force()
    known(force, kind, id)
    wanted = search_of(library, args)
    parameters.choice(args, "order", parameters.ORDERS, parameters.ORDERS[0])  # a feed has one order; a slip is told
    default_view = "items" if kind == "source" else "stories"
    return StreamQuery(
        kind=kind,
        id=id,
        view=parameters.choice(args, "view", ("stories", "items"), default_view),
        min_publishers=parameters.number(args, "min_publishers", 1, (1, MAX_PUBLISHERS)),
        primary=parameters.flag(args, "primary"),
        limit=parameters.number(args, "limit", None, parameters.LIMITS),
        filter=wanted,
        window=_window(month, force) if month else None,
        sections=_fallback_first(force.names),
    )


def _fallback_first(names: Names) -> tuple[str, ...]:
    return tuple(sorted(names.sections, key=lambda id: id != names.fallback))


def search_of(library: Library, args: Mapping[str, str]) -> Filter:
    """What the parameters of search ask for, by the names in force.

    Raises:
        QueryError: a parameter does not fit.
    """
    force = library.in_force()
    wanted = labelled(force.settings, parameters.search(args, library.now()))
    if wanted.publisher:
        wanted = replace(wanted, publisher=force.publisher(wanted.publisher))
    wanted = replace(
        wanted,
        section=_renamed(force, "section", wanted.section) or wanted.section,
        topic=_renamed(force, "topic", wanted.topic) or wanted.topic,
        source=_renamed(force, "source", wanted.source) or wanted.source,
    )
    check(force.names, wanted)
    return wanted


def known(force: InForce, kind: str, id: str | None) -> None:
    """Raises:
    NotFound: there is no such section, topic or source.
    Renamed: it has another id now.
    """
    if kind in ("section", "topic", "source") and id not in ids(force.names, kind):
        if renamed := _renamed(force, kind, id):
            raise Renamed(renamed)
        raise NotFound(f"there is no {kind} with this id")


def _renamed(force: InForce, kind: str, id: str | None) -> str | None:
    """The current id of the section, topic or source that had this id before, unless another has it today: as the file says, else
    as it said before; else the source that had it first, which may have left the file since."""
    if id is None or id in ids(force.names, kind):
        return None
    if kind == "source":
        named = next((source.id for source in force.settings.sources if id in source.was), force.first_ids.get(id))
    else:
        named = force.renamed.get((kind, id))
    return named if named in ids(force.names, kind) else None


def ids(names: Names, kind: str) -> Collection[str]:
    found: dict[str, Collection[str]] = {"section": names.sections, "topic": names.topics, "source": names.sources}
    return found[kind]


def check(names: Names, wanted: Filter) -> None:
    """A misspelt id is an error, not an empty result."""
    for name in ("section", "topic", "source"):
        id = getattr(wanted, name)
        if id is not None and id not in ids(names, name):
            raise QueryError(name, f"`{name}`: there is no such {name}; /{name}s lists all")


@dataclass(frozen=True, slots=True)
class IndexRow:
    """A section or topic of an index: how many stories it has, and how many of them entered within a day."""

    id: str
    title: str
    description: str | None
    total: int
    recent: int


def listed(library: Library, kind: str) -> list[IndexRow]:
    """Sections or topics in the editor's order; then found topics that are used enough."""
    settings = library.in_force().settings
    counts = library.archive.reading.counts(kind, int(library.now().timestamp()) - 86_400)
    configured = settings.sections if kind == "section" else settings.topics
    rows = [IndexRow(one.id, one.title, one.description, *counts.get(one.id, (0, 0))) for one in configured]
    if kind == "topic":
        chosen = {one.id for one in configured}
        found = [(title, id) for id, title in library.in_force().names.topics.items() if id not in chosen]
        rows += [
            IndexRow(id, title, None, *counts[id]) for title, id in sorted(found) if counts.get(id, (0, 0))[0] >= FLOOR
        ]
    return rows


def labelled(settings: Settings, wanted: Filter) -> Filter:
    """`label=public` or `label=owner:public`: the sources and publishers with that label."""
    if wanted.label is None:
        return wanted

    def carries(labels: tuple[tuple[str, str], ...]) -> bool:
        return any(wanted.label in (value, f"{key}:{value}") for key, value in labels)

    sources = tuple(source.id for source in settings.sources if carries(source.labels))
    publishers = tuple(publisher.name for publisher in settings.publishers if carries(publisher.labels))
    return replace(wanted, labelled=(sources, publishers))


def _window(month: str, force: InForce) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{4})-(\d{2})", month)
    if not found or not 1970 <= int(found[1]) <= 9998 or not 1 <= int(found[2]) <= 12:
        raise NotFound("there is no such month")
    return month_bounds(int(found[1]), int(found[2]), force.zone)


def query_string(args: Mapping[str, str], without: Collection[str] = ()) -> str:
    """The parameters that count, as they were given: "?q=…&limit=5" or ""."""
    kept = [(name, args[name]) for name in args if name in parameters.KEPT and name not in without and args[name]]
    return f"?{urlencode(kept, errors='replace')}" if kept else ""


def continued(args: Mapping[str, str], view: str, after: Position | None) -> str:
    """The same, of the part of a list that continues after a position."""
    asked = query_string(args)
    return f"{asked}{'&' if asked else '?'}cursor={parameters.encode_cursor(view, *after)}" if after else asked


def position_of(one: StoryView | ItemView | Removed) -> Position:
    """In the order asked for, also where that is of changes."""
    return int(one.entered.timestamp()), one.n


def path_of(kind: QueryKind, id: str | None) -> str:
    """The address of a stream, as `routes.py` declares it."""
    match kind:
        case "section" | "topic" | "source":
            return f"/{kind}s/{id}"
        case "daily":
            return f"/sections/{id}/daily"
        case "latest" | "search":
            return f"/{kind}"


def build(
    library: Library, query: StreamQuery, args: Mapping[str, str], *, rendered: str | None = None
) -> tuple[Stream, int | None]:
    """What the feed of a query lists, and when time alone will change it (epoch seconds; None: never). `rendered`: the
    format it is for; each gets what it can express."""
    changed = library.changed(stream_name(query))
    force = library.in_force()
    now = int(library.now().timestamp())
    # One more than asked for tells whether older ones follow.
    ahead = replace(query, limit=query.limit + 1) if query.limit and not query.window else query
    stories, items, extent = _results(library, ahead, now)
    more = extent.left is not None or (ahead is not query and len(stories or items) > (query.limit or 0))
    stories, items = stories[: query.limit], items[: query.limit]
    last = (stories or items)[-1:] if more else ()
    ends = [*_ends(force), *(query.window or ())[1:]]  # of pins, and of the month
    expires = min([*filter(None, [extent.expires]), *(end for end in ends if end > now)], default=None)
    newest = [one.updated for one in stories] + [one.updated for one in items]
    path = force.root + path_of(query.kind, query.id)
    previous, following, current = _documents(library, query, path, now)
    every = force.settings.defaults.every
    stream = Stream(
        title=title(force, query),
        description=description(force, query),
        root=force.root,
        address=f"{path}/{month_of(query.window[0], force.zone)}" if query.window else path,
        query=query_string(args),
        language=force.settings.site.language,
        updated=max(newest, default=library.since),  # of an empty one: news elsewhere changes nothing in it
        names=force.names,
        # Of items that are not placed yet, too.
        modified=max([by_time(library, query, args, extent, changed), *(one.updated for one in items)]),
        stories=stories,
        items=items,
        of=extent.of,
        part=continued(args, query.view, query.before),
        older=continued(args, query.view, position_of(last[0])) if last else None,
        receipts=receipts_of(library, stories, items) if rendered == "json" else {},
        texts=republished(library, stories, items) if rendered else {},
        icons=_icons(library, stories, items) if rendered else {},
        ttl=max(1, int(every.total_seconds() // 60)),
        icon=f"{force.root}/static/icon.png",
        archive=query.window is not None and query.window[1] <= now,
        previous=previous,
        next=following,
        current=current,
        selection=query_string(args, without=("limit",)),
    )
    return stream, expires


def _results(
    library: Library, query: StreamQuery, now: int
) -> tuple[tuple[StoryView, ...], tuple[ItemView, ...], Extent]:
    """The stories or items of a query."""
    reading = library.archive.reading
    if query.view == "items":
        items, extent = reading.items(query, now)
        return (), tuple(map(library.in_force().names.of, items)), extent
    stories, extent = reading.stories(in_order(query), now)
    return tuple(stories), (), extent


def in_order(query: StreamQuery) -> StreamQuery:
    """The query for the order of a list: stories searched within a section or a topic come in the order in which they entered
    it, as in its feed."""
    wanted = query.filter
    if query.kind not in ("latest", "search") or query.view != "stories" or query.window:
        return query
    if wanted.section:
        return replace(query, kind="section", id=wanted.section, filter=replace(wanted, section=None))
    if wanted.topic:
        return replace(query, kind="topic", id=wanted.topic, filter=replace(wanted, topic=None))
    return query


def _icons(library: Library, stories: Iterable[StoryView], items: Iterable[ItemView]) -> dict[str, str]:
    """Icons of the sources that lead the listed stories, as their feeds give them."""
    sources = {story.lead_source for story in stories} | {item.source for item in items}
    states = library.archive.sources.states({source for source in sources if source})
    return {state.id: state.icon for state in states if state.icon}


def by_time(
    library: Library, query: StreamQuery, args: Mapping[str, str], extent: Extent, changed: datetime
) -> datetime:
    """When the list last changed: at the time given, or since then by time alone, as an entry became too old, a month closed, a pin
    ended, an age means another time."""
    now = library.now()
    found = [changed, *(datetime.fromtimestamp(end, UTC) for end in _ends(library.in_force()))]
    if parameters.ages(args):
        found.append(library.minute())
    if query.window and query.window[1] <= now.timestamp():
        found.append(datetime.fromtimestamp(query.window[1], UTC))
    if extent.left is not None:
        found.append(datetime.fromtimestamp(extent.left, UTC))
    return max(moment for moment in found if moment <= max(now, changed))


def _ends(force: InForce) -> list[int]:
    """When the pins of the configuration end, past or to come; then the receipts of their stories are others."""
    return [end for pin in force.settings.overrides.pin if (end := pin.over(force.zone)) is not None]


def best_first(found: Sequence[Entry], words: Iterable[str]) -> list[Entry]:
    """Stories or items, the best match for the words of a search first."""
    return [found[n] for n in rank_by_relevance(list(map(_search_text, found)), words)]


def _search_text(one: StoryView | ItemView) -> SearchText:
    if isinstance(one, ItemView):
        return SearchText.of(one.title, one.summary)
    return SearchText.of(one.title, one.summary, [report.title for report in one.reports], one.independent)


def _documents(library: Library, query: StreamQuery, path: str, now: int) -> tuple[str | None, str | None, str | None]:
    """Addresses of RFC 5005: the archive before, the one after, and the current document."""
    name = LATEST if query.kind == "latest" else query.stream
    if name is None or query.view != "stories" or not query.filter.empty:
        return None, None, None
    force = library.in_force()
    if query.window is None:
        last, _ = library.archive.reading.neighbours(name, now + 1, now + 1)
        return (f"{path}/{month_of(last, force.zone)}" if last else None), None, None
    before, after = library.archive.reading.neighbours(name, *query.window)
    return (
        f"{path}/{month_of(before, force.zone)}" if before else None,
        f"{path}/{month_of(after, force.zone)}" if after else None,
        path,
    )
