"""What the views use: the archive, the time, what is in force, and streams as rendered bytes, cached by the version of their stream.

One object per process; each thread reads over a connection of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from aggregator.model.feed import Rendered, Stream
from aggregator.model.source import Health, SourceState
from aggregator.model.stream import LATEST, STORING, StreamName, StreamQuery
from aggregator.web.in_force import Archive, Following, InForce
from aggregator.web.long_answers import LongAnswers
from aggregator.web.recent import Recent

RENDERED_BYTES = 64 * 1024 * 1024
SEEN_BYTES = 256 * 1024

Version = tuple[str, datetime, int]


@dataclass(frozen=True, slots=True)
class Cached:
    version: Version
    expires: int | None
    rendered: Rendered

    @property
    def size(self) -> int:
        return len(self.rendered.body)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was answered to a request last, and since when it is."""

    asked: str
    etag: str
    version: Version
    since: datetime

    @property
    def size(self) -> int:
        return len(self.asked) + 500


class Library:
    """`open_archive` opens the store for the calling thread."""

    def __init__(
        self,
        open_archive: Callable[[], Archive],
        configuration: Following,
        clock: Callable[[], datetime],
        health: Callable[[SourceState], tuple[Health, str]],
        *,
        troubles: Callable[[], Sequence[str]] = lambda: (),
    ) -> None:
        self._open = open_archive
        self._configuration = configuration
        self._clock = clock
        self.health = health
        self._troubles = troubles  # of the worker, as it tells them beside the store
        self._local = threading.local()
        self._following = threading.Lock()
        self.long_answers = LongAnswers()
        self._rendered: Recent[tuple[StreamQuery, str, str], Cached] = Recent(RENDERED_BYTES)
        self._seen: Recent[str, Seen] = Recent(SEEN_BYTES)
        self._dating = threading.Lock()

    @property
    def archive(self) -> Archive:
        found: Archive | None = getattr(self._local, "archive", None)
        if found is None:
            found = self._local.archive = self._open()
        return found

    @property
    def since(self) -> datetime:
        """Since when it has been showing what it shows: program and configuration in force."""
        return self._configuration.since

    @property
    def cors(self) -> bool:
        return self.last_known.settings.site.cors

    def now(self) -> datetime:
        return self._clock()

    def seconds(self) -> int:
        """The same, as the store counts time."""
        return int(self.now().timestamp())

    def first_seen(self, asked: str, etag: str) -> datetime:
        """The date of an answer that moves with time itself, or with what leaves no date, such as polls: when this process first gave
        it. It counts from when the request came, before anything was read, is later than that of the answer before, and later than any
        second in which that was given. Another process may have answered otherwise in between: it is at most an hour old."""
        version, came = self.version(LATEST), getattr(self._local, "came", None) or self.now()
        since = came.replace(microsecond=0) + timedelta(seconds=2)
        with self._dating:
            known = self._seen.get(asked)
            if known and (known.etag, known.version) == (etag, version):
                since = known.since
            else:
                since = max(since, known.since + timedelta(seconds=1)) if known else since
                self._seen.put(asked, Seen(asked, etag, version, since))
        return max(since, self.hour())

    def today(self) -> date:
        """In the site's time zone."""
        return self.now().astimezone(self.in_force().zone).date()

    def minute(self) -> datetime:
        """When the current minute began, within which an age such as `since=24h` means one time."""
        return self.now().replace(second=0, microsecond=0)

    def hour(self) -> datetime:
        """When the current hour began, of UTC or of the site's time zone, whichever is later: what moves on with time moves
        then, such as how times are written, which pins hold and what is recent. It counts from its second second: news may
        come within the first one, and who asked before it must not hold the same date."""
        now = self.now() - timedelta(seconds=1)
        local = now.astimezone(self.in_force().zone)
        return max(moment.replace(minute=0, second=0, microsecond=0) for moment in (now, local))

    @contextmanager
    def one_request(self) -> Iterator[None]:
        """Within it, this thread asks the store only once whether anything was committed: to a server it is a round trip, and
        views ask at every turn. Versions and dates of streams are those of the first question too: what comes while an answer is
        made may be in it or not, and the date of the answer is the one before."""
        self._local.asked = None
        self._local.told = {}
        self._local.came = self.now()
        try:
            yield
        finally:
            del self._local.asked, self._local.told, self._local.came

    def commit(self) -> int:
        """A number that changes, for this thread, whenever another process or thread has committed."""
        asked: int | None = getattr(self._local, "asked", None)
        if asked is None:
            asked = self.archive.reading.data_version()
            if hasattr(self._local, "asked"):
                self._local.asked = asked
        return asked

    def version(self, stream: StreamName) -> Version:
        """What a stream's bytes depend on: the configuration in force, since when it is (an edit that is undone gets a
        date of its own), and the stream's version."""
        return self.in_force().settings.epoch, self.since, self._told(stream)[0]

    def _told(self, stream: StreamName) -> tuple[int, int]:
        """Version and time of change of a stream."""
        told: dict[StreamName, tuple[int, int]] = getattr(self._local, "told", {})
        if stream not in told:
            told[stream] = self.archive.reading.version(stream)
        return told[stream]

    def in_force(self) -> InForce:
        """The configuration in force; looked up again after each commit, by one thread after the other, so that what was read last is
        what counts."""
        if getattr(self._local, "commit", None) != self.commit():
            with self._following:
                commit = self.commit()
                self._configuration.follow(self.archive)
                self._local.commit = commit
        return self._configuration.current

    def troubles(self) -> tuple[str, ...]:
        """The problems of this process and of the worker."""
        return (*self._configuration.troubles(), *self._troubles())

    def changed(self, stream: StreamName = LATEST) -> datetime:
        """When anything of a stream, or anything at all, that pages and the API show last changed: by news, or by a new
        configuration. To be asked before it is read."""
        return max(datetime.fromtimestamp(self._told(stream)[1], UTC), self.since)

    def told_until(self) -> datetime:
        """Until when a list of changes tells all of them: those that come later count as of then or after. By the archive's own
        time, whatever the clocks say; to be asked before the list is read."""
        return datetime.fromtimestamp(self._told(LATEST)[1] + STORING + 1, UTC)

    @property
    def last_known(self) -> InForce:
        """The configuration that this process follows, without asking the store."""
        return self._configuration.current

    def watched(self) -> list[SourceState]:
        """The states of all sources but those that are paused, which keep the last one for good: no trouble of theirs counts."""
        paused = {source.id for source in self.in_force().settings.sources if not source.enabled}
        return [state for state in self.archive.sources.states() if state.id not in paused]

    def turn_for(self, query: StreamQuery) -> AbstractContextManager[None]:
        """To be held while the answer to a query is made, which may be a whole month.

        Raises:
            ServiceUnavailable: too many of these are being made.
        """
        return self.long_answers.one() if query.window and query.limit is None else nullcontext()

    def rendered(
        self, query: StreamQuery, asked: str, extension: str, build: Callable[[StreamQuery], Stream]
    ) -> Cached:
        """The bytes of a feed, rendered once per version of its stream; `asked` are the parameters as its links show
        them. `ResponseCache` keeps the forms that are made of them, plain and compressed; with these bytes at hand the next
        form of a feed of 400 stories costs 1 to 10 ms, otherwise 60."""
        version = self.version(stream_name(query))
        now = self.seconds()
        key = (query, asked, extension)
        found = self._rendered.get(key)
        if found and found.version == version and (found.expires is None or now < found.expires):
            return found
        from aggregator.render.formats import FORMATS  # brings feedgen and lxml, which a command need not wait for

        with self.turn_for(query):
            stream = build(query)
            made = Cached(version, stream.expires, FORMATS[extension].render(stream))
            del stream  # before its memory is given back
        self._rendered.put(key, made)
        return made


def stream_name(query: StreamQuery) -> StreamName:
    """The stream whose version tells whether a query's answer may have changed."""
    if query.kind == "daily":
        return StreamName("section", query.id or "")
    plain = query.filter.empty and query.view == "stories"
    return query.stream if plain and query.stream else LATEST
