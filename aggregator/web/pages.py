"""The views of pages: addresses without extension."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, Response, current_app
from werkzeug.exceptions import NotFound

from aggregator.model import notes
from aggregator.model.feed import Rendered
from aggregator.normalise.characters import cut
from aggregator.web.body import standfirst_and_body
from aggregator.web.cache import kept
from aggregator.web.cited import cited
from aggregator.web.daily import daily, query_of
from aggregator.web.front_page import front_page
from aggregator.web.layout import STATIC, about, address, feeds_of, page, static_file
from aggregator.web.library import Library
from aggregator.web.openapi import QUERY, described_routes, path
from aggregator.web.outlets import heading
from aggregator.web.pulse import pulse
from aggregator.web.queries import path_of
from aggregator.web.ranking import CANDIDATES
from aggregator.web.receipts import coverage, pin_receipts, why
from aggregator.web.related import Relatives
from aggregator.web.republished import text_of
from aggregator.web.request_context import library, story_named
from aggregator.web.responses import respond
from aggregator.web.routes import PAGE, Operation, serve_streams
from aggregator.web.rows import FLOOR, index_rows
from aggregator.web.sources import WITHOUT_TROUBLE, problem, source_rows
from aggregator.web.stream_page import stream_page

pages = Blueprint("pages", __name__, template_folder="templates")


@pages.get("/static/<name>")
def static(name: str) -> Response:
    body = static_file(name)
    if body is None:
        raise NotFound
    return respond(Rendered.of(body, STATIC[name], library().last_known.since), max_age=86_400)


@pages.get("/favicon.ico")
def favicon() -> Response:
    return static("icon.png")


@pages.get("/robots.txt")
def robots() -> Response:
    """For crawlers: pages of searches lead on to others without end, and each is a search. Their feeds are for whoever has subscribed. No
    rule has a question mark, since some match the path alone (RFC 9309), and Python's parser drops the mark and what it kept apart."""
    lib = library()
    search = f"{lib.last_known.prefix}/search"
    body = f"User-agent: *\nAllow: {search}.\nDisallow: {search}\n".encode()
    return respond(Rendered.of(body, "text/plain; charset=utf-8", lib.last_known.since), max_age=86_400)


@pages.get("/")
@Operation("Front page", PAGE)
@kept
def front() -> Response:
    lib = library()
    shown = front_page(lib)
    return page(
        "front.html",
        lib.changed(),
        front=shown,
        failed=0 if shown.sections or shown.top else _failed(lib),
        pulse=pulse(lib),
        path="/",
        description=about(lib.in_force()),
        canonical=address(),
        feeds=feeds_of("/latest"),
    )


def _failed(lib: Library) -> int:
    """The number of sources that are polled if the last poll of each failed, else 0."""
    polled = [source.id for source in lib.in_force().settings.sources if source.enabled]
    failures = {state.id for state in lib.archive.sources.states(polled) if state.failures}
    return len(polled) if failures.issuperset(polled) else 0


serve_streams(pages, "Page", PAGE, stream_page, of_months="page")


@pages.get("/sections/<slug:id>/daily")
@Operation("Daily brief of a section", PAGE, fails=(301, 503))
@kept
def brief(id: str) -> Response:
    lib = library()
    stream = daily(lib, query_of(lib, id))
    section = lib.in_force().names.sections[id]
    return page(
        "daily.html",
        max(lib.changed(), stream.modified),
        stream=stream,
        id=id,
        section=section,
        description=stream.description,
        canonical=stream.address,
        feeds=feeds_of(path_of("daily", id)),
    )


@pages.get("/stories/<id>")
@Operation("Page of a story", PAGE, fails=(301, 503))
@kept
def story(id: str) -> Response:
    lib = library()
    found = story_named(id)
    text = text_of(lib, found.lead)
    standfirst, body = standfirst_and_body(found.summary, text, found.title, found.link)
    others = Relatives(lib, [found]).of(found)
    return page(
        "story.html",
        lib.changed(),
        story=found,
        description=cut(found.summary, 200),
        canonical=f"{lib.in_force().root}/stories/{found.id}",
        feeds=feeds_of(path_of("section", found.section)),
        outlet=heading(found),
        standfirst=standfirst,
        body=body,
        receipts=why(lib, found, pin_receipts(lib)),
        coverage=coverage(lib.in_force().settings, found),
        related=[one.story for one in others if not one.filled],
        also=[one.story for one in others if one.filled],
        cited=cited(text, found.link),
    )


@pages.get("/sections")
@Operation("Page of all sections", PAGE)
def sections() -> Response:
    lib = library()
    charts = {section.id: chart for section, _, chart in pulse(lib)}
    rows = index_rows(lib, "section")
    return page("sections.html", None, rows=rows, charts=charts, canonical=address())


@pages.get("/topics")
@Operation("Page of all topics", PAGE)
def topics() -> Response:
    lib = library()
    rows, chosen = index_rows(lib, "topic", FLOOR), len(lib.in_force().settings.topics)
    return page("topics.html", None, chosen=rows[:chosen], found=rows[chosen:], canonical=address())


@pages.get("/sources")
@Operation("Page of the health of all sources", PAGE)
def sources() -> Response:
    lib = library()
    broken = lib.archive.upkeep.noted(notes.BROKEN_EDIT)
    rows = sorted(source_rows(lib), key=lambda row: (row["state"] in WITHOUT_TROUBLE, not row["failures"]))
    counts = Counter(row["state"] for row in rows).most_common()
    return page(
        "sources.html",
        None,
        rows=rows,
        problem=problem,
        counts=counts,
        broken=broken,
        canonical=address(),
        feeds=feeds_of("/sources"),
    )


@pages.get("/docs")
@Operation("Help", PAGE)
@kept
def docs() -> Response:
    """How to subscribe, search and use the API; works offline."""
    operations = [(path(rule), operation) for rule, operation in described_routes(current_app)]
    return page("docs.html", library().same_since, operations=operations, parameters=QUERY, candidates=CANDIDATES)
