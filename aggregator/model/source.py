"""What is known of a source between polls, and the result of a poll."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from aggregator.errors import FailureKind

NOT_POLLED = "not polled yet"
PAUSED = "paused: enabled is false in feeds.yaml"

Flaw = Literal["guid-flood", "truncated", "future-dated", "undated", "thin"]
"""What is wrong with a document that was read, where it makes a state."""
Health = Literal["new", "ok", "gone", "challenge", "not-a-feed", "failing", "moved", "stale", "silent"] | Flaw
"""How a source is doing; `schedule/health.py` says what each means."""


class SourceState(msgspec.Struct, frozen=True):
    """The mutable side of a source, one row of the store. Times are aware UTC. A struct, since each poll makes half a
    dozen slightly different ones (`msgspec.structs.replace`)."""

    id: str
    root: str  # the id under which its first item came: items keep their ids over a renaming
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
    bytes_saved: int = 0  # by 304: the size of the last full answer each time
    last_size: int = 0
    moved_to: str | None = None  # where permanent redirects pointed
    moved_since: datetime | None = None
    moved_count: int = 0
    feed_title: str | None = None
    feed_link: str | None = None
    icon: str | None = None
    body_hash: str | None = None  # of its last document; None: what the next one lists is no news
    flaws: str | None = None
    rate: float | None = None  # new items an hour, smoothed
    rhythm: timedelta | None = None  # how far apart the days with news are, usually
    asks: str | None = None  # how often its document asks to be polled, as `PollHints.write` has it
    said: bytes | None = None  # fingerprints of the entries of its last document that are stored as they were read
    held_until: datetime | None = None  # until when no source of its host is polled, since a Retry-After asked for that


@dataclass(frozen=True, slots=True)
class FetchRequest:
    source: str
    url: str  # with secrets filled in
    headers: tuple[tuple[str, str], ...] = ()
    etag: str | None = None
    last_modified: str | None = None
    validator_url: str | None = None  # the final address that gave them; None: `url` itself
    named_by: str | None = None
    """The address of the feed or page that links to this one, where no editor wrote it: only those on private addresses lead to such."""
    crawled: bool = False  # nobody subscribes to it, an article: robots.txt is asked first, at each hop
    configured: str | None = None
    """The address of feeds.yaml where `url` is the one to which that moved: its host alone gets `headers`, user and password."""
    pause: str = "host"  # whom a Retry-After holds: all that ask the host, or this source alone (`source`)


OWN_HEADERS = frozenset(
    {"accept-encoding", "connection", "content-length", "expect", "host", "if-modified-since", "if-none-match"}
    | {"keep-alive", "range", "referer", "te", "transfer-encoding", "upgrade"}
)
"""Headers that the program alone decides on: an editor's value would break the connection or the reading of the response."""

ASKED_TO_WAIT = (429, 503)
"""Statuses with which a server may say in Retry-After when to come again."""
HORIZON = timedelta(days=7)
"""No poll is ever further away, whatever anybody asks: a later one comes from a wrong clock."""
LONGEST_HOLD = 3600
"""Seconds. A Retry-After that one source of a host got applies to its others for at most this long."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """What a response says about when to come again; seconds, None if it says nothing."""

    max_age: int | None = None  # Cache-Control or Expires
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A full response. `url` is the final address; `permanent` the address to which an unbroken chain of 301/308 led."""

    url: str
    status: int
    body: bytes
    content_type: str | None
    etag: str | None
    last_modified: str | None
    freshness: Freshness
    permanent: str | None = None
    wire_bytes: int = 0


@dataclass(frozen=True, slots=True)
class NotModified:
    url: str
    etag: str | None
    last_modified: str | None
    freshness: Freshness
    permanent: str | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A poll without a result. `message` never quotes unsafe content and never contains a secret."""

    kind: FailureKind
    message: str
    status: int | None = None
    freshness: Freshness = Freshness()


@dataclass(frozen=True, slots=True)
class ParseJob:
    """What parsing and normalising need to know about the source. `root` identifies the source in item ids; `now`
    limits dates in the future; `fingerprints` are those of entries that need not be read again, concatenated."""

    source: str
    root: str
    publisher: str
    wrapper: bool
    lang: str | None
    now: datetime
    fingerprints: bytes = b""


Outcome = Fetched | NotModified | Failed
