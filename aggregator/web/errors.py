"""The answers to requests that fail, or whose address has changed: pages for browsers, RFC 9457 under /api, else plain text."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import quote

import orjson
from flask import Response, current_app, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from aggregator.errors import Lacking, QueryError, StoreCorrupt, StoreError, StoreSlow, lack
from aggregator.render.entry import urn
from aggregator.render.formats import FORMATS
from aggregator.web.layout import HTML, printed
from aggregator.web.library import DAMAGED
from aggregator.web.request_context import Renamed, library, path_of_request, path_with

READING = ("GET", "HEAD", "OPTIONS")
NO_PAGES = (".opml", *(f".{extension}" for extension in FORMATS))
"""Extensions of addresses that are not pages, for which errors are plain text even in a browser."""
USUAL = {
    **dict.fromkeys(("/feed", "/rss", "/rss.xml", "/feed.xml", "/index.xml"), "/latest.rss"),
    "/atom.xml": "/latest.atom",
    "/feed.json": "/latest.json",
}
"""Where other sites have their feed: feed readers and people try these addresses."""
DETAILS = {
    405: "This address is read-only: use GET or HEAD.",
    400: "The request is malformed.",
    412: "What is at this address is not what If-Match names, or newer than If-Unmodified-Since.",
    503: "Several months or long lists are being made at the moment; try again in some seconds.",
}


def refuse(error: QueryError) -> Response:
    if error.parameter == "q" and _is_page() and not _is_api():  # who types into a form knows no parameters
        return _answer(400, "Search", str(error).replace("`q`", "a search"), keep=True)
    return _answer(400, "Bad parameter", str(error), parameter=error.parameter)


def unavailable(error: StoreError) -> Response:
    current_app.logger.error("store: %s", error)
    if isinstance(error, StoreCorrupt):
        library().meet(DAMAGED)
    slow = isinstance(error, StoreSlow)
    detail = "The archive cannot be read at the moment; try again in a minute."
    if slow:
        detail = "This took too long. Try again in a minute, or ask for less: rarer words, or a shorter time."
    return _later(detail, page=slow)


def _lacking(error: Lacking) -> Response:
    trouble = f"web: {error}"
    current_app.logger.error(trouble)
    library().meet(trouble)
    return _later("This cannot be answered at the moment; try again in a minute.")


def _later(detail: str, *, page: bool = False) -> Response:
    response = _answer(503, "Unavailable", detail, page=page)
    response.headers["Retry-After"] = "60"
    return response


def fail(error: HTTPException) -> BaseResponse | Response:
    code = error.code or 500
    if code == 404 and (path := _as_meant()):
        if request.method == "OPTIONS":  # the CORS preflight of a conditional request must not be redirected
            return Response(headers={"Allow": ", ".join(READING)})
        with suppress(StoreError):
            return _moved(path)
    detail = DETAILS.get(code, "The request cannot be answered.")
    if code == 404:
        prefix = library().last_known.prefix
        lists = f"; `{prefix}/sections`, `{prefix}/topics` and `{prefix}/sources` list what there is, `{prefix}/latest.rss` has all"
        if _is_api():
            lists = f"; {prefix}/docs and {prefix}/openapi.json list what there is"
        elif _is_page():
            lists = ""  # the page has links
        detail = f"There is nothing at this address{lists}."
    if code == 404 and error.description and error.description.startswith("there is no"):
        detail = f"{error.description[0].upper()}{error.description[1:]}.".replace("?.", "?")
    response = _answer(code, error.name, detail)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def crash(error: Exception) -> Response:
    """Answer an unexpected error: the client learns only that the service failed, the log has the traceback, or what this machine lacks."""
    if lacking := lack(error):
        return _lacking(lacking)
    current_app.logger.error("unexpected error", exc_info=error)
    detail = "This is a fault of the service; it has been logged."
    return _answer(500, "Internal error", detail, page=False)


def redirect_renamed(error: Renamed) -> BaseResponse:
    """Redirect to the same address with the new id, after a section, topic or source was renamed or a story was merged."""
    return _moved(path_with(urn(error.id) if _is_api() else error.id))


def _moved(path: str) -> BaseResponse:
    """A redirect to the public address of this path, with the parameters of the request."""
    query = quote(request.query_string, safe="!$&'()*+,;=:@/?%[]")  # `%` is safe: the string is quoted already
    root = library().in_force().root
    address = f"{root}{quote(path, safe='/:')}{f'?{query}' if query else ''}"
    response = redirect(address, 301)
    if _is_api():
        response.data = orjson.dumps({"location": address})
        response.content_type = "application/json"
    # By default browsers keep a 301 forever, but an edit that splits a story or changes `site.url` makes it wrong.
    response.headers["Cache-Control"] = "max-age=60"
    return response


def _as_meant() -> str | None:
    """The path without superfluous slashes, or also in lower case (as all our names are), if there may be something at that address: people
    type and link `/sections/Defense/`. Of the addresses in `USUAL` that of our feed."""
    parts = [part for part in request.path.split("/") if part]
    if request.method not in READING or {".", ".."} & set(parts):
        return None
    path, known = "/" + "/".join(parts), current_app.url_map.bind("")
    path = USUAL.get(path.lower(), path)
    found = next((one for one in (path, path.lower()) if known.test(one, "GET")), None)
    return None if found == path_of_request() else found


def _is_api() -> bool:
    return f"{request.path}/".startswith("/api/")


def _is_page() -> bool:
    """Whether a browser asks for a page. The Accept header is only searched, not parsed: for a header with many blanks Werkzeug needs
    minutes, during which nobody else is answered."""
    return not request.path.endswith(NO_PAGES) and "text/html" in request.headers.get("Accept", "")


def _answer(status: int, title: str, detail: str, *, page: bool = True, keep: bool = False, **more: Any) -> Response:
    """An error in the form that the client expects: a problem (RFC 9457) under /api, else a page with links for browsers, else plain text.
    `page`: False if making a page might fail as well; `keep`: the words of the search stay in the field of the page, to be corrected;
    `more`: further fields of the problem. `detail` must be our own words and quote nothing from the request."""
    body: str | bytes = f"{title}\n\n{detail}\n"
    kind = "text/plain; charset=utf-8"
    if _is_api():
        body = orjson.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail, **more})
        kind = "application/problem+json"
    elif page and _is_page():
        with suppress(StoreError):  # the title as other headings of pages are written
            body, kind = printed("error.html", title=title.capitalize(), detail=detail, refused=not keep), HTML
    response = Response(body, status=status, content_type=kind)
    response.headers["Cache-Control"] = "no-store"
    if not _is_api():
        response.headers["Vary"] = "Accept"
    return response
