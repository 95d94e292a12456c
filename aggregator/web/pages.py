"""Pages for people: an address without extension."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, current_app, request
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from aggregator.model import notes
from aggregator.model.feed import Stream
from aggregator.model.settings import Rules
from aggregator.model.story import StoryView
from aggregator.model.stream import SHORTEST, Filter, QueryKind, StreamQuery
from aggregator.normalise.characters import cut
from aggregator.render.bytes import rendered
from aggregator.render.formats import FORMATS
from aggregator.text.languages import language_code
from aggregator.text.search import alternatives
from aggregator.web import parameters
from aggregator.web.body import standfirst_and_body
from aggregator.web.cache import kept
from aggregator.web.charts import bars
from aggregator.web.cited import cited
from aggregator.web.daily import daily, query_of
from aggregator.web.front_page import SEVERAL, front_page, of_many_outlets
from aggregator.web.indexes import FLOOR, listed
from aggregator.web.layout import STATIC, about, page, static_file
from aggregator.web.library import Library
from aggregator.web.openapi import QUERY, described_routes, path
from aggregator.web.operations import PAGE, described
from aggregator.web.parameters import by_relevance
from aggregator.web.pinned import held, without
from aggregator.web.queries import continued, path_of, position_of, query_string, resolve
from aggregator.web.ranking import CANDIDATES, best_first, rank_by_importance
from aggregator.web.receipts import coverage, pin_receipts, why
from aggregator.web.related import Relatives
from aggregator.web.republished import members_of
from aggregator.web.request_context import library, story_named
from aggregator.web.responses import respond
from aggregator.web.routes import serve_streams
from aggregator.web.rows import source_rows
from aggregator.web.streams import build
from aggregator.web.suggestions import FEW, NEAREST, everywhere, narrowest, rarest, respelled, suggestions, typed
from aggregator.web.titles import heading, narrowings, searched

pages = Blueprint("pages", __name__, template_folder="templates")

PER_PAGE = 200  # stories or items of a month shown at once
MOST = 8  # stories told by most outlets, beside a stream
HOURS = 24  # of the charts
WITHOUT_TROUBLE = ("ok", "new", "paused")  # states of a source; of hundreds, those to look after are shown first


@pages.get("/static/<name>")
def static(name: str) -> Response:
    body = static_file(name)
    if body is None:
        raise NotFound
    return respond(rendered(body, STATIC[name], datetime(2026, 1, 1, tzinfo=UTC)), max_age=86_400)


@pages.get("/favicon.ico")
def favicon() -> Response:
    return static("icon.png")


@pages.get("/")
@described("Front page", PAGE, fails=(503,))
@kept
def front() -> Response:
    """The front page. Each story appears once, except those that the editor pinned to a section."""
    lib = library()
    shown = front_page(lib)
    return page(
        "front.html",
        lib.changed(),
        front=shown,
        failed=0 if shown.sections or shown.top else _failed(lib),
        pulse=_pulse(lib),
        path="/",
        description=about(lib.in_force()),
        canonical=_address(lib),
        feeds=_feeds("/latest"),
    )


def _failed(lib: Library) -> int:
    """How many sources are polled, if the last poll of each of them failed."""
    polled = [source.id for source in lib.in_force().settings.sources if source.enabled]
    failures = {state.id for state in lib.archive.sources.states(polled) if state.failures}
    return len(polled) if failures.issuperset(polled) else 0


def _pulse(lib: Library) -> list[tuple[Rules, int, Markup]]:
    """Stories per hour in each section over a day: (section, total, chart), all on one scale."""
    start = lib.seconds() // 3600 * 3600 - (HOURS - 1) * 3600
    hours = lib.archive.reading.per_hour("section", start)
    highest = max((count for counts in hours.values() for count in counts.values()), default=0)
    rows = []
    for section in lib.in_force().settings.sections:
        counts = [hours.get(section.id, {}).get(hour, 0) for hour in range(HOURS)]
        label = f"{section.title}: stories in each of the last {HOURS} hours, at most {max(counts)}"
        rows.append((section, sum(counts), bars(counts, label, highest)))
    return rows


@kept
def listing(kind: QueryKind, *, id: str | None = None, month: str | None = None) -> Response:
    lib = library()
    query = resolve(lib, kind, id, request.args, month)
    best = by_relevance(request.args, query.filter.words)
    part = _part(query)
    after = None if month else parameters.decode_cursor(request.args, query.view)
    wanted = replace(query, limit=CANDIDATES) if best else replace(query, part=part, before=after)
    with lib.turn_for(wanted):
        stream, _ = build(lib, wanted, request.args)
    if best:
        shown = query.limit or SHORTEST
        stories, items = best_first(stream.stories, query.filter), best_first(stream.items, query.filter)
        stream = replace(stream, stories=tuple(stories[:shown]), items=tuple(items[:shown]), older=None)
    pins = held(lib, query)[: query.limit]  # those at the top of the first page, which are not told again on the others
    if pins and after:
        stream = replace(stream, stories=tuple(without(pins, stream.stories)))
    elif pins:
        stream = _beneath(pins, stream, query)
    address = path_of(kind, id)
    path = f"{address}/{month}" if month else address
    parts = _other_parts(part, len(stream.stories) if best else stream.of) if part else []
    found = len(stream.stories) + len(stream.items)
    return page(
        "stream.html",
        max(lib.changed(), stream.modified or stream.updated),
        stream=stream,
        query=query,
        pinned=set() if after else {story.id for story in pins},
        path=path,
        description=stream.description,
        canonical=None if after or best or (part and part[0]) else stream.address + stream.query,
        feeds=_feeds(path),
        heading=heading(lib.in_force(), query),
        narrowed=[*narrowings(lib.in_force(), query), *filter(None, [searched(query)])],
        suggested=[] if after or stream.older else _suggested(lib, query, path, found),
        meant=None if after or found else _meant(lib, query, path),
        asked=request.args,
        candidates=CANDIDATES,
        **_rail(lib, wanted),
        before=datetime.fromtimestamp(min(after[0], lib.now().timestamp()), UTC) if after and not best else None,
        older=address + stream.older if stream.older else None,
        orders=_orders(path, best=best) if found and query.filter.words and not query.window else (),
        parts=parts,
        months=_months(stream),
    )


def _rail(lib: Library, query: StreamQuery) -> dict[str, Any]:
    """What is shown beside a stream: its stories reported by most outlets, and its chart; nothing beside a search, an
    archive, a source or the continuation of a list."""
    if not query.filter.empty or query.window or query.before or query.kind == "source":
        return {"foremost": [], "pulse": []}
    now = lib.seconds()
    several = rank_by_importance(of_many_outlets(lib, replace(query, limit=SEVERAL), now), now)[:MOST]
    own = ("section", query.id)
    return {
        "foremost": sorted(several, key=lambda story: -story.independent),
        "pulse": [row for row in _pulse(lib) if query.kind == "latest" or (query.kind, row[0].id) == own],
    }


def _suggested(lib: Library, query: StreamQuery, path: str, results: int) -> list[tuple[str, str]]:
    """(words, address under the root) of other ways to write a search that found little. All that it found they find too; where that
    is nothing, those that find something."""
    if results >= FEW or query.window:
        return []
    asked = query.filter
    return [
        (shown, path + query_string({**request.args, "q": shown}))
        for words in suggestions(asked.words, asked.without)
        if results or _finds(lib, replace(query, filter=replace(asked, words=words)))
        for shown in [typed(words, asked.without)]
    ]


def _meant(lib: Library, query: StreamQuery, path: str) -> tuple[str, str] | None:
    """The same of a search that found nothing, with a word that is nowhere respelled so that it finds something."""
    wanted = query.filter
    if query.window or language_code(wanted.lang or "en") != "en":
        return None
    words, known = wanted.words, lib.archive.past.frequencies
    terms = {word: narrowest(words, word) for word in rarest(words, known)}
    nowhere = next((term for term in terms.values() if not _finds(lib, _alone(term))), None)
    if nowhere:  # what has a word of another term respelled would not find this one either
        alike = [word for word in terms if word in alternatives(nowhere)]
    else:
        alike = [word for word, term in terms.items() if word != term and not _finds(lib, _alone(word))]
    for word in alike:
        for other in respelled(word, known)[: NEAREST // len(alike)]:
            meant = everywhere(words, word, other)
            if _finds(lib, replace(query, filter=replace(wanted, words=meant))):
                shown = typed(meant, wanted.without)
                return shown, path + query_string({**request.args, "q": shown})
    return None


def _alone(term: str) -> StreamQuery:
    return StreamQuery("search", view="items", filter=Filter(words=(term,)))


def _finds(lib: Library, query: StreamQuery) -> bool:
    ask = lib.archive.reading.items if query.view == "items" else lib.archive.reading.stories
    return bool(ask(replace(query, limit=1), lib.seconds())[0])


def _orders(path: str, *, best: bool) -> list[tuple[str, str, bool]]:
    """Orders of a search: (name, address under the root, whether it is the current one)."""
    newest = path + query_string(request.args)
    return [("Newest first", newest, not best), ("Best match first", f"{newest}&order=relevance", best)]


def _beneath(pins: Sequence[StoryView], stream: Stream, query: StreamQuery) -> Stream:
    """The list beneath the stories pinned to its top. It continues after the last of the others, some of which these may have pushed
    off its end; before all if they left room for none."""
    others = without(pins, stream.stories)[: query.limit and query.limit - len(pins)]
    older = stream.older
    if older:
        time, n = position_of(others[-1] if others else stream.stories[0])
        older = continued(request.args, query, (time, n if others else n + 1))
    return replace(stream, stories=(*pins, *others), older=older)


def _address(lib: Library) -> str:
    """The one address of a page without parameters."""
    return lib.in_force().root + request.path


def _feeds(path: str) -> list[tuple[str, str, str]]:
    """(name, type, address) of the feeds of a page, for autodiscovery and for the reader to copy."""
    query = query_string(request.args)
    root = library().in_force().root
    return [(one.name, one.type, f"{root}{path}.{extension}{query}") for extension, one in FORMATS.items()]


def _part(query: StreamQuery) -> tuple[int, int] | None:
    """The part of a month that `page` asks for. A feed of a month is one document, but tens of thousands of stories on one page are
    more than a browser shows."""
    if query.window is None or query.limit is not None:
        return None
    number = parameters.number(request.args, "page", 1, parameters.PAGES)
    return (number - 1) * PER_PAGE, number * PER_PAGE


def _other_parts(part: tuple[int, int], of: int) -> list[tuple[str, int, int]]:
    """Links to the neighbours of a part: (rel, their number, of how many)."""
    number, count = part[1] // PER_PAGE, max(1, -(-of // PER_PAGE))
    if number > count:
        raise NotFound(f"there is no such page: the last of this month is {count}")
    links = [("prev", number - 1, count), ("next", number + 1, count)]
    return [link for link in links if 1 <= link[1] <= count]


def _months(stream: Stream) -> list[tuple[str, str, datetime]]:
    """Links to archives: (rel, month, a moment of it)."""
    found = (("prev", stream.previous), ("next", stream.next))
    months = [(rel, address.rsplit("/", 1)[1]) for rel, address in found if address]
    zone = library().in_force().zone
    return [(rel, month, datetime.strptime(month, "%Y-%m").replace(tzinfo=zone)) for rel, month in months]


serve_streams(pages, "Page", PAGE, listing, of_lists=("cursor",), of_months=("page",))


@pages.get("/sections/<slug:id>/daily")
@described("Daily brief of a section", PAGE, fails=(301, 503))
@kept
def brief(id: str) -> Response:
    lib = library()
    stream, _ = daily(lib, query_of(lib, id))
    section = lib.in_force().names.sections[id]
    address = path_of("daily", id)
    return page(
        "daily.html",
        max(lib.changed(), stream.modified or stream.updated),
        stream=stream,
        id=id,
        section=section,
        description=stream.description,
        canonical=stream.address,
        feeds=_feeds(address),
    )


@pages.get("/stories/<id>")
@described("Page of a story", PAGE, fails=(301, 503))
@kept
def story(id: str) -> Response:
    lib = library()
    found = story_named(id)
    members = members_of(lib, found)
    lead = next((item for item in members if item.n == found.lead), members[0] if members else None)
    standfirst, body = standfirst_and_body(found.summary, lead.extracted or lead.content if lead else "")
    others = Relatives(lib, [found]).of(found)
    return page(
        "story.html",
        lib.changed(),
        story=found,
        description=cut(found.summary, 200),
        canonical=f"{lib.in_force().root}/stories/{found.id}",
        lead=lead,
        standfirst=standfirst,
        body=body,
        receipts=why(lib, found, pin_receipts(lib)),
        coverage=coverage(lib.in_force().settings, found),
        related=[one.story for one in others if not one.filled],
        also=[one.story for one in others if one.filled],
        cited=cited(lead),
        feeds=[],
    )


@pages.get("/sections")
@described("Page of all sections", PAGE, fails=(503,))
def sections() -> Response:
    lib = library()
    charts = {section.id: chart for section, _, chart in _pulse(lib)}
    rows = listed(lib, "section")
    return page("sections.html", None, rows=rows, charts=charts, canonical=_address(lib), feeds=[])


@pages.get("/topics")
@described("Page of all topics", PAGE, fails=(503,))
def topics() -> Response:
    lib = library()
    rows, chosen = listed(lib, "topic", FLOOR), len(lib.in_force().settings.topics)
    return page("topics.html", None, chosen=rows[:chosen], found=rows[chosen:], canonical=_address(lib), feeds=[])


@pages.get("/sources")
@described("Page of the health of all sources", PAGE, fails=(503,))
def sources() -> Response:
    lib = library()
    broken = lib.archive.upkeep.noted(notes.BROKEN_EDIT)
    rows = sorted(source_rows(lib), key=lambda row: (row["state"] in WITHOUT_TROUBLE, not row["failures"]))
    counts = Counter(row["state"] for row in rows).most_common()
    return page(
        "sources.html",
        None,
        rows=rows,
        counts=counts,
        broken=broken,
        canonical=_address(lib),
        feeds=_feeds("/sources"),
    )


@pages.get("/docs")
@described("Help", PAGE, fails=(503,))
@kept
def docs() -> Response:
    """How to subscribe, search and use the API; works offline."""
    operations = [(path(rule), operation) for rule, operation in described_routes(current_app)]
    return page(
        "docs.html",
        library().since,
        feeds=[],
        operations=operations,
        parameters=QUERY,
        candidates=CANDIDATES,
    )
