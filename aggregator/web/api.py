"""The JSON API under /api/v1: lists with cursors, single stories and items, status."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from msgspec.structs import asdict
from werkzeug.exceptions import NotFound

from aggregator.model import notes
from aggregator.model.joining import in_words
from aggregator.model.stream import Extent, Filter
from aggregator.render.entry import urn
from aggregator.render.fit import fit_address, rfc3339
from aggregator.web import parameters, shapes
from aggregator.web.cache import kept
from aggregator.web.cited import cited
from aggregator.web.library import Library
from aggregator.web.paging import DEFAULT_LIMIT, PageRequest, page_request
from aggregator.web.queries import search_of
from aggregator.web.ranking import Entry
from aggregator.web.receipts import pin_receipts
from aggregator.web.related import Relatives
from aggregator.web.republished import republished, text_of
from aggregator.web.request_context import identifier, library, story_named
from aggregator.web.responses import json_response
from aggregator.web.routes import Operation
from aggregator.web.rows import index_rows, item_json, story_json
from aggregator.web.sources import source_rows

api = Blueprint("api", __name__, url_prefix="/api/v1")

OF_SOURCES = ("source", "publisher", "label")
"""Parameters of search by which sources can be filtered; the others apply only to news."""
OF_NEWS = (*parameters.SEARCH, "changed_since")
"""Lists of sections, topics and sources accept these parameters like all lists, but ignore them (except those that name a row)."""


@api.get("/stories")
@Operation("Stories, newest entry first", {"application/json": shapes.Stories}, parameters.LIST, rows=shapes.Story)
@kept
def stories() -> Response:
    return _listing("stories")


@api.get("/items")
@Operation("Items, newest first", {"application/json": shapes.Items}, parameters.LIST, rows=shapes.Item)
@kept
def items() -> Response:
    return _listing("items")


def _listing(view: str) -> Response:
    """A page of stories or items, newest entry first, or with `changed_since` in order of change."""
    lib = library()
    changed, until = _changed(lib), lib.told_until()
    asked, seconds = page_request(lib, view), lib.seconds()
    reading = lib.archive.reading
    rows: Sequence[shapes.Story | shapes.Item]
    with lib.long_answers.one() if view == "stories" and asked.limit > DEFAULT_LIMIT else nullcontext():
        if view == "stories":
            told, removed, last = _cut(lib, asked, *reading.stories(asked.query, seconds))
            relatives, pins = Relatives(lib, told), pin_receipts(lib)
            rows = [story_json(lib, story, relatives, pins) for story in told]
        else:
            found, removed, last = _cut(lib, asked, *reading.items(asked.query, seconds))
            rows = [item_json(lib.in_force().names.of(item)) for item in found]
        more: dict[str, Any] = {}
        if removed is not None:
            more = {"removed": [urn(id) for id in removed], "changed_until": None if last else rfc3339(until)}
        return page(lib, view, rows, last, changed, **more)


def _cut(
    lib: Library, asked: PageRequest, found: Sequence[Entry], extent: Extent
) -> tuple[Sequence[Entry], list[str] | None, str | None]:
    """(rows to show, ids that are no longer shown or None if it is not a list of changes, cursor of the next page)."""
    if asked.query.changed_since is not None:
        return asked.changes(found, extent, lib.archive.reading.removals)
    shown, last = asked.cut(found, extent)
    return shown, None, last


def page(
    lib: Library, name: str, rows: Sequence[Any], cursor: str | None, modified: datetime | None, **more: Any
) -> Response:
    following = None
    if cursor:
        following = f"{lib.in_force().root}/api/v1/{name}?{urlencode({**request.args.to_dict(), 'cursor': cursor})}"
    link = f'<{following}>; rel="next"' if following else None
    found = {name: rows, **more, "next": cursor, "next_url": following}
    return json_response(found, modified, link=link)


def _changed(lib: Library) -> datetime:
    """When a list last changed. A list with an age as parameter (`since=24h`) changes every minute. Every list may change with the hour,
    because a pin ends or related news is no longer recent."""
    return max(lib.changed(), lib.minute() if parameters.ages(request.args) else lib.hour())


@api.get("/stories/<id>")
@Operation("A story in full", {"application/json": shapes.StoryInFull}, fails=(301, 503))
@kept
def story(id: str) -> Response:
    lib = library()
    changed = _changed(lib)
    found = story_named(id)
    reading = lib.archive.reading
    full: shapes.StoryInFull = {
        **story_json(lib, found, Relatives(lib, [found]), pin_receipts(lib)),
        "content_html": republished(lib, (found,), ()).get(found.id) or reading.content(found.lead),
        "cited": cited(text_of(lib, found.lead), found.link),
        "timeline": [
            {
                "published": rfc3339(item.published),
                "publisher": item.publisher,
                "title": item.title,
                "url": fit_address(item.url),
            }
            for item in reading.members(found.n)
        ],
    }
    return json_response(full, changed)


@api.get("/items/<id>")
@Operation("An item in full", {"application/json": shapes.ItemInFull})
@kept
def item(id: str) -> Response:
    lib = library()
    changed = lib.changed()
    found = lib.archive.reading.item(identifier(id))
    if found is None:
        raise NotFound("there is no item with this id")
    full: shapes.ItemInFull = {
        **item_json(lib.in_force().names.of(found)),
        "content_html": republished(lib, (), (found,)).get(found.id) or lib.archive.reading.content(found.n),
        "why": in_words(found.joining) if found.joining else found.why,
    }
    return json_response(full, changed)


@api.get("/sections")
@Operation(
    "Sections with their feeds",
    {"application/json": shapes.Sections},
    ("limit", "cursor", "section"),
    idle=OF_NEWS,
    rows=shapes.Rules,
)
def sections() -> Response:
    return _rules("section")


@api.get("/topics")
@Operation(
    "Topics with their feeds",
    {"application/json": shapes.Topics},
    ("limit", "cursor", "topic"),
    idle=OF_NEWS,
    rows=shapes.Rules,
)
def topics() -> Response:
    return _rules("topic")


def _rules(kind: str) -> Response:
    lib = library()
    root, name = lib.in_force().root, f"{kind}s"
    asked = getattr(_search_of(lib, (kind,)), kind)
    rows: list[shapes.Rules] = [
        {
            "id": one.id,
            "title": one.title,
            "description": one.description,
            "url": f"{root}/{name}/{one.id}",
            "feeds": {
                "rss": f"{root}/{name}/{one.id}.rss",
                "atom": f"{root}/{name}/{one.id}.atom",
                "json": f"{root}/{name}/{one.id}.json",
            },
            "stories": one.total,
            "stories_24h": one.recent,
        }
        for one in index_rows(lib, kind)
        if asked in (None, one.id)
    ]
    return _sliced(name, rows)


@api.get("/sources")
@Operation(
    "Sources and their health",
    {"application/json": shapes.Sources},
    ("limit", "cursor", *OF_SOURCES),
    idle=OF_NEWS,
    rows=shapes.Source,
)
def sources() -> Response:
    lib = library()
    wanted = _search_of(lib, OF_SOURCES)
    return _sliced("sources", [row for row in source_rows(lib) if _meets(row, wanted)])


def _search_of(lib: Library, names: Sequence[str]) -> Filter:
    """The filter for a list of sections, topics or sources, from these parameters of search."""
    return search_of(lib, {name: request.args[name] for name in names if name in request.args})


def _meets(row: shapes.Source, wanted: Filter) -> bool:
    ids, publishers = wanted.labelled or ((row["id"],), ())
    return (
        wanted.source in (None, row["id"])
        and (wanted.publisher is None or wanted.publisher.lower() == row["publisher"].lower())
        and (row["id"] in ids or row["publisher"] in publishers)
    )


def _sliced(name: str, rows: Sequence[Any]) -> Response:
    """A page of a short list. The cursor is a position in it."""
    lib = library()
    limit = parameters.number(request.args, "limit", 500, parameters.LIMITS)
    after = parameters.decode_cursor(request.args, name)
    start = after[1] if after else 0
    cursor = parameters.encode_cursor(name, 0, start + limit) if start + limit < len(rows) else None
    return page(lib, name, rows[start : start + limit], cursor, None)  # counts and health move with time


@api.get("/status")
@Operation("How the service is doing", {"application/json": shapes.Status})
def status() -> Response:
    lib = library()
    noted = lib.archive.upkeep.noted
    force = lib.in_force()
    tick, broken = noted(notes.TICK), noted(notes.BROKEN_EDIT)
    # Changes within one second get successive dates, so the last may be in the future.
    edition = min(lib.archive.reading.version()[1], lib.seconds())
    found: shapes.Status = {
        "title": force.settings.site.title,
        "epoch": force.settings.epoch,
        "totals": lib.totals(),
        "last_tick": rfc3339(tick) if tick is not None else None,
        "last_edition": rfc3339(edition) if edition else None,
        "configuration": noted(notes.CONFIGURATION),
        "config_error": {**asdict(broken), "at": rfc3339(broken.at)} if broken else None,
        "re_placing": noted(notes.RE_PLACING),
    }
    return json_response(found, None, max_age=5)
