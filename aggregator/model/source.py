"""The state of a source between polls, the request, and its result."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Struct

from aggregator.errors import FailureKind
from aggregator.model.item import FEW

NOT_POLLED = "not polled yet"
PAUSED = "paused: enabled is false in feeds.yaml"

Flaw = Literal["guid-flood", "truncated", "future-dated", "undated", "thin"]
"""Flaws of a document that are shown as the state of its source."""
Health = Literal["new", "ok", "gone", "challenge", "not-a-feed", "failing", "moved", "stale", "silent"] | Flaw
"""How a source is doing; `schedule/health.py` says what each means."""


class SourceState(msgspec.Struct, frozen=True):
    """What changes about a source: one row of the store. Times are aware UTC."""

    id: str
    root: str  # its first id; item ids derive from it, so that a renaming does not change them
    url: str
    etag: str | None = None
    last_modified: str | None = None
    validator_url: str | None = None  # the final address the validators belong to
    next_poll: datetime | None = None  # None: due now
    interval: timedelta | None = None
    why: str = NOT_POLLED
    first_success: datetime | None = None
    last_attempt: datetime | None = None
    last_success: datetime | None = None
    last_new: datetime | None = None  # when it last brought something new
    last_status: int | None = None
    error_kind: FailureKind | None = None
    error: str | None = None
    failures: int = 0  # in a row
    state: Health = "new"
    polls: int = 0
    not_modified: int = 0
    bytes_received: int = 0
    bytes_saved: int = 0  # by 304: each counts as the size of the last full response
    last_size: int = 0
    moved_to: str | None = None  # target of its permanent redirects
    moved_since: datetime | None = None
    moved_count: int = 0
    feed_title: str | None = None
    feed_link: str | None = None
    icon: str | None = None
    body_hash: str | None = None  # of its last document; None: the next document is a back-catalogue, not news
    flaws: str | None = None
    rate: float | None = None  # new items an hour, smoothed
    rhythm: timedelta | None = None  # how far apart the days with news are, usually
    asks: str | None = None  # how often its document asks to be polled, as written by `PollHints.write`
    said: bytes | None = None  # fingerprints of the entries of its last document whose items are stored as read
    held_until: datetime | None = None  # no source of its host is polled before this time (Retry-After)


class FetchRequest(Struct, frozen=True):
    source: str
    url: str  # with secrets filled in
    headers: tuple[tuple[str, str], ...] = ()
    etag: str | None = None
    last_modified: str | None = None
    validator_url: str | None = None  # the final address that sent `etag` and `last_modified`; None: `url` itself
    named_by: str | None = None
    """The feed or page that contains this address, if no editor wrote it. A private address is requested only if this one is private
    too, and of the same origin (or `allow_private` lists both hosts by name)."""
    crawled: bool = False  # an article, to which nobody subscribed: robots.txt is obeyed, for each redirect too
    configured: str | None = None
    """The address in feeds.yaml, if `url` is the one to which it moved. `headers`, user and password are sent to its host only."""
    pause: str = "host"  # what a Retry-After applies to: the `host`, or this `source` alone


class Candidates(Struct, frozen=True):
    """Absolute http(s) addresses at which a page may have its feeds, without userinfo and fragment. `declared`: by `<link rel=alternate>`,
    each with its title ("": none), in the order of the page, but comment feeds last; `linked`: links of the page that look like feeds;
    `guessed`: the usual addresses in the page's folder and at the root of its host."""

    declared: Annotated[Mapping[str, str], FEW]
    linked: Annotated[tuple[str, ...], FEW]
    guessed: Annotated[tuple[str, ...], FEW]


OWN_HEADERS = frozenset(
    {"accept-encoding", "connection", "content-length", "expect", "host", "if-modified-since", "if-none-match"}
    | {"keep-alive", "range", "referer", "te", "transfer-encoding", "upgrade"}
)
"""Headers that only the program sets: a value from feeds.yaml would break the connection or the reading of the response."""

ASKED_TO_WAIT = (429, 503)
"""Status codes with which Retry-After is honoured."""
HORIZON = timedelta(days=7)
"""The next poll is never further away than this, whatever a server asks for. A later time in the store comes from a wrong clock."""
SIGHTINGS = 5
"""Permanent redirects in a row after which their target is requested instead (`schedule/permanent_redirects.py`)."""
LONGEST_HOLD = 3600
"""Seconds. A Retry-After that one source received applies to the other sources of its host for at most this long."""


class Freshness(Struct, frozen=True):
    """What a response says about the time of the next request, in seconds; None if it says nothing."""

    max_age: int | None = None  # Cache-Control or Expires
    retry_after: int | None = None


class Fetched(Struct, frozen=True):
    """A full response. `url` is the final address; `permanent` is the end of the permanent redirects (301, 308) with which the chain
    of redirects began, if any."""

    url: str
    status: int
    body: bytes
    content_type: str | None
    etag: str | None
    last_modified: str | None
    freshness: Freshness
    permanent: str | None = None
    wire_bytes: int = 0


class NotModified(Struct, frozen=True):
    url: str
    etag: str | None
    last_modified: str | None
    freshness: Freshness
    permanent: str | None = None


class Failed(Struct, frozen=True):
    """A poll that failed. `message` never quotes unsafe content and never contains a secret. `host`: whose failure it is, which is
    the host to which redirects led; None if no host was asked."""

    kind: FailureKind
    message: str
    status: int | None = None
    freshness: Freshness = Freshness()
    host: str | None = None


class ParseJob(Struct, frozen=True):
    """What parsing and normalising need to know about the source. `root`: see `SourceState`; `now`: dates after it are not
    believed; `fingerprints`: the concatenated fingerprints of entries that need not be read again."""

    source: str
    root: str
    publisher: str
    wrapper: bool
    lang: str | None
    now: datetime
    fingerprints: bytes = b""


Outcome = Fetched | NotModified | Failed
