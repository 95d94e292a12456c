"""Pages for people: an address without extension."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request
from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from aggregator.model.stream import Rendered, Stream, StreamQuery
from aggregator.web.answers import answer, content_etag, text_answer
from aggregator.web.api import identifier, source_rows
from aggregator.web.described import PAGE, described
from aggregator.web.description import QUERY, described_routes, path
from aggregator.web.library import Library, month_of
from aggregator.web.parameters import STREAM
from aggregator.web.related import related
from aggregator.web.streams import build, listed, path_of, query_string, resolve, why

pages = Blueprint("pages", __name__, template_folder="templates")

PER_SECTION = 6
HTML = "text/html; charset=utf-8"


def library() -> Library:
    found: Library = current_app.extensions["library"]
    return found


def page(template: str, modified: datetime, **values: Any) -> Response:
    """A template with what every page needs: titles, prefix, times."""
    lib = library()
    force = lib.in_force()
    zone = force.zone
    now = lib.now().astimezone(zone)

    def local(moment: datetime) -> str:
        here = moment.astimezone(zone)
        if here.date() == now.date():
            return here.strftime("%H:%M")
        return here.strftime("%-d %b, %H:%M" if here.year == now.year else "%-d %b %Y")

    body = render_template(
        template,
        site=force.settings.site,
        prefix=force.prefix,
        root=force.root,
        sections=force.settings.sections,
        names=force.names,
        local=local,
        at=lambda seconds: datetime.fromtimestamp(seconds, UTC),
        full=lambda moment: moment.astimezone(zone).strftime("%-d %B %Y, %H:%M %Z"),
        month=lambda moment: month_of(int(moment.timestamp()), zone),
        version=_version(),
        **values,
    )
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)  # times of today are shown without their day
    return text_answer(body, HTML, max(modified, lib.since, today))


@lru_cache(maxsize=1)
def _version() -> str:
    """Changes with the static files, so that they may be cached for long."""
    data = b"".join(_static(name) or b"" for name in STATIC)
    return content_etag(data).strip('"')[:10]


STATIC = {
    "wire.css": "text/css; charset=utf-8",
    "wire.js": "text/javascript; charset=utf-8",
    "icon.png": "image/png",
}
IMAGE = re.compile(r'<img\b(?:[^>"]|"[^"]*")*>')
"""Pages load nothing from elsewhere, so the pictures of a body stay out of them; in sanitised HTML quotes are double."""


@lru_cache(maxsize=8)
def _static(name: str) -> bytes | None:
    return (files("aggregator.web") / "static" / name).read_bytes() if name in STATIC else None


@pages.get("/static/<name>")
def static(name: str) -> Response:
    body = _static(name)
    if body is None:
        raise NotFound
    return answer(Rendered(body, STATIC[name], content_etag(body), datetime(2026, 1, 1, tzinfo=UTC)), max_age=86_400)


@pages.get("/favicon.ico")
def favicon() -> Response:
    return static("icon.png")


@pages.get("/")
@described("Front page", PAGE, fails=(503,))
def front() -> Response:
    """The front page: the newest of each section."""
    lib = library()
    force = lib.in_force()
    now = int(lib.now().timestamp())
    shown = []
    for section in force.settings.sections:
        stories, _ = lib.archive.reading.stories(
            StreamQuery("section", section.id, primary=True, limit=PER_SECTION), now
        )
        if stories:
            shown.append((section, stories))
    top, _ = lib.archive.reading.stories(StreamQuery("latest", min_publishers=2, limit=8), now)
    return page("front.html", lib.changed(), shown=shown, top=top)


def listing(kind: str, id: str | None = None, month: str | None = None) -> Response:
    lib = library()
    query = resolve(lib, kind, id, request.args, month)
    stream, _ = build(lib, query, request.args)
    path = path_of(kind, id) + (f"/{month}" if month else "")
    explained = _explained(lib, stream)
    return page(
        "stream.html",
        lib.changed(),
        stream=stream,
        query=query,
        path=path,
        feeds=_feeds(path),
        heading=_heading(lib, query),
        asked=request.args,
        explained=explained,
        months=_months(stream),
    )


def _heading(lib: Library, query: StreamQuery) -> str:
    names = lib.in_force().names
    titles = {
        "section": names.sections.get(query.id or ""),
        "topic": names.topics.get(query.id or ""),
        "source": names.sources.get(query.id or "", (None, None))[0],
        "latest": "Latest",
        "search": "Search",
    }
    return titles[query.kind] or ""


def _feeds(path: str) -> list[tuple[str, str, str]]:
    """(name, type, address) of the feeds of a page, for autodiscovery and for the reader to copy."""
    query = query_string(request.args)
    root = library().in_force().root
    kinds = (
        ("RSS", "application/rss+xml", "rss"),
        ("Atom", "application/atom+xml", "atom"),
        ("JSON Feed", "application/feed+json", "json"),
    )
    return [(name, type, f"{root}{path}.{extension}{query}") for name, type, extension in kinds]


def _explained(lib: Library, stream: Stream) -> Callable[[Any], Any]:
    force = lib.in_force()
    return lambda story: why(force, story)


def _months(stream: Stream) -> list[tuple[str, str]]:
    """Links to archives: (rel, month)."""
    found = (("prev", stream.previous), ("next", stream.next))
    return [(rel, address.rsplit("/", 1)[1]) for rel, address in found if address]


@pages.get("/latest")
@described("Page of the latest stories", PAGE, STREAM, (400, 503))
def latest() -> Response:
    return listing("latest")


@pages.get("/search")
@described("Page of a search", PAGE, STREAM, (400, 503))
def search() -> Response:
    return listing("search")


@pages.get("/sections/<slug:id>")
@described("Page of a section", PAGE, STREAM, (400, 503))
def section(id: str) -> Response:
    return listing("section", id)


@pages.get("/topics/<slug:id>")
@described("Page of a topic", PAGE, STREAM, (400, 503))
def topic(id: str) -> Response:
    return listing("topic", id)


@pages.get("/sources/<slug:id>")
@described("Page of the items of a source", PAGE, STREAM, (400, 503))
def source(id: str) -> Response:
    return listing("source", id)


@pages.get("/latest/<month:month>")
@described("Archive of a month", PAGE, STREAM, (400, 503))
def latest_month(month: str) -> Response:
    return listing("latest", None, month)


@pages.get("/sections/<slug:id>/<month:month>")
@described("Archive of a month of a section", PAGE, STREAM, (400, 503))
def section_month(id: str, month: str) -> Response:
    return listing("section", id, month)


@pages.get("/topics/<slug:id>/<month:month>")
@described("Archive of a month of a topic", PAGE, STREAM, (400, 503))
def topic_month(id: str, month: str) -> Response:
    return listing("topic", id, month)


@pages.get("/stories/<id>")
@described("Page of a story", PAGE, fails=(301, 503))
def story(id: str) -> BaseResponse:
    lib = library()
    found = lib.archive.reading.story(identifier(id))
    if found is None:
        raise NotFound("there is no story of this id")
    if isinstance(found, str):
        return redirect(f"{lib.in_force().root}/stories/{found}", 301)
    members = lib.archive.reading.members(found.n)
    lead = next((item for item in members if item.n == found.lead), members[0] if members else None)
    others = related(lib, found)
    return page(
        "story.html",
        found.changed,
        story=found,
        lead=lead,
        members=members,
        body=Markup(IMAGE.sub("", lead.content)) if lead and lead.content else None,  # noqa: S704 - sanitised when it was stored
        receipts=why(lib.in_force(), found),
        related=others,
        feeds=[],
    )


@pages.get("/sections")
@described("Page of all sections", PAGE, fails=(503,))
def sections() -> Response:
    return _index("section", "Sections")


@pages.get("/topics")
@described("Page of all topics", PAGE, fails=(503,))
def topics() -> Response:
    return _index("topic", "Topics")


def _index(kind: str, heading: str) -> Response:
    lib = library()
    rows = [(one, one.total, one.recent) for one in listed(lib, kind)]
    return page("index.html", lib.now(), kind=kind, heading=heading, rows=rows, feeds=[])


@pages.get("/sources")
@described("Page of the health of all sources", PAGE, fails=(503,))
def sources() -> Response:
    lib = library()
    broken = lib.archive.upkeep.noted("config-error")
    return page("sources.html", lib.now(), rows=source_rows(lib), broken=broken, feeds=_feeds("/sources"))


@pages.get("/docs")
@described("Help", PAGE, fails=(503,))
def docs() -> Response:
    """How to subscribe, search and use the API; works offline."""
    operations = [(path(rule), operation) for rule, operation in described_routes(current_app)]
    return page("docs.html", library().since, feeds=[], operations=operations, parameters=QUERY)
