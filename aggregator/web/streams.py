"""Builds the stream of a query: everything that goes into its feed or page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from msgspec.structs import replace

from aggregator.model.feed import Stream
from aggregator.model.story import ItemView, StoryView
from aggregator.model.stream import LATEST, Extent, StreamQuery
from aggregator.render.formats import FORMATS
from aggregator.web import parameters
from aggregator.web.library import Library, stream_name
from aggregator.web.queries import address_of, continued, in_order, path_of, position_of, query_string
from aggregator.web.receipts import receipts_of
from aggregator.web.republished import republished
from aggregator.web.times import month_bounds, month_of
from aggregator.web.titles import description, title

MONTH = 5000
"""Maximum number of stories or items in one document of a monthly archive."""


def build(library: Library, query: StreamQuery, args: Mapping[str, str], *, rendered: str | None = None) -> Stream:
    """The stream of a query. `rendered`: the format for which it is built (None: a page); receipts and texts are only computed if the
    format shows them."""
    changed = library.changed(stream_name(query))  # before anything is read
    force = library.in_force()
    now = library.seconds()
    in_parts = rendered is not None
    stories, items, extent, last = _listed(library, query, now, in_parts=in_parts)
    turns = _turns(library, query, args, extent)
    newest = [one.updated for one in stories] + [one.updated for one in items]
    path = force.root + path_of(query.kind, query.id)
    previous, following, current = _documents(library, query, path, now, in_parts=in_parts, continues=bool(last))
    every = force.settings.defaults.every
    return Stream(
        title=title(force, query, args),
        description=description(force, query),
        root=force.root,
        address=address_of(force, query),
        query=query_string(args),
        language=force.settings.site.language,
        updated=max(newest, default=library.since),  # constant for an empty stream: news elsewhere does not change it
        names=force.names,
        zone=force.zone,
        modified=max([changed, *(datetime.fromtimestamp(turn, UTC) for turn in turns if turn <= now)]),
        stories=stories,
        items=items,
        of=extent.of,
        part=continued(args, query, query.before),
        older=continued(args, query, position_of(last)) if last else None,
        receipts=receipts_of(library, stories, items) if rendered and FORMATS[rendered].receipts else {},
        texts=republished(library, stories, items) if rendered else {},
        icons=_icons(library, stories, items) if rendered else {},
        ttl=max(1, int(every.total_seconds() // 60)),
        archive=query.window is not None and query.window[1] <= now,
        previous=previous,
        next=following,
        current=current,
        selection=query_string(args, without=("limit",)),
        expires=min((turn for turn in turns if turn > now), default=None),
    )


class _Listed(NamedTuple):
    """One of `stories` and `items` is empty. `last`: the last one of the other, if older ones follow."""

    stories: tuple[StoryView, ...]
    items: tuple[ItemView, ...]
    extent: Extent
    last: StoryView | ItemView | None


def _listed(library: Library, query: StreamQuery, now: int, *, in_parts: bool) -> _Listed:
    """What the stream lists. `in_parts`: a long month is divided into several documents."""
    most = query.limit
    if query.window:
        most = most or MONTH if in_parts else None  # pages of a month are limited by `query.part`
    # One more than needed, to know whether older ones follow.
    asked = in_order(replace(query, limit=most + 1) if most else query)
    reading, stories, items = library.archive.reading, list[StoryView](), list[ItemView]()
    if query.view == "items":
        items, extent = reading.items(asked, now)
        items = [library.in_force().names.of(item) for item in items]
    else:
        stories, extent = reading.stories(asked, now)
    found = stories or items
    more = extent.left is not None or (most is not None and len(found) > most)
    last = found[:most][-1] if more and found else None
    return _Listed(tuple(stories[:most]), tuple(items[:most]), extent, last)


def _icons(library: Library, stories: Iterable[StoryView], items: Iterable[ItemView]) -> dict[str, str]:
    """Source id → icon of its feed, for the sources of the listed items and of the leads of the listed stories."""
    sources = {story.lead_source for story in stories} | {item.source for item in items}
    states = library.archive.sources.states({source for source in sources if source})
    return {state.id: state.icon for state in states if state.icon}


def _turns(library: Library, query: StreamQuery, args: Mapping[str, str], extent: Extent) -> list[int]:
    """When time alone changed the list, or will change it, in epoch seconds: a pin ends (which changes the receipts of its story), the
    month closes, an entry becomes too old, or an age such as `since=24h` means another time."""
    force, minute = library.in_force(), int(library.minute().timestamp())
    pins = [pin.over(force.zone) for pin in force.settings.overrides.pin]
    ages = (minute, minute + 60) if parameters.ages(args) else ()
    return [*filter(None, (*pins, extent.left, extent.expires)), *(query.window or ())[1:], *ages]


def _documents(
    library: Library, query: StreamQuery, path: str, now: int, *, in_parts: bool, continues: bool
) -> tuple[str | None, str | None, str | None]:
    """Addresses of RFC 5005: (previous archive, next archive, current document), each None if there is none. `in_parts`: long months are
    divided into several documents; `continues`: another part of this month comes before the previous month."""
    name = LATEST if query.kind == "latest" else query.stream
    if name is None or query.view != "stories" or not query.filter.empty:
        return None, None, None
    force = library.in_force()
    if query.window is None:
        last, _ = library.archive.reading.neighbours(name, now + 1, now + 1)
        return (f"{path}/{month_of(last, force.zone)}" if last else None), None, None
    before, after = library.archive.reading.neighbours(name, *query.window)
    if in_parts and after is not None:
        later = datetime.fromtimestamp(after, force.zone)
        if library.archive.reading.exceeds(name, *month_bounds(later.year, later.month, force.zone), MONTH):
            after = None  # the address of that month is its newest part; other parts come between it and this document
    return (
        f"{path}/{month_of(before, force.zone)}" if before and not continues else None,
        f"{path}/{month_of(after, force.zone)}" if after and not query.before else None,
        path,
    )
