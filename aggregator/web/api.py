"""The JSON API under /api/v1: lists with cursors, single stories and items, status."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from aggregator.model.joining import said
from aggregator.model.settings import Source
from aggregator.model.source import SourceState
from aggregator.model.story import ItemView, StoryView
from aggregator.model.stream import StreamQuery
from aggregator.render.entry import urn
from aggregator.render.instants import rfc3339
from aggregator.render.jsonfeed import located, reports
from aggregator.web import parameters, shapes
from aggregator.web.answers import json_answer
from aggregator.web.asked import identifier, library, story_named
from aggregator.web.cited import cited
from aggregator.web.described import described
from aggregator.web.library import InForce, Library, month_of
from aggregator.web.related import Relative, Relatives
from aggregator.web.streams import listed, resolve, why

api = Blueprint("api", __name__, url_prefix="/api/v1")

DEFAULT_LIMIT = 50


@api.get("/stories")
@described("Stories, newest entry first", {"application/json": shapes.Stories}, parameters.LIST, (400, 503))
def stories() -> Response:
    return listing("stories")


@api.get("/items")
@described("Items, newest first", {"application/json": shapes.Items}, parameters.LIST, (400, 503))
def items() -> Response:
    return listing("items")


def listing(view: str) -> Response:
    """A page of stories or items, newest entry first; with `changed_since`, in order of change."""
    lib = library()
    args = request.args
    now = lib.now()
    since = parameters.moment(args, "changed_since", now)
    base = resolve(lib, "latest", None, {name: args[name] for name in args if name not in ("view", "limit")})
    limit = parameters.number(args, "limit", DEFAULT_LIMIT, parameters.LIMITS) or DEFAULT_LIMIT
    kind = f"{view}-changed" if since else view
    query = _narrowed(
        replace(
            base,
            view=view,
            limit=limit + 1,
            changed_since=int(since.timestamp()) if since else None,
            before=parameters.decode_cursor(args, kind),
        ),
        parameters.flag(args, "primary"),
    )
    seconds = int(now.timestamp())
    rows: Sequence[shapes.Story | shapes.Item]
    if view == "stories":
        told, _ = lib.archive.reading.stories(query, seconds)
        relatives = Relatives(lib)
        rows = [story_json(lib, story, relatives) for story in told[:limit]]
        last = _cursor(kind, [(s.changed if since else s.entered, s.n) for s in told], limit)
    else:
        found, _ = lib.archive.reading.items(query, seconds)
        rows = [item_json(item) for item in found[:limit]]
        last = _cursor(kind, [(i.updated if since else i.entered, i.n) for i in found], limit)
    return page(lib, view, rows, last)


def _narrowed(query: StreamQuery, primary: bool) -> StreamQuery:
    """Within a section the order is that of entering the section, as in its feed."""
    section = query.filter.section
    if section is None:
        return replace(query, primary=False)
    return replace(query, kind="section", id=section, primary=primary, filter=replace(query.filter, section=None))


def _cursor(kind: str, keys: list[tuple[datetime, int]], limit: int) -> str | None:
    if len(keys) <= limit:
        return None
    moment, n = keys[limit - 1]
    return parameters.encode_cursor(kind, int(moment.timestamp()), n)


def page(
    lib: Library, name: str, rows: Sequence[Any], cursor: str | None, modified: datetime | None = None
) -> Response:
    following = None
    if cursor:
        args = {key: value for key, value in request.args.items() if key != "cursor"}
        following = f"{lib.in_force().root}/api/v1/{name}?{urlencode({**args, 'cursor': cursor})}"
    link = f'<{following}>; rel="next"' if following else None
    return json_answer({name: rows, "next": cursor, "next_url": following}, modified or _changed(lib), link=link)


def _changed(lib: Library) -> datetime:
    """When a list last changed; what it asks for by age is something else each minute."""
    minute = lib.now().replace(second=0, microsecond=0)
    return max(lib.changed(), minute) if parameters.ages(request.args) else lib.changed()


@api.get("/stories/<id>")
@described("A story in full", {"application/json": shapes.StoryInFull}, fails=(301, 503))
def story(id: str) -> Response:
    lib = library()
    found = story_named(id)
    members = lib.archive.reading.members(found.n)
    lead = next((item for item in members if item.n == found.lead), None)
    full: shapes.StoryInFull = {
        **story_json(lib, found, Relatives(lib)),
        "content_html": lead.content if lead else "",
        "cited": cited(lead),
        "timeline": [
            {"published": rfc3339(item.published), "publisher": item.publisher, "title": item.title, "url": item.url}
            for item in members
        ],
    }
    return json_answer(full, max(found.changed, lib.changed()))


@api.get("/items/<id>")
@described("An item in full", {"application/json": shapes.ItemInFull}, fails=(503,))
def item(id: str) -> Response:
    lib = library()
    found = lib.archive.reading.item(identifier(id))
    if found is None:
        raise NotFound("there is no item of this id")
    full: shapes.ItemInFull = {
        **item_json(found),
        "content_html": found.content,
        "why": said(found.joining) if found.joining else found.why,
    }
    return json_answer(full, max(found.updated, lib.changed()))


@api.get("/sections")
@described("Sections with their feeds", {"application/json": shapes.Sections}, ("limit", "cursor"), (400, 503))
def sections() -> Response:
    return _rules("sections")


@api.get("/topics")
@described("Topics with their feeds", {"application/json": shapes.Topics}, ("limit", "cursor"), (400, 503))
def topics() -> Response:
    return _rules("topics")


def _rules(name: str) -> Response:
    lib = library()
    root = lib.in_force().root
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
        for one in listed(lib, name.removesuffix("s"))
    ]
    return _sliced(name, rows)


@api.get("/sources")
@described("Sources and their health", {"application/json": shapes.Sources}, ("limit", "cursor"), (400, 503))
def sources() -> Response:
    lib = library()
    return _sliced("sources", source_rows(lib))


def source_rows(lib: Library) -> list[shapes.Source]:
    """Health of every configured source, in the order of the file; addresses with their secrets masked."""
    force = lib.in_force()
    states = {state.id: state for state in lib.archive.sources.states()}
    drops = lib.archive.sources.drops()
    aside = lib.archive.upkeep.noted("aside")
    unplaced = aside if isinstance(aside, dict) else {}
    rows: list[shapes.Source] = []
    for source in force.settings.sources:
        state = states.get(source.id)
        kind, evidence = lib.health(state, lib.now()) if state else ("new", "not polled yet")
        polled = state if source.enabled and kind != "gone" else None
        rows.append(
            {
                "id": source.id,
                "name": source.name,
                "url": force.names.sources.get(source.id, ("", None))[1],
                "publisher": source.publisher,
                "state": kind if source.enabled else "paused",
                "evidence": evidence,
                "last_success": _when(state.last_success if state else None),
                "next_poll": _when(polled.next_poll if polled else None),
                "why": _why(source, state),
                "last_error": state.error if state else None,
                "failures": state.failures if state else 0,
                "polls": state.polls if state else 0,
                "not_modified": state.not_modified if state else 0,
                "bytes_saved": state.bytes_saved if state else 0,
                "drops": drops.get(source.id, {})
                | ({"unplaced": unplaced[source.id]} if source.id in unplaced else {}),
            }
        )
    return rows


def _why(source: Source, state: SourceState | None) -> str:
    if not source.enabled:
        return "paused: enabled is false in feeds.yaml"
    return state.why if state else "not polled yet"


def _sliced(name: str, rows: Sequence[Any]) -> Response:
    """Short lists are paged by position."""
    lib = library()
    limit = parameters.number(request.args, "limit", 500, parameters.LIMITS) or 500
    place = parameters.decode_cursor(request.args, name)
    start = place[1] if place else 0
    cursor = parameters.encode_cursor(name, 0, start + limit) if start + limit < len(rows) else None
    return page(lib, name, rows[start : start + limit], cursor, lib.now())  # counts and health move with time


@api.get("/status")
@described("How the service is doing", {"application/json": shapes.Status}, fails=(503,))
def status() -> Response:
    lib = library()
    noted: Callable[[str], object] = lib.archive.upkeep.noted
    force = lib.in_force()
    tick = noted("tick")
    found: shapes.Status = {
        "title": force.settings.site.title,
        "epoch": force.settings.epoch,
        "totals": lib.archive.reading.totals(),
        "last_tick": rfc3339(tick) if isinstance(tick, int) else None,
        "last_edition": rfc3339(lib.archive.reading.version()[1]),
        "configuration": noted("configuration"),
        "config_error": _broken(noted("config-error")),
        "re_placing": noted("re-placing"),
    }
    return json_answer(found, lib.now(), max_age=5)


def story_json(lib: Library, story: StoryView, relatives: Relatives) -> shapes.Story:
    force = lib.in_force()
    return {
        "id": urn(story.id),
        "url": f"{force.root}/stories/{story.id}",
        "title": story.title,
        "summary": story.summary,
        "link": story.link,
        "published": rfc3339(story.published),
        "updated": rfc3339(story.updated),
        "section": story.section,
        "sections": [name for name, _ in story.scores] or [story.section],
        "topics": list(story.topics),
        "publishers": list(story.publishers),
        "sources": reports(story.reports),
        "receipts": [located(one) for one in why(force, story)],
        "related": [_related(one, force) for one in relatives.of(story)],
        "image": story.image,
        "lang": story.lang,
    }


def _related(one: Relative, force: InForce) -> shapes.Related:
    other = one.story
    month = month_of(int(other.published.timestamp()), force.zone)
    return {
        "id": urn(other.id),
        "title": other.title,
        "section": other.section,
        "month": month,
        "filled": one.filled,
    }


def item_json(item: ItemView) -> shapes.Item:
    return {
        "id": urn(item.id),
        "url": item.url,
        "title": item.title,
        "summary": item.summary,
        "source": item.source,
        "publisher": item.publisher,
        "published": rfc3339(item.published),
        "updated": rfc3339(item.updated),
        "story": urn(item.story) if item.story else None,
        "section": item.section,
        "sections": list(item.sections) or ([item.section] if item.section else []),
        "topics": list(item.topics),
        "lang": item.lang,
    }


def _broken(noted: object) -> object:
    """The note of a broken edit, its time as text like all others."""
    return {**noted, "at": rfc3339(int(noted["at"]))} if isinstance(noted, dict) else None


def _when(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None
