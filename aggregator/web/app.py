"""The Flask application: blueprints, checks of requests, headers. `create_app` makes it; importing this module has no effects."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import BadRequest, HTTPException, NotFound
from werkzeug.routing import BaseConverter

from aggregator.errors import QueryError, StoreError
from aggregator.normalise.characters import cut
from aggregator.normalise.reports import told_once
from aggregator.render.formats import FORMATS
from aggregator.schedule.health import dropped, in_words
from aggregator.web.api import api
from aggregator.web.body import is_bare
from aggregator.web.cache import ResponseCache
from aggregator.web.errors import READING, crash, fail, redirect_renamed, refuse, unavailable
from aggregator.web.feeds import feeds
from aggregator.web.library import Library
from aggregator.web.openapi import QUERY
from aggregator.web.outlets import apart, heading, named_outlets
from aggregator.web.pages import pages
from aggregator.web.request_context import Renamed, library, path_of_request, well_formed
from aggregator.web.routes import Operation
from aggregator.web.system import system

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
SLIP = 0.85
"""Minimum similarity (`difflib`) of an unknown parameter to a known one to be taken for a misspelling: `min_publisher`, `limt`. With less,
`fb_source` and `pk_source`, which others add to links, would be slips of `source`."""
NAMED_OTHERWISE = {"offset": "cursor", "skip": "cursor", "per_page": "limit", "page_size": "limit", "sort": "order"}
"""Names that other APIs have for ours. Whoever pages by `offset` would get the first page again and again."""
OF_APIS = {
    other: ours
    for ours, others in {
        "q": "query search keyword keywords term text", "section": "category categories", "topic": "tag tags", "publisher": "outlet domain",
        "lang": "language", "since": "from after start_date from_date date_from published_after",
        "until": "to before end_date to_date date_to published_before", "changed_since": "updated_since updated_after modified_since",
        "limit": "pagesize size count max", "order": "sortby",
    }.items()
    for other in others.split()
}  # fmt: skip
"""The same under /api, to whose addresses nobody adds parameters: who asks with `query` would get all news."""
UNKNOWN = 20
"""At most so many unknown parameters are checked for misspellings."""


class Slug(BaseConverter):
    regex = "[a-z0-9][a-z0-9-]{0,99}"


class Month(BaseConverter):
    regex = "[0-9]{4}-[0-9]{2}"


class Format(BaseConverter):
    regex = "|".join(FORMATS)


def create_app(library: Library) -> Flask:
    app = Flask("aggregator.web", static_folder=None)
    app.extensions["library"] = library
    app.url_map.merge_slashes = False  # Werkzeug would redirect to the host in the request, which may be forged
    app.url_map.converters.update(slug=Slug, month=Month, format=Format)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.filters.update(
        apart=apart,
        heading=heading,
        bare=is_bare,
        cut=cut,
        dropped=dropped,
        in_words=in_words,
        outlets=named_outlets,
        told_once=told_once,
    )
    for blueprint in (feeds, api, system, pages):
        app.register_blueprint(blueprint)
    app.register_error_handler(QueryError, refuse)
    app.register_error_handler(Renamed, redirect_renamed)
    app.register_error_handler(StoreError, unavailable)
    app.register_error_handler(HTTPException, fail)
    app.register_error_handler(Exception, crash)
    app.before_request(one_host)
    app.before_request(one_slash)
    app.before_request(well_meant)
    app.after_request(headers)
    app.wsgi_app = ResponseCache(under_prefix(app, library), library)  # type: ignore[method-assign]  # Flask's documented way to wrap it
    return app


def under_prefix(app: Flask, library: Library) -> WSGIApplication:
    """Answer under the path of `site.url` as well as at the root, since some proxies strip that path and some do not. The path may have
    the name of one of our own addresses (https://example.org/api/)."""
    inner, rules = app.wsgi_app, app.url_map.bind("")

    def outer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        # /healthz must answer without the store.
        lead = library.last_known.prefix if path.endswith("/healthz") else _prefix(library)
        lead = unquote(lead, "latin-1")  # the form of paths in WSGI (PEP 3333)
        if lead and (path == lead or path.startswith(lead + "/")):
            rest = path[len(lead) :] or "/"
            if rules.test(rest, "GET") or not rules.test(path, "GET"):
                environ["PATH_INFO"] = rest
        return inner(environ, start_response)

    return outer


def _prefix(library: Library) -> str:
    try:
        return library.in_force().prefix
    except StoreError:
        return library.last_known.prefix  # the view that needs the store will report the problem


def one_host() -> None:
    """Refuse malformed requests. Werkzeug would redirect a request without a path to the host in the request, which may be forged."""
    if not well_formed(request.environ):
        raise BadRequest


def one_slash() -> None:
    """Refuse `//metrics` and `//readyz`, because a proxy may block only `/metrics`. In general a double slash at the beginning is
    accepted (`//latest`), as in Werkzeug: some proxies add it, and a redirect would never end."""
    if request.endpoint in ("system.metrics", "system.readyz") and path_of_request().startswith("//"):
        raise NotFound


def well_meant() -> None:
    """Check the parameters of a request. Unknown ones (`utm_source`, `fbclid`, numbers against caches) are ignored.

    Raises:
        QueryError: a parameter is given twice with different values, is misspelt, has another name here, or is one of ours, or a field of
            the listed rows, that this address does not take. The answer would not be what the client asked for.
    """
    if request.method == "OPTIONS":
        return  # a browser that asks first (CORS) would tell its script of no reason
    operation: Operation | None = getattr(current_app.view_functions.get(request.endpoint or ""), "operation", None)
    takes = operation.takes if operation else ()
    if operation and operation.strict:
        for name in request.args:
            if (name in QUERY or name in operation.fields) and name not in (*takes, *operation.idle):
                what = f"takes {', '.join(f'`{one}`' for one in takes)}" if takes else "takes no parameters"
                raise QueryError(name, f"`{name}` means nothing here: this address {what}")
    for name in takes:
        if len(set(request.args.getlist(name))) > 1:
            raise QueryError(name, f"`{name}` must be given only once")
    named_otherwise = NAMED_OTHERWISE | (OF_APIS if request.blueprint == "api" else {})
    for name in islice((name for name in request.args if name not in takes), UNKNOWN):
        letters = sorted(name.lower())
        # Two letters exchanged are a slip, too (`limti`), and another letter in a word of five or more (`sinse`).
        near = get_close_matches(name.lower(), takes, 1, SLIP) or [
            one
            for one in takes
            if sorted(one) == letters or (len(one) == len(name) > 4 and sum(map(str.__ne__, one, name.lower())) == 1)
        ]
        if near:
            raise QueryError(near[0], f"a parameter is misspelt: did you mean `{near[0]}`?")
        if (ours := named_otherwise.get(name.lower())) in takes:
            raise QueryError(name.lower(), f"`{name.lower()}` means nothing here: see `{ours}`")


def headers(response: Response) -> Response:
    """Add the headers that every response has. By its Content-Security-Policy, nothing we serve can run code from elsewhere."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Content-Security-Policy"] = POLICY
    if library().last_known.settings.site.cors:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Link, Retry-After"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = ", ".join(READING)
            # Any: a script's Content-Type or Cache-Control does no harm. Old browsers do not know the asterisk.
            response.headers["Access-Control-Allow-Headers"] = "*, If-None-Match, If-Modified-Since"
            response.headers["Access-Control-Max-Age"] = "86400"
    return response
