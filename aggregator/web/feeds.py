"""The views of feeds: addresses with an extension."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, request
from msgspec.structs import replace

from aggregator.errors import QueryError
from aggregator.model.feed import Stream
from aggregator.model.stream import QueryKind, StreamQuery
from aggregator.render import opml
from aggregator.render.formats import FORMATS
from aggregator.web.cache import KEEPABLE, Validity
from aggregator.web.daily import daily, query_of
from aggregator.web.incidents import incidents
from aggregator.web.library import Library, stream_name
from aggregator.web.parameters import LIMITS, decode_cursor, number
from aggregator.web.queries import address_of, continued, order_of, query_string, resolve
from aggregator.web.request_context import library
from aggregator.web.responses import respond
from aggregator.web.routes import FEED, Operation, serve_streams
from aggregator.web.streams import build

feeds = Blueprint("feeds", __name__)


def max_age(lib: Library) -> int:
    """`max-age` of feeds in seconds: the default polling interval, from one to at most 15 minutes."""
    return int(min(max(lib.in_force().settings.defaults.every.total_seconds(), 60), 900))


def feed(kind: QueryKind, *, extension: str, id: str | None = None, month: str | None = None) -> Response:
    lib, args = library(), request.args
    query = resolve(lib, kind, id, args, month)
    query = replace(query, before=decode_cursor(args, order_of(query)))
    return _kept(lib, query, args, extension, lambda: build(lib, query, args, rendered=extension))


def _kept(
    lib: Library, query: StreamQuery, args: Mapping[str, str], extension: str, make: Callable[[], Stream]
) -> Response:
    """The response with a feed, which may be cached."""
    cached = lib.rendered(query, query_string(args), extension, make)
    expires = cached.expires
    if cached.rendered.modified > lib.now():  # `respond` sends an earlier date until then
        dated = int(cached.rendered.modified.timestamp())
        expires = min(expires or dated, dated)
    request.environ[KEEPABLE] = Validity(stream_name(query), cached.version, expires)
    asked = continued(args, query, query.before)
    alternate = query_string(args) if query.window else asked  # pages of a month are divided differently, so no cursor
    link = links(address_of(lib.in_force(), query), asked, alternate, extension)
    return respond(cached.rendered, max_age=max_age(lib), link=link)


def links(page: str, asked: str, alternate: str, extension: str) -> str:
    """The Link header: this address, its page and its other formats."""
    found = [f'<{page}.{extension}{asked}>; rel="self"', f'<{page}{alternate}>; rel="alternate"; type="text/html"']
    found += [
        f'<{page}.{other}{asked}>; rel="alternate"; type="{format.type}"'
        for other, format in FORMATS.items()
        if other != extension
    ]
    return ", ".join(found)


serve_streams(feeds, "Feed", FEED, feed, ending=".<format:extension>", of_months="cursor")


@feeds.get("/sections/<slug:id>/daily.<format:extension>")
@Operation("Daily brief of a section as a feed: one entry a day", FEED, ("limit",), fails=(301, 503))
def brief(id: str, extension: str) -> Response:
    lib, args = library(), request.args
    query = query_of(lib, id, number(args, "limit", None, LIMITS))
    return _kept(lib, query, args, extension, lambda: daily(lib, query, query_string(args)))


@feeds.get("/sources.<format:extension>")
@Operation("Feed of problems: sources that died, moved or went silent, broken edits", FEED, ("limit",))
def health(extension: str) -> Response:
    lib, args = library(), request.args
    found = incidents(lib, number(args, "limit", None, LIMITS), query_string(args))
    # Not dated: when a problem ends, nothing records the time.
    return respond(FORMATS[extension].render(found), max_age=max_age(lib), dated=False)


@feeds.get("/subscriptions.opml")
@Operation("Feeds to subscribe to, as OPML", {"text/x-opml": str}, ("of",))
def subscriptions() -> Response:
    """The section feeds with `primary=1`, so that each story is in only one of them; with `?of=topics` or `?of=sources` those feeds."""
    lib = library()
    force = lib.in_force()
    of = request.args.get("of") or "sections"
    settings = force.settings
    rows = {
        "sections": [(one.title, f"/sections/{one.id}", "?primary=1") for one in settings.sections],
        "topics": [(one.title, f"/topics/{one.id}", "") for one in settings.topics],
        "sources": [(one.name, f"/sources/{one.id}", "") for one in settings.sources],
    }.get(of)
    if rows is None:
        raise QueryError("of", "`of` must be sections, topics or sources")
    outlines = [opml.Outline(title, f"{force.root}{path}.rss{query}", force.root + path) for title, path, query in rows]
    titled = settings.site.title if of == "sections" else f"{settings.site.title} – {of}"
    return respond(replace(opml.render(titled, outlines, lib.since), modified=lib.same_since), max_age=3600)
