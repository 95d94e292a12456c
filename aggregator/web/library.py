"""What the views use: the archive, the time, the configuration in force, and feeds as rendered bytes, cached by the version of their
stream.

There is one Library per process; each thread has its own connection to the archive.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

from msgspec import Struct, field

from aggregator.errors import StoreChanged, StoreError, StoreLocked
from aggregator.model.feed import Rendered, Stream
from aggregator.model.source import SourceState
from aggregator.model.stream import LATEST, STORING, StreamName, StreamQuery
from aggregator.web.in_force import Following, InForce
from aggregator.web.long_answers import LongAnswers
from aggregator.web.recent import Recent

if TYPE_CHECKING:
    from aggregator.web.in_force import Archive

    Commit: TypeAlias = tuple[Archive, int]

RENDERED_BYTES = 64 * 1024 * 1024
SEEN_BYTES = 256 * 1024
DAMAGED = "store: pages of the database are damaged: see the log"
MET_IS_TOLD = timedelta(minutes=10)
"""A problem that a request met is told for so long: nothing says that the archive was replaced, or that there is memory again."""
LONG, AGAIN, TRYING = 0.5, 1.0, 10.0
"""Seconds. If it took long to find that the store cannot be read, or others lock a table, it is asked again after this pause, by one
request; for at most so long others do not wait for that."""
MOST_CRASHED = "polling: most sources fail with an error in this program: see the log"

T = TypeVar("T")
Version = tuple[str, datetime, int]


class Cached(Struct, frozen=True):
    version: Version
    expires: int | None
    rendered: Rendered


class Seen(Struct, frozen=True):
    """The last response to a request, and when it was first given."""

    etag: str
    version: Version
    since: datetime


class _Request(Struct):
    """What the store was asked for one request. (None: not yet.)"""

    came: datetime
    commit: Commit | None = None
    force: InForce | None = None
    told: dict[StreamName, tuple[int, int]] = field(default_factory=dict)


class Library:
    """`open_archive` opens the store for the calling thread. `began`: nothing that was given before this is known to be the same now, since
    an earlier archive may have been restored while no process was serving."""

    def __init__(
        self,
        open_archive: Callable[[], Archive],
        configuration: Following,
        clock: Callable[[], datetime],
        troubles: Callable[[], Sequence[str]],
        began: datetime,
    ) -> None:
        self._open = open_archive
        self._configuration = configuration
        self._clock = clock
        self._began = began
        self._troubles = troubles  # problems that workers report outside the store
        self._met: dict[str, datetime] = {}  # problem → when a request last met it
        self._local = threading.local()
        self._following = threading.Lock()
        # Until when (monotonic clock) reading fails with this error.
        self._failed: tuple[float, StoreError] | None = None
        self.long_answers = LongAnswers()
        self.rendered_feeds: Recent[tuple[StreamQuery, str, str], Cached] = Recent(RENDERED_BYTES)
        self._counted: dict[int, Sequence[int]] = {}
        self._seen: Recent[str, Seen] = Recent(SEEN_BYTES)
        self._dating = threading.Lock()
        self._lasting: dict[Callable[[Library], object], tuple[object, object]] = {}

    @property
    def archive(self) -> Archive:
        found: Archive | None = getattr(self._local, "archive", None)
        if found is None:
            with self._trying():
                found = self._local.archive = self._open()
                self._follow()  # what opening does not read may be locked, too
        return found

    @property
    def since(self) -> datetime:
        """Since when program and configuration in force are the same."""
        return self.in_force().since

    @property
    def same_since(self) -> datetime:
        """Since when what depends on them alone is the same, as far as this process knows."""
        return max(self.since.replace(microsecond=0), self._began)

    def now(self) -> datetime:
        return self._clock()

    def seconds(self) -> int:
        """The current time in epoch seconds, as in the store."""
        return int(self.now().timestamp())

    def first_seen(self, asked: str, etag: str) -> datetime:
        """Last-Modified of a response whose changes leave no date (because it depends on polls or on time itself): when this process first
        gave the same response. `asked` identifies the request, `etag` the response.

        The date is based on when the request arrived, before anything was read. It is later than that of the previous response, and
        later than any second in which that was given. It is at most an hour old, because another process may have given other
        responses meanwhile."""
        version = self.version(LATEST)
        since = self._request.came.replace(microsecond=0) + timedelta(seconds=2)
        with self._dating:
            known = self._seen.get(asked)
            if known and (known.etag, known.version) == (etag, version):
                since = known.since
            else:
                since = max(since, known.since + timedelta(seconds=1)) if known else since
                self._seen.put(asked, Seen(etag, version, since), len(asked) + 500)
        return max(since, self.hour())

    def today(self) -> date:
        """The current day in the site's time zone."""
        return self.now().astimezone(self.in_force().zone).date()

    def minute(self) -> datetime:
        """The beginning of the current minute. Ages such as `since=24h` are counted from it, so that they are constant for a minute."""
        return self.now().replace(second=0, microsecond=0)

    def hour(self) -> datetime:
        """The beginning of the current hour, in UTC or in the site's time zone, whichever is later. What depends on time alone changes only
        with the hour: how times are written, which pins hold, what is recent.

        In the first second of an hour, the previous hour still counts. News may arrive within that second, and a client that asked
        before it must not have got the same date."""
        now = self.now() - timedelta(seconds=1)
        local = now.astimezone(self.in_force().zone)
        return max(moment.replace(minute=0, second=0, microsecond=0) for moment in (now, local))

    @contextmanager
    def one_request(self) -> Iterator[None]:
        """A context for one request. Within it, this thread asks the store only once whether anything was committed, since views ask often
        and each question is a round trip to a database server. The configuration in force, and versions and dates of streams, are also
        read only once: changes during the request may or may not be in the response, and its date is that of before them."""
        self._local.request = _Request(self.now())
        try:
            yield
        finally:
            del self._local.request

    @property
    def _request(self) -> _Request:
        """The request of this thread. Outside of requests nothing is remembered: a new one each time."""
        return getattr(self._local, "request", None) or _Request(self.now())

    def commit(self) -> Commit:
        """What changes (for this thread) whenever another process or thread has committed, or the archive was opened anew."""
        request = self._request
        if request.commit is None:
            archive = self.archive
            try:
                request.commit = archive, archive.reading.data_version()
            except StoreChanged:
                del self._local.archive  # the next request opens it as it is now
                raise
        return request.commit

    def version(self, stream: StreamName) -> Version:
        """What the bytes of a stream depend on: (epoch in force, since when, version of the stream). If an edit is undone, the epoch is the
        same as before, but not the time."""
        force = self.in_force()
        return force.settings.epoch, force.since, self._told(stream)[0]

    def _told(self, stream: StreamName) -> tuple[int, int]:
        """(version, time of last change) of a stream."""
        told = self._request.told
        if stream not in told:
            told[stream] = self.archive.reading.version(stream)
        return told[stream]

    def in_force(self) -> InForce:
        """The configuration in force. It is read again after each commit, by one thread at a time, so that an older state never replaces a
        newer one."""
        request = self._request
        if request.force is None:
            if getattr(self._local, "commit", None) != self.commit():
                with self._trying():
                    self._follow()
            request.force = self._configuration.current
        return request.force

    def _follow(self) -> None:
        commit = self.commit()
        self._configuration.follow(self.archive)
        self._local.commit = commit

    @contextmanager
    def _trying(self) -> Iterator[None]:
        """A context for reading what every request needs first, by one thread at a time. If others hold a lock, the error comes after
        seconds. A request asks several times, and there are few threads: if each of them waited, none would be left for what needs no
        store. So after such an error others get the same one at once, until a pause is over and one that tried again has succeeded."""
        self._heed()
        with self._following:
            self._heed()
            began, failed = time.monotonic(), None
            if self._failed:
                self._failed = began + TRYING, self._failed[1]
            try:
                yield
            except StoreError as error:
                if (ended := time.monotonic()) - began > LONG or isinstance(error, StoreLocked):
                    failed = ended + AGAIN, error
                raise
            finally:
                self._failed = failed

    def _heed(self) -> None:
        if (failed := self._failed) and time.monotonic() < failed[0]:
            raise failed[1].with_traceback(None)

    def meet(self, problem: str) -> None:
        """Note that a request met a problem, such as damaged pages: workers, and what tells whether we are ready, may never meet it."""
        self._met[problem] = self.now()

    def troubles(self) -> tuple[str, ...]:
        """The problems of this process, of the worker, and of polling where an error of this program, not a document, must be to blame."""
        watched = self.watched()
        ours = sum(state.error_kind in ("crashed", "parser-crashed") for state in watched)
        polling = [MOST_CRASHED] if 2 * ours > max(len(watched), 2) else []
        now = self.now()  # may be before a time of `_met`, if the clock was set back
        met = [problem for problem, when in self._met.copy().items() if timedelta() <= now - when < MET_IS_TOLD]
        return (*self._configuration.troubles(), *self._troubles(), *polling, *met)

    def lasting(self, make: Callable[[Library], T]) -> T:
        """What `make` gives. It must depend on archive, configuration and hour alone: it is made again only when one of these changes."""
        valid = self.version(LATEST), self.hour()
        found = self._lasting.get(make)
        if found is None or found[0] != valid:
            found = self._lasting[make] = valid, make(self)
        return cast(T, found[1])

    def totals(self) -> dict[str, int]:
        """How many sources, items and stories there are."""
        return self.archive.reading.totals(self._counted)

    def changed(self, stream: StreamName = LATEST) -> datetime:
        """When a stream (or by default anything that pages and the API show) last changed, by news or by a new configuration, as far as
        this process knows. To be called before reading the content."""
        return max(datetime.fromtimestamp(self._told(stream)[1], UTC), self.same_since)

    def told_until(self) -> datetime:
        """The time up to which a list of changes is complete: later changes will be dated at or after it. It is the archive's own time,
        independent of clocks. To be called before reading the list."""
        return datetime.fromtimestamp(self._told(LATEST)[1] + STORING + 1, UTC)

    @property
    def last_known(self) -> InForce:
        """The configuration that this process follows, without asking the store."""
        return self._configuration.current

    def watched(self) -> list[SourceState]:
        """The states of all sources except paused ones, whose states no longer change and do not count as problems."""
        paused = {source.id for source in self.in_force().settings.sources if not source.enabled}
        return [state for state in self.archive.sources.states() if state.id not in paused]

    def rendered(self, query: StreamQuery, asked: str, extension: str, build: Callable[[], Stream]) -> Cached:
        """The bytes of a feed, rendered once per version of its stream. `asked`: the parameters as its links have them. (`ResponseCache`
        keeps the complete responses, one for each content coding. With these bytes, making another coding of a feed of 400 stories
        takes 1 to 10 ms instead of 60.)"""
        version = self.version(stream_name(query))
        now = self.seconds()
        key = (query, asked, extension)
        found = self.rendered_feeds.get(key)
        if found and found.version == version and (found.expires is None or now < found.expires):
            return found
        from aggregator.render.formats import FORMATS  # brings feedgen and lxml, which a command need not wait for

        with self.long_answers.one() if query.window and query.limit is None else nullcontext():
            stream = build()
            made = Cached(version, stream.expires, FORMATS[extension].render(stream))
            del stream  # before its memory is given back
        self.rendered_feeds.put(key, made, len(made.rendered.body) + 1500)  # its query is more than an empty feed
        return made


def stream_name(query: StreamQuery) -> StreamName:
    """The stream whose version shows whether the result of a query may have changed."""
    if query.kind == "daily":
        return StreamName("section", query.id or "")
    plain = query.filter.empty and query.view == "stories"
    return query.stream if plain and query.stream else LATEST
