"""Conditional requests, and a cache of whole responses in front of Flask, with exactly the headers that Flask gave.

A view whose bytes depend only on one stream sets `KEEPABLE`. A view that shows nothing but the archive, the configuration and the
time is decorated with `kept`. Its response is cached by path, query and content coding, and is valid as long as the version of the
stream and the configuration in force are the same and it has not expired. For each request the store is only asked whether anything
was committed since (`data_version`); versions are read again only after a commit.

Flask always answers in full; whether the client already has the response is decided here (RFC 9110, 13).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import wraps
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar, cast
from weakref import WeakValueDictionary

from flask import Response, request
from msgspec import Struct, field

from aggregator.model.feed import Rendered
from aggregator.model.stream import LATEST, StreamName
from aggregator.web.library import Library, Version
from aggregator.web.negotiation import coding, matching_etag
from aggregator.web.recent import Recent
from aggregator.web.request_context import library, well_formed
from aggregator.web.responses import SHOWN

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

View = TypeVar("View", bound=Callable[..., Response])
KEPT_BYTES = 64 * 1024 * 1024
WAIT = 5.0
"""Seconds that a request waits for another one that renders the same response; longer than any page takes. With a limit, requests do
not queue up behind a store that hangs."""
KEEPABLE = "aggregator.keepable"
"""Key in the WSGI environment for the Validity of a response that may be cached."""
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
"""In the order of the parameters of `matching_etag`."""
EXPECTATIONS = frozenset({"HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"})
"""Hardly anybody sends these; `respond` judges them."""
OF_BODY = frozenset({"content-type", "content-length", "content-encoding", "last-modified"})
"""Headers that a 304 does not have, as in Werkzeug: the ETag is enough (RFC 9110, 15.4.5)."""

Key = tuple[str, str, str | None]
Headers = list[tuple[str, str]]


class Validity(Struct, frozen=True):
    """How long a response is valid: while `stream` has this version (which includes the configuration in force), and before `expires`
    (epoch seconds; None: no limit)."""

    stream: StreamName
    version: Version
    expires: int | None


class KeptResponse(Struct, frozen=True, eq=False, weakref=True):
    validity: Validity | None  # None: it may not be cached
    body: bytes
    headers: Headers
    etag: str  # of this form (compressed or not)
    content: str  # ETag of the uncompressed content
    modified: datetime
    renewal: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def _turn(outdated: KeptResponse) -> Iterator[None]:
    """When a response is outdated and many clients ask for it, let one request render it while the others wait, at most `WAIT` seconds."""
    ours = outdated.renewal.acquire(timeout=WAIT)
    try:
        yield
    finally:
        if ours:
            outdated.renewal.release()


def kept(view: View) -> View:
    """Decorator: cache the response of a view until the archive changes or the minute ends. For views that show only the archive, the
    configuration in force and the time."""

    @wraps(view)
    def keeping(*args: Any, **named: Any) -> Response:
        lib = library()
        version = lib.version(LATEST)  # before the view reads: later changes may not be in the response
        minute = int(lib.minute().timestamp()) + 60
        response: Response = view(*args, **named)
        request.environ[KEEPABLE] = Validity(LATEST, version, minute)
        return response

    return cast(View, keeping)


class ResponseCache:
    """A WSGI application that answers from the cache and passes all other requests to Flask (`inner`)."""

    def __init__(self, inner: WSGIApplication, library: Library) -> None:
        self.inner = inner
        self.library = library
        self.kept: Recent[Key, KeptResponse] = Recent(KEPT_BYTES)
        self._local = threading.local()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or not well_formed(environ):
            with self.library.one_request():
                return self.inner(environ, start_response)
        key = (
            environ.get("PATH_INFO", ""),
            environ.get("QUERY_STRING", ""),
            coding(environ.get("HTTP_ACCEPT_ENCODING", "")),
        )
        with self.library.one_request():
            kept = self.kept.get(key) if EXPECTATIONS.isdisjoint(environ) else None
            # If the store fails, nobody waits for another request, which would fail, too.
            if kept is None or (valid := self._valid(key, kept)) is None:
                return self._respond(key, None, environ, start_response)
            if valid:
                return self._respond(key, kept, environ, start_response)
        with _turn(kept), self.library.one_request():
            renewed = self.kept.get(key)
            valid = renewed is not None and self._valid(key, renewed)
            return self._respond(key, renewed if valid else None, environ, start_response)

    def _respond(
        self, key: Key, kept: KeptResponse | None, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer from the cache, or else have Flask answer without the conditions of the request, and cache the response if allowed. So
        clients that send only conditional requests are served from the cache too."""
        conditions = [environ.pop(name, None) for name in CONDITIONS]
        method = environ["REQUEST_METHOD"]
        if kept is None:
            status, headers, body = self._answer(environ)
            shown: Rendered | None = environ.get(SHOWN)
            if shown is None or not status.startswith("200"):
                start_response(status, headers)
                return [body]
            own = next(value for name, value in headers if name.lower() == "etag")
            kept = KeptResponse(environ.get(KEEPABLE), body, list(headers), own, shown.etag, shown.modified)
            # With the request, which may be longer than the response.
            size = len(body) + sum(map(len, (*key[:2], *chain.from_iterable(headers)))) + 1000
            # A larger one, such as a month, would push hundreds of others out.
            if kept.validity and method == "GET" and size <= self.kept.most // 4:
                self.kept.put(key, kept, size)
        form = key[2] if kept.etag != kept.content else None
        if etag := matching_etag(kept.content, form, kept.modified, *conditions, now=self.library.now()):
            start_response("304 NOT MODIFIED", _unmodified(kept.headers, etag))
            return []
        start_response("200 OK", kept.headers)
        return [] if method == "HEAD" else [kept.body]

    def _valid(self, key: Key, kept: KeptResponse) -> bool | None:
        """Whether a cached response still equals what Flask would answer; None if the store cannot be read. Each thread remembers which
        entries are valid as of the last commit that it knows. It reads the number of that commit first, so that a later commit is noticed
        by the next request."""
        validity = kept.validity
        try:
            self.library.in_force()
            if validity is None or (validity.expires is not None and self.library.seconds() >= validity.expires):
                return False
            commit = self.library.commit()
            if getattr(self._local, "commit", None) != commit:
                self._local.commit, self._local.right = commit, WeakValueDictionary()
            right: WeakValueDictionary[Key, KeptResponse] = self._local.right
            if right.get(key) is kept:
                return True
            if self.library.version(validity.stream) != validity.version:
                return False
        except Exception:  # noqa: BLE001 (Flask will meet it, too, and report it)
            return None
        right[key] = kept
        return True

    def _answer(self, environ: WSGIEnvironment) -> tuple[str, Headers, bytes]:
        """Flask's whole response: (status, headers, body)."""
        seen: list[tuple[str, Headers]] = []

        def note(status: str, headers: Headers, error: Any = None, /) -> Any:
            seen.append((status, headers))

        answer: Any = self.inner(environ, note)  # werkzeug's ClosingIterator
        with closing(answer):
            body = b"".join(answer)
        return *seen[-1], body


def _unmodified(headers: Headers, etag: str) -> Headers:
    """The headers of a 304 (RFC 9110, 15.4.5): those of the response without those that describe its body."""
    return [(name, etag if name.lower() == "etag" else value) for name, value in headers if name.lower() not in OF_BODY]
