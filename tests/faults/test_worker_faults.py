"""F23 and what belongs to it: no loop of the worker ends because of what nobody foresaw, and everybody can see it."""

from __future__ import annotations

import asyncio
import errno
import logging
import math
import os
import resource
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable, Collection, Coroutine, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest
from builders import NOW, by_words, item, policy, polled, source, tools
from builders.process import PATIENCE, aggregator, cancelled, children, configuration, free_port, serves, until_async
from msgspec import structs
from msgspec.structs import replace

from aggregator.bootstrap import Installation
from aggregator.config.compile import compile_file
from aggregator.errors import (
    ConfigError,
    Lacking,
    NoReader,
    OutOfMemory,
    Problem,
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFull,
    TooManyFiles,
    TooManyProcesses,
)
from aggregator.model import notes
from aggregator.model.item import NormalFeed
from aggregator.model.judgement import Judgement
from aggregator.model.notes import BrokenEdit, ConfigurationReport
from aggregator.model.poll import PollResult
from aggregator.model.settings import Defaults
from aggregator.model.source import (
    Failed,
    Fetched,
    FetchRequest,
    Freshness,
    NotModified,
    Outcome,
    ParseJob,
    SourceState,
)
from aggregator.model.story import EditionItem
from aggregator.model.stream import StreamName
from aggregator.pipeline import leases
from aggregator.pipeline.edition import EditionReport, edition
from aggregator.pipeline.edits.changes import Changes
from aggregator.pipeline.leases import EDITION_LEASE, POLL_LEASE
from aggregator.pipeline.survey import survey
from aggregator.store.sqlite.archive import SqliteArchive
from aggregator.worker import editions, polling, service, web_process
from aggregator.worker.config_reload import ConfigReload
from aggregator.worker.editions import Editions
from aggregator.worker.engine import Current, Engine, Reload, Shared
from aggregator.worker.identity import identity
from aggregator.worker.polling import Polling
from aggregator.worker.service import Service
from aggregator.worker.troubles import Troubles

SOURCES = {id: source(id) for id in ("one", "two", "three")}


async def unchanged(request: FetchRequest) -> Outcome:
    return NotModified(request.url, '"1"', None, Freshness())


def unchanged_after(
    answers: asyncio.Event, asked: list[str] | None = None
) -> Callable[[FetchRequest], Coroutine[Any, Any, Outcome]]:
    """Servers that answer once `answers` is set. `asked` notes of which sources."""

    async def slow(request: FetchRequest) -> Outcome:
        if asked is not None:
            asked.append(request.source)
        await answers.wait()
        return await unchanged(request)

    return slow


async def unread(fetched: Fetched, job: ParseJob) -> NormalFeed:
    raise AssertionError("nothing to parse")


class Worker:
    """The parts of the service over a real archive, with a clock and a network of the test."""

    def __init__(self, folder: Path, now: datetime = NOW) -> None:
        self.now = now
        self.fetch: Callable[[FetchRequest], Coroutine[Any, Any, Outcome]] = unchanged
        self.parse: Callable[[Fetched, ParseJob], Coroutine[Any, Any, NormalFeed]] = unread
        self.archive, self.lookup = SqliteArchive(folder / "a.db"), SqliteArchive(folder / "a.db")
        self.archive.sources.sync(SOURCES.values())
        made = tools(
            self.archive, lookup=self.lookup, fetch=self._fetch, parse=self._parse, clock=self.clock, jitter=lambda: 0.0,
            sources=SOURCES, owner="me",
        )  # fmt: skip
        self.shown = ""
        self.current = Current(Engine(made, self.lookup, policy(), (86_400, {})))
        self.shared = Shared(self.current, "me", self.clock, Troubles(self.show))
        self.troubles, self.measures = self.shared.troubles, self.shared.measures
        self.news, self.stopping = self.shared.news, self.shared.stopping
        self.polling, self.editions = Polling(self.shared), Editions(self.shared)

    async def _fetch(self, request: FetchRequest) -> Outcome:
        return await self.fetch(request)

    async def _parse(self, fetched: Fetched, job: ParseJob) -> NormalFeed:
        return await self.parse(fetched, job)

    def clock(self) -> datetime:
        return self.now

    def show(self, text: str) -> None:
        self.shown = text

    async def tick(self) -> int:
        """Polls that were made."""
        before = sum(state.polls for state in self.archive.sources.states())
        await self.polling.tick()
        await self.polling.idle()
        return sum(state.polls for state in self.archive.sources.states()) - before

    def close(self) -> None:
        self.archive.close()
        self.lookup.close()


@pytest.fixture
def worker(tmp_path: Path) -> Any:
    made = Worker(tmp_path)
    yield made
    made.close()


async def test_f23_a_tick_that_fails_in_an_unforeseen_way_is_followed_by_the_next(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(polling, "corrected", lambda *_: 1 / 0)
        assert await worker.tick() == 0
        assert worker.shown == "store: ZeroDivisionError, an error in this program: see the log"
    assert await worker.tick() == 3
    assert worker.shown == ""


def test_the_log_names_a_source_that_fails_once_and_without_network_not_each_of_many(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(polling, "NAMED", 1)
    answers: dict[str, Outcome] = {}

    async def fetch(request: FetchRequest) -> Outcome:
        return answers[request.source]

    worker.fetch = fetch

    def logged(*failing: str, why: str = "the name server does not answer") -> list[str]:
        answers.update({id: NotModified(SOURCES[id].url, '"1"', None, Freshness()) for id in SOURCES})
        answers.update({id: Failed("dns", why) for id in failing})
        caplog.clear()
        worker.now += timedelta(days=2)
        assert asyncio.run(worker.tick()) == 3
        return [record.message for record in caplog.records if record.levelname == "WARNING"]

    told = "source {}: the name server does not answer"
    assert sorted(logged("one", "two")) == [told.format("one"), told.format("two")], "a source answered"
    assert logged("one", "two") == []
    assert logged("one", "two", why="404 Not Found")[-1] == "source two: 404 Not Found"
    assert logged() == []
    first, second = logged("one", "two", "three")
    assert first in map(told.format, SOURCES)
    assert (
        second == "more sources fail alike (the name server does not answer); they are not named until a source answers"
    )
    assert logged("one", "two", "three") == []
    still_failing = {told.format("one"), told.format("two")}
    assert set(logged("one", "two")) == still_failing - {first}, "one answered: it is not the network"
    assert logged("one", "two") == []

    answers["two"] = Failed("waiting", "its host asked for a pause", freshness=Freshness(retry_after=60))
    caplog.clear()
    worker.now += timedelta(days=2)
    caplog.set_level(logging.INFO)
    asyncio.run(worker.tick())
    assert "two" not in caplog.text, "it does not fail: another source of its host was told to wait"
    assert "polled 3 sources: 1 not modified, 1 failed, 1 waiting with their host, 0 new items" in caplog.text


async def test_pauses_that_hosts_ask_of_others_are_learnt_while_polls_are_in_progress(worker: Worker) -> None:
    """Hundreds of sources of one host may wait for their turn when the command `poll` is told to pause."""
    adopted: list[None] = []
    worker.polling._adopt_pauses = lambda: adopted.append(None)
    answers = asyncio.Event()
    worker.fetch = unchanged_after(answers)
    await worker.polling.tick()
    await asyncio.sleep(0)
    await worker.polling.maintain()
    answers.set()
    await worker.polling.idle()
    await worker.polling.maintain()
    assert len(adopted) == 2, "as they begin, and at each tick until they end"


def test_a_worker_that_does_not_know_of_a_new_address_yet_leaves_it_due(worker: Worker) -> None:
    """An edit reaches the store before it reaches whoever polls: the former address is not asked any more."""

    async def gone(request: FetchRequest) -> Outcome:
        return Failed("http", "410 Gone", 410)

    worker.fetch = gone
    worker.archive.sources.sync([source("one", url="https://new.example/feed"), SOURCES["two"], SOURCES["three"]])
    assert asyncio.run(worker.tick()) == 2
    states = {state.id: (state.state, state.polls) for state in worker.archive.sources.states()}
    assert states == {"one": ("new", 0), "two": ("gone", 1), "three": ("gone", 1)}
    claimed = worker.archive.sources.claim("another", NOW, timedelta(minutes=1))
    assert [state.url for state in claimed] == ["https://new.example/feed"]


def test_a_tick_takes_all_that_is_due_in_portions(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "CLAIM", 2)
    assert asyncio.run(worker.tick()) == 3


async def test_sources_that_wait_for_their_host_longer_than_their_lease_are_asked_once(worker: Worker) -> None:
    """Hundreds of sources at one host that hangs, or a machine that slept meanwhile."""
    asked: list[str] = []
    answers = asyncio.Event()
    worker.fetch = unchanged_after(answers, asked)
    await worker.polling.tick()
    await asyncio.sleep(0)
    worker.now += 2 * POLL_LEASE
    await worker.polling.tick()
    await asyncio.sleep(0)
    answers.set()
    await worker.polling.idle()
    worker.now += timedelta(days=1)
    assert await worker.tick() == 3, "they are free again"
    assert sorted(asked) == sorted([*SOURCES, *SOURCES])


async def test_a_source_that_is_renamed_while_it_waits_for_its_host_is_kept_from_others(worker: Worker) -> None:
    answers = asyncio.Event()
    worker.fetch = unchanged_after(answers)
    await worker.polling.tick()
    renamed = source("first", url=SOURCES["one"].url, was=("one",))
    worker.archive.sources.sync([renamed, SOURCES["two"], SOURCES["three"]])
    worker.now += POLL_LEASE
    await worker.polling.maintain()
    assert worker.archive.sources.claim("another", worker.now, POLL_LEASE) == []
    answers.set()
    await worker.polling.idle()
    assert worker.archive.sources.owners() == []


async def test_sources_that_exchange_their_ids_while_they_are_polled_are_kept_from_others(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The leases of a claim are those of its sources, not of its ids: one poll was not renewed, since the other had its id by then; and
    what the failure of one gave back was the lease of the other, while its own was kept."""
    sources, asked = worker.archive.sources, list[str]()
    answers = {SOURCES[id].url: asyncio.Event() for id in ("one", "two")}

    async def slow(request: FetchRequest) -> Outcome:
        asked.append(request.url)
        await answers[request.url].wait()
        return await unchanged(request)

    worker.fetch = slow
    first = asyncio.create_task(worker.polling.take(["one"]))
    await until_async(lambda: len(asked) == 1)
    exchanged = {
        "one": source("one", url=SOURCES["two"].url),
        "two": source("two", url=SOURCES["one"].url),
        "three": SOURCES["three"],
    }
    sources.sync(exchanged.values())
    engine = worker.current.engine
    worker.current.engine = replace(engine, tools=replace(engine.tools, sources=exchanged))
    second = asyncio.create_task(worker.polling.take(["one"]))
    await until_async(lambda: len(asked) == 2)
    worker.now += POLL_LEASE
    await worker.polling.maintain()
    assert sources.claim("another", worker.now, POLL_LEASE, ids=["one", "two"]) == []
    monkeypatch.setattr(worker.archive.intake, "apply", full)
    answers[SOURCES["one"].url].set()
    await first
    await worker.polling.maintain()
    (free,) = sources.claim("another", worker.now, POLL_LEASE, ids=["one", "two"])
    assert free.url == SOURCES["one"].url
    await cancelled([second])
    await worker.polling.maintain()
    assert sources.owners() == ["another"]


async def test_a_source_that_is_renamed_while_a_poll_of_it_fails_is_given_back(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rename_and_fail(*_: object) -> None:
        worker.archive.sources.sync([source("uno", url=SOURCES["one"].url, was=("one",))])
        raise StoreFull("a.db: the disk is full")

    monkeypatch.setattr(worker.archive.intake, "apply", rename_and_fail)
    await worker.tick()
    await worker.polling.maintain()
    assert worker.archive.sources.owners() == []


async def test_a_source_whose_settings_change_while_it_is_polled_is_asked_again_only_after_that_poll(
    worker: Worker,
) -> None:
    """It waits for its host, or its server is slow: the poll that the edit asks for began beside it, a minute later."""
    sources, asked, answers = worker.archive.sources, list[str](), asyncio.Event()
    worker.fetch = unchanged_after(answers, asked)
    await worker.polling.tick()
    await until_async(lambda: len(asked) == 3)
    for _ in range(2):
        sources.disown(["one"], worker.now + timedelta(minutes=1))
        worker.now += POLL_LEASE
        await worker.polling.tick()
        assert len(worker.polling._polls) == 1
        assert sources.claim("another", worker.now, POLL_LEASE) == []
    answers.set()
    await worker.polling.idle()
    assert await worker.tick() == 1
    assert sorted(asked) == sorted([*SOURCES, "one"])


async def test_what_a_worker_that_hangs_was_polling_is_polled_by_others_five_minutes_later(worker: Worker) -> None:
    async def hung(request: FetchRequest) -> Outcome:
        await asyncio.Event().wait()
        return await unchanged(request)

    worker.fetch = hung
    await worker.polling.tick()
    await asyncio.sleep(0)
    sources, one = worker.archive.sources, timedelta(minutes=1)
    assert sources.claim("another", worker.now + one, POLL_LEASE) == []
    assert len(sources.claim("another", worker.now + 5 * one, POLL_LEASE)) == 3
    worker.stopping.set()


def test_a_worker_that_is_stopped_after_a_later_version_migrated_says_who_takes_its_leases(
    worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    worker.archive.sources.claim("me", NOW, POLL_LEASE)
    raw = sqlite3.connect(worker.archive.path)
    raw.execute("PRAGMA user_version = 9000")
    raw.close()
    asyncio.run(worker.polling.wind_down())
    (told,) = (record.message for record in caplog.records)
    assert told.startswith("the leases could not be released; other processes take them over: ")
    assert told.endswith("restart with that version")


def test_a_worker_says_once_that_only_a_version_which_started_later_re_places_stories(
    worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    async def told() -> list[str]:
        caplog.clear()
        await worker.editions.once()
        await worker.editions.once()
        return [record.message for record in caplog.records if "re-places stored stories" in record.message]

    assert asyncio.run(told()) == []
    worker.archive.upkeep.note(notes.PROGRAM, "one that came later")
    assert len(asyncio.run(told())) == 1
    worker.archive.upkeep.note(notes.PROGRAM, worker.current.engine.policy.program)
    assert asyncio.run(told()) == []


def full(*_: object) -> int:
    raise StoreFull("a.db: the disk is full")


@pytest.mark.parametrize(
    "failure",
    [
        Failed("http", "500 Internal Server Error", 500),
        Failed("empty", "the answer has no body", 200),
        Failed("reset", "the connection was closed without an answer"),
    ],
)
async def test_a_server_that_fails_on_conditional_requests_is_read_again(worker: Worker, failure: Failed) -> None:
    async def picky(request: FetchRequest) -> Outcome:
        return failure if request.etag else await unchanged(request)

    states = worker.archive.sources.states()
    worker.archive.sources.save([structs.replace(state, etag='"1"') for state in states])
    worker.fetch = picky
    for _ in range(4):
        assert {state.last_success for state in worker.archive.sources.states()} == {None}
        await worker.tick()
        worker.now += timedelta(days=1)
    assert {state.error for state in worker.archive.sources.states()} == {None}


async def test_news_of_other_sources_does_not_wait_for_one_that_hangs(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "GATHER", 0.0)
    answers = asyncio.Event()

    async def fetch(request: FetchRequest) -> Outcome:
        if request.source == "one":
            await answers.wait()
        return Fetched(request.url, 200, b"", None, None, None, Freshness(), None, 10)

    async def parse(fetched: Fetched, job: ParseJob) -> NormalFeed:
        items = (item(job.source, "1", f"News of outlet {job.source}"),)
        return NormalFeed("rss", items)

    worker.fetch, worker.parse = fetch, parse
    await worker.polling.tick()
    async with asyncio.timeout(PATIENCE):
        await worker.news.wait()
    await worker.editions.once()
    assert worker.archive.reading.totals()["stories"] == 2
    worker.news.clear()
    answers.set()
    await worker.polling.idle()
    assert worker.news.is_set()
    await worker.editions.once()
    assert worker.archive.reading.totals()["stories"] == 3


async def test_f5_results_that_cannot_be_stored_are_polled_again_after_a_pause(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No lease is left behind, and no server is asked every five seconds for what we have no room for."""
    with monkeypatch.context() as broken:
        broken.setattr(worker.archive.intake, "apply", full)
        await worker.tick()
        assert worker.shown == "polling: a.db: the disk is full"
    assert await worker.tick() == 0, "a pause"
    worker.polling._resume = 0.0  # it is over
    assert await worker.tick() == 3
    assert worker.shown == ""
    assert worker.archive.sources.owners() == []


async def test_f5_a_disk_with_room_for_a_note_and_none_for_leases_is_told_once(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The log of a service that stays on a full disk must not grow with each tick."""
    caplog.set_level(logging.INFO, "aggregator.worker.troubles")
    told = "store: a.db: the disk is full"
    with monkeypatch.context() as broken:
        broken.setattr(worker.archive.sources, "claim", Mock(side_effect=StoreFull("a.db: the disk is full")))
        for _ in range(3):
            await worker.tick()
            assert worker.shown == told
        worker.polling._resume = math.inf  # nor does a pause, in which nothing is claimed, mean that there is room
        await worker.tick()
        assert (worker.shown, caplog.messages) == (told, [told])
    worker.polling._resume = 0.0
    assert await worker.tick() == 3
    assert (worker.shown, caplog.messages[1:]) == ("", ["store: recovered"])


NO_READER = NoReader("no process that reads documents starts here: …")


@pytest.mark.parametrize(
    ("raised", "lack"),
    [
        (TooManyFiles(), TooManyFiles()),
        (NO_READER, NO_READER),
        (MemoryError(), OutOfMemory()),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), OutOfMemory()),
        (ImportError("_bounded_integers.so: failed to map segment from shared object"), OutOfMemory()),
        (RuntimeError("can't start new thread"), TooManyProcesses()),
    ],
)
async def test_a_lack_of_files_or_readers_is_a_trouble_of_the_worker_and_no_failure_of_its_sources(
    worker: Worker, raised: Exception, lack: Lacking
) -> None:
    """… and what the others answered is stored."""

    async def lacking(request: FetchRequest) -> Outcome:
        if request.source == "two":
            raise raised
        return await unchanged(request)

    worker.fetch = lacking
    await worker.tick()
    assert worker.shown == f"polling: {lack}"
    assert {state.id: state.polls for state in worker.archive.sources.states()} == {"one": 1, "two": 0, "three": 1}
    assert {state.failures for state in worker.archive.sources.states()} == {0}
    worker.fetch = unchanged
    worker.polling._resume = 0.0  # the pause is over
    assert await worker.tick() == 1
    assert worker.shown == ""
    assert worker.archive.sources.owners() == []


async def test_articles_for_which_the_store_has_no_time_are_a_trouble_until_it_has_and_cost_no_poll(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = worker.current.engine
    full_text = {id: replace(one, full_text=True) for id, one in SOURCES.items()}
    worker.current.engine = replace(engine, tools=replace(engine.tools, sources=full_text, extract=AsyncMock()))
    with monkeypatch.context() as busy:
        busy.setattr(worker.archive.articles, "claim", Mock(side_effect=StoreBusy("others write")))
        assert await worker.tick() == len(SOURCES)
    assert worker.shown == "articles: others write"
    assert worker.archive.sources.owners() == []
    worker.now += timedelta(days=1)
    await worker.tick()
    assert worker.shown == ""


async def test_polls_that_fail_together_lengthen_the_pause_once(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fleet's worker has dozens under way when its server goes away."""
    under_way: list[int] = []

    async def fetch(request: FetchRequest) -> Outcome:
        under_way.append(1)
        await until_async(lambda: len(under_way) >= 3)
        return await unchanged(request)

    def lost(*_: object) -> None:
        raise StoreBusy("the server is gone")

    worker.fetch = fetch

    with monkeypatch.context() as broken:
        broken.setattr(worker.archive.intake, "apply", lost)
        assert await asyncio.gather(*(worker.polling.take([id]) for id in ("one", "two", "three"))) == [True] * 3
    assert worker.polling._pause == 2 * polling.PAUSE
    worker.polling._resume = 0.0
    assert await worker.polling.maintain()  # their leases are given back
    assert await worker.polling.take(["one"])
    assert worker.polling._pause == polling.PAUSE, "the next failure is a first one again"


def test_a_poll_that_is_cancelled_keeps_no_lease(worker: Worker) -> None:
    """The queue is restarted while it waits for its server."""

    async def run() -> None:
        asked = asyncio.Event()

        async def silent(request: FetchRequest) -> Outcome:
            asked.set()
            await asyncio.Event().wait()
            raise AssertionError("nobody answers")

        worker.fetch = silent
        poll = asyncio.create_task(worker.polling.take(["one"]))
        await asked.wait()
        poll.cancel()
        await asyncio.wait({poll})
        assert await worker.polling.maintain()
        assert [state.id for state in worker.archive.sources.claim("another", NOW, POLL_LEASE, ids=["one"])] == ["one"]

    asyncio.run(asyncio.wait_for(run(), PATIENCE))


async def test_polls_that_could_not_be_stored_are_no_trouble_any_more_when_others_made_them(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This worker's own next poll may be hours away."""
    with monkeypatch.context() as broken:
        broken.setattr(worker.archive.intake, "apply", full)
        await worker.polling.take(["one", "two"])
    assert await worker.polling.maintain()
    assert worker.shown == "polling: a.db: the disk is full"
    states = worker.archive.sources.states(["one", "two"])
    worker.archive.sources.save([structs.replace(state, next_poll=NOW + timedelta(hours=6)) for state in states])
    assert await worker.polling.maintain()
    assert worker.shown == ""


async def test_a_poll_that_fails_while_leases_are_given_back_keeps_none(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources, give_back = worker.archive.sources, worker.archive.sources.release
    loop, answered = asyncio.get_running_loop(), asyncio.Event()

    async def fetch(request: FetchRequest) -> Outcome:
        if request.source == "two":
            await answered.wait()
        return await unchanged(request)

    async def fail() -> None:
        answered.set()
        await second

    def release(owner: str, roots: Collection[str] | None = None) -> None:
        give_back(owner, roots)
        asyncio.run_coroutine_threadsafe(fail(), loop).result(PATIENCE)

    worker.fetch = fetch
    second = asyncio.create_task(worker.polling.take(["two"]))
    await until_async(sources.owners)
    monkeypatch.setattr(worker.archive.intake, "apply", full)
    await worker.polling.take(["one"])
    monkeypatch.setattr(sources, "release", release)
    await worker.polling.maintain()
    assert second.done()
    await worker.polling.maintain()
    assert sources.owners() == []


def test_a_job_that_is_cancelled_while_it_claims_keeps_no_lease(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue is restarted while the server is slow: what a thread has begun, it ends."""
    sources, claim, at_work, go_on = (
        worker.archive.sources,
        worker.archive.sources.claim,
        threading.Event(),
        threading.Event(),
    )

    def slow(*args: Any, **named: Any) -> list[SourceState]:
        at_work.set()
        go_on.wait(PATIENCE)
        return claim(*args, **named)

    async def run() -> None:
        job = asyncio.create_task(worker.polling.take(["one"]))
        await asyncio.to_thread(at_work.wait, PATIENCE)
        job.cancel()
        await asyncio.wait({job})
        go_on.set()
        await until_async(sources.owners)
        while sources.owners():
            await asyncio.sleep(0.01)
            await worker.polling.maintain()

    monkeypatch.setattr(sources, "claim", slow)
    asyncio.run(asyncio.wait_for(run(), PATIENCE))


async def test_a_job_that_does_not_learn_that_it_has_claimed_keeps_no_lease(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is lost when the server has committed, and before it could say so."""
    sources, claim = worker.archive.sources, worker.archive.sources.claim

    def lost(*args: Any, **named: Any) -> None:
        assert claim(*args, **named)
        raise StoreError("the connection was lost")

    monkeypatch.setattr(sources, "claim", lost)
    assert not await worker.polling.take(["one", "two"])
    await worker.polling.maintain()
    assert sources.owners() == []


async def test_a_claim_that_failed_takes_no_lease_from_the_poll_that_follows(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a source whose lease is lost nothing is stored but its news: it would be polled once more at once."""
    sources, claim = worker.archive.sources, worker.archive.sources.claim

    def busy(*_: Any, **__: Any) -> None:
        monkeypatch.setattr(sources, "claim", claim)
        raise StoreBusy("others hold the lock")

    async def fetch(request: FetchRequest) -> Outcome:
        await worker.polling.maintain()
        return await unchanged(request)

    monkeypatch.setattr(sources, "claim", busy)
    worker.fetch = fetch
    assert not await worker.polling.take(["one", "two"])
    assert await worker.polling.take(["one", "two"])
    assert all(state.last_success for state in sources.states(["one", "two"]))
    assert sources.owners() == []


async def test_leases_that_are_given_back_while_another_job_claims_are_not_those_of_that_job(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim failed, and so may have leased its sources all the same. The next job claimed one of them between the moment at which it was
    decided what to give back and the moment at which that was done: then two workers polled it."""
    sources, claim, give_back = worker.archive.sources, worker.archive.sources.claim, worker.archive.sources.release
    loop, claimed, asked = asyncio.get_running_loop(), threading.Event(), asyncio.Event()
    jobs: list[asyncio.Task[bool]] = []

    def busy(*_: Any, **__: Any) -> None:
        raise StoreBusy("others hold the lock")

    def claim_and_tell(*args: Any, **named: Any) -> list[SourceState]:
        found = claim(*args, **named)
        claimed.set()
        return found

    async def next_job() -> None:
        jobs.append(asyncio.create_task(worker.polling.take(["one"])))
        for _ in range(9):
            await asyncio.sleep(0)

    def release(owner: str, roots: Collection[str] | None = None) -> None:
        asyncio.run_coroutine_threadsafe(next_job(), loop).result(PATIENCE)
        assert worker.polling._claims._asked or claimed.wait(PATIENCE)  # it waits its turn, or it has claimed meanwhile
        give_back(owner, roots)

    async def silent(request: FetchRequest) -> Outcome:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError("nobody answers")

    worker.fetch = silent
    with monkeypatch.context() as broken:
        broken.setattr(sources, "claim", busy)
        assert not await worker.polling.take(["one"])
    monkeypatch.setattr(sources, "claim", claim_and_tell)
    monkeypatch.setattr(sources, "release", release)
    assert await worker.polling.maintain()
    await asyncio.wait_for(asked.wait(), PATIENCE)
    monkeypatch.setattr(sources, "release", give_back)
    await worker.polling.maintain()
    assert claim("another", NOW, POLL_LEASE, ids=["one"]) == []
    await cancelled(jobs)


async def test_a_poll_that_fails_gives_back_no_lease_of_a_later_poll(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two sources that were claimed together one is stored, due again and being polled, as the result of the other cannot be stored."""
    sources = worker.archive.sources
    asked: list[str] = []
    answered = asyncio.Event()

    async def fetch(request: FetchRequest) -> Outcome:
        asked.append(request.source)
        if asked.count("one") == 2 or request.source == "two":
            await (answered if request.source == "two" else asyncio.Event()).wait()
        return await unchanged(request)

    worker.fetch = fetch
    first = asyncio.create_task(worker.polling.take(["one", "two"]))
    await until_async(lambda: sources.states(["one"])[0].polls)
    sources.save([structs.replace(state, next_poll=NOW) for state in sources.states(["one"])])
    second = asyncio.create_task(worker.polling.take(["one"]))
    await until_async(lambda: asked.count("one") == 2)
    monkeypatch.setattr(worker.archive.intake, "apply", full)
    answered.set()
    await first
    await worker.polling.maintain()
    assert {state.id for state in sources.claim("another", NOW, POLL_LEASE)} == {"two", "three"}
    await cancelled([second])


def test_an_edit_between_claim_and_poll_that_renames_a_source_costs_no_poll(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources, claim, engine = worker.archive.sources, worker.archive.sources.claim, worker.current.engine
    renamed = {"uno": replace(SOURCES["one"], id="uno", was=("one",)), "two": SOURCES["two"], "three": SOURCES["three"]}

    def claim_and_rename(*args: Any, **named: Any) -> list[SourceState]:
        found = list(claim(*args, **named))
        sources.sync(renamed.values())
        worker.current.engine = replace(engine, tools=replace(engine.tools, sources=renamed))
        return found

    monkeypatch.setattr(sources, "claim", claim_and_rename)
    assert asyncio.run(worker.tick()) == 3
    assert worker.shown == ""
    assert sources.owners() == []


async def test_f8_once_damage_is_met_nothing_is_written_any_more(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_: object, **__: object) -> None:
        raise StoreCorrupt("a.db: the database is damaged")

    with monkeypatch.context() as broken:
        broken.setattr(worker.archive.intake, "apply", damaged)
        await worker.tick()
    worker.polling._resume = 0.0
    assert await worker.tick() == 0
    assert worker.shown == "polling: a.db: the database is damaged"
    writes = worker.archive._connection.raw.total_changes
    worker.stopping.set()
    await worker.tick()
    assert worker.archive._connection.raw.total_changes == writes


@pytest.mark.parametrize("kept", ["its news", "nothing of it"])
async def test_what_the_store_does_not_take_of_one_source_is_told_of_it_and_of_no_other(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    """Their results are stored in one transaction. All polls stood still for it, at growing intervals."""
    apply, calls = worker.archive.intake.apply, []

    def unstorable(results: Sequence[PollResult], *more: Any) -> list[int]:
        calls.append([result.state.id for result in results])
        for result in results:
            if result.state.id == "two" and (kept == "nothing of it" or result.state.error_kind is None):
                raise OverflowError("a number that is too large")
        return apply(results, *more)

    monkeypatch.setattr(worker.archive.intake, "apply", unstorable)
    assert await asyncio.gather(*(worker.polling.take([id]) for id in ("one", "two", "three"))) == [True] * 3
    assert sorted(calls[0]) == ["one", "three", "two"], "in one transaction"
    states = {state.id: state for state in worker.archive.sources.states()}
    told = ("crashed", "an error in this program, see the log (OverflowError)") if kept == "its news" else (None, None)
    assert (states["two"].error_kind, states["two"].error) == told
    assert [(states[id].polls, states[id].error_kind) for id in ("one", "three")] == [(1, None)] * 2
    assert worker.shown.startswith("polling: ") == (kept == "nothing of it")
    await worker.polling.maintain()
    assert worker.archive.sources.owners() == []


def test_what_one_source_breaks_in_an_unforeseen_way_stays_with_it(worker: Worker) -> None:
    async def fetch(request: FetchRequest) -> Outcome:
        if request.source == "two":
            raise ZeroDivisionError
        return await unchanged(request)

    worker.fetch = fetch
    assert asyncio.run(worker.tick()) == 3
    states = {state.id: state for state in worker.archive.sources.states()}
    assert (states["two"].error_kind, states["one"].error_kind) == ("crashed", None)
    assert worker.measures.errors == {"crashed": 1}
    assert worker.archive.sources.owners() == []


def test_a_store_that_hangs_stops_nothing_else(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else answers of other sources came too late by their deadlines, and a signal to stop was not heard."""
    went_on = threading.Event()

    async def fetch(request: FetchRequest) -> Outcome:
        return Fetched(request.url, 200, b"x", None, None, None, Freshness())

    async def parse(fetched: Fetched, job: ParseJob) -> NormalFeed:
        asyncio.get_running_loop().call_later(0.05, went_on.set)
        return NormalFeed("rss", ())

    def known(ids: object) -> dict[str, Any]:
        assert went_on.wait(PATIENCE)
        return {}

    monkeypatch.setattr(worker.lookup.intake, "known", known)
    worker.fetch, worker.parse = fetch, parse
    assert asyncio.run(worker.tick()) == 3
    assert went_on.is_set()
    assert worker.shown == ""
    assert {state.failures for state in worker.archive.sources.states()} == {0}


async def test_a_lookup_that_fails_loses_no_other_source_and_no_lease(
    worker: Worker,
) -> None:
    """The archive's fault is not the source's: no failure is counted against it."""

    async def fetch(request: FetchRequest) -> Outcome:
        if request.source == "two":
            return Fetched(request.url, 200, b"x", None, None, None, Freshness())
        await asyncio.sleep(0.05)
        return await unchanged(request)

    async def parse(fetched: Fetched, job: ParseJob) -> NormalFeed:
        raise StoreBusy("locked")

    worker.fetch, worker.parse = fetch, parse
    assert await worker.tick() == 2
    assert worker.shown == "polling: locked"
    states = {state.id: state for state in worker.archive.sources.states()}
    assert (states["two"].failures, states["two"].polls) == (0, 0)


def test_f23_an_edition_that_fails_in_an_unforeseen_way_is_followed_by_the_next(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.archive.intake.apply([polled("one", [item("one", "a", "First")])], NOW)

    async def run() -> None:
        with monkeypatch.context() as broken:
            broken.setattr(worker.lookup.edition, "pending", lambda: 1 / 0)
            running = asyncio.create_task(worker.editions.run())
            await until_async(lambda: worker.shown)
            assert worker.shown.startswith("editions: ZeroDivisionError")
        worker.news.set()
        await until_async(lambda: not worker.shown)
        assert worker.lookup.edition.pending() == []
        worker.stopping.set()
        worker.news.set()
        await running

    asyncio.run(asyncio.wait_for(run(), PATIENCE))


async def test_f23_a_worker_that_makes_no_editions_any_more_ends(worker: Worker) -> None:
    """It went on as if all were well, and only a look at the stories showed that nothing came."""
    engine = worker.current.engine
    service = Service(engine, lambda: None, lambda: None, worker.clock, worker.stopping)
    service._work = AsyncMock(side_effect=ZeroDivisionError)
    running = asyncio.create_task(service.run())
    ended, _ = await asyncio.wait([running], timeout=PATIENCE)
    worker.stopping.set()
    assert ended
    with pytest.raises(ZeroDivisionError):
        await running


def test_an_edition_that_nobody_waits_for_any_more_is_joined_by_no_second(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue is restarted when the clock is set: the job is cancelled, its thread works on, by the same lease."""
    at_work, go_on, began = threading.Event(), threading.Event(), [0]

    def slow(*_: Any, **__: Any) -> EditionReport:
        began[0] += 1
        at_work.set()
        go_on.wait(PATIENCE)
        return EditionReport()

    async def run() -> None:
        first = asyncio.create_task(worker.editions.once())
        await asyncio.to_thread(at_work.wait, PATIENCE)
        first.cancel()
        await asyncio.wait({first})
        await asyncio.wait_for(worker.editions.once(), PATIENCE)
        assert began == [1]
        go_on.set()
        while began == [1]:
            await worker.editions.once()

    monkeypatch.setattr(editions, "edition", slow)
    asyncio.run(asyncio.wait_for(run(), PATIENCE))


async def slow_edition(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Task[None], threading.Event]:
    """An edition that is being made, and ends when the event is set."""
    at_work, go_on = threading.Event(), threading.Event()

    def slow(*_: Any, **__: Any) -> EditionReport:
        at_work.set()
        go_on.wait(PATIENCE)
        return EditionReport()

    monkeypatch.setattr(editions, "edition", slow)
    making = asyncio.create_task(worker.editions.once())
    await asyncio.to_thread(at_work.wait, PATIENCE)
    return making, go_on


def test_an_edition_that_takes_longer_than_its_lease_is_taken_over_by_nobody(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers on slow machines took it from each other again and again, and no news was placed."""

    async def run() -> None:
        making, go_on = await slow_edition(worker, monkeypatch)
        for _ in range(3):
            worker.now += timedelta(seconds=EDITION_LEASE - 1)
            await worker.editions.renew()
        worker.now += timedelta(seconds=EDITION_LEASE - 1)
        assert not worker.archive.edition.lease("another", int(worker.now.timestamp()), EDITION_LEASE)
        go_on.set()
        await making
        await worker.editions.renew()
        assert worker.archive.edition.holder() is None

    asyncio.run(asyncio.wait_for(run(), PATIENCE))


def test_the_service_renews_the_lease_of_an_edition_while_it_is_made(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        making, go_on = await slow_edition(worker, monkeypatch)
        monkeypatch.setattr(service, "RENEW", 0.01)
        monkeypatch.setattr(worker.archive.edition, "renew", lambda *_: go_on.set())
        made = Service(worker.current.engine, lambda: None, lambda: None, worker.clock, worker.stopping)
        made._work, made.editions = worker.stopping.wait, worker.editions  # type: ignore[assignment]  # its result is not used
        serving = asyncio.create_task(made.run())
        renewed = await asyncio.to_thread(go_on.wait, PATIENCE)
        worker.stopping.set()
        await serving
        await making
        assert renewed

    asyncio.run(asyncio.wait_for(run(), PATIENCE))


def test_an_edition_that_hangs_is_taken_over_in_the_end(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process lives and renews, so nothing else would ever end its lease."""

    async def run() -> None:
        making, go_on = await slow_edition(worker, monkeypatch)
        monkeypatch.setattr(leases, "LONGEST", 0.0)
        worker.now += timedelta(seconds=EDITION_LEASE - 1)
        await worker.editions.renew()
        worker.now += timedelta(seconds=1)
        assert worker.archive.edition.lease("another", int(worker.now.timestamp()), EDITION_LEASE)
        go_on.set()
        await making
        assert worker.archive.edition.holder() == "another"

    asyncio.run(asyncio.wait_for(run(), PATIENCE))


def test_what_another_process_has_the_lease_for_is_left_to_it(worker: Worker) -> None:
    """`aggregator poll` beside the service, or a worker elsewhere: of two editions at once each would found the stories."""
    worker.archive.intake.apply([polled("one", [item("one", "1", "A title")])], NOW)
    assert worker.lookup.edition.lease("poll", int(NOW.timestamp()), 60)
    asyncio.run(worker.editions.once())
    assert len(worker.archive.edition.pending()) == 1
    assert not worker.archive.edition.lease("another", int(NOW.timestamp()), 60), "the lease was not touched"
    worker.lookup.edition.release("poll")
    asyncio.run(worker.editions.once())
    assert worker.archive.edition.pending() == []
    assert worker.archive.edition.lease("another", int(NOW.timestamp()), 60), "and is given back"


def test_a_renaming_during_an_edition_is_no_trouble_and_the_next_one_places_what_waits(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`/readyz` would tell of it until that."""
    archive = worker.archive
    archive.intake.apply([polled("one", [item("one", "1", "Defense of the coast")])], NOW)
    asyncio.run(worker.editions.once())
    archive.intake.apply([polled("one", [item("one", "2", "Europe votes")])], NOW)
    pending = archive.edition.pending

    def meanwhile() -> list[int]:
        archive.upkeep.note(notes.RENAMED, {"section:defense": "security"})
        return pending()

    monkeypatch.setattr(worker.lookup.edition, "pending", meanwhile)
    asyncio.run(worker.editions.once())
    assert (len(pending()), worker.shown) == (1, "")
    asyncio.run(worker.editions.once())
    assert pending() == []


def test_one_item_that_cannot_be_judged_holds_up_no_other(worker: Worker, caplog: pytest.LogCaptureFixture) -> None:
    items = [item("one", str(n), f"Title number {n}") for n in range(37)]
    worker.archive.intake.apply([polled("one", items)], NOW)
    judge = policy().judge

    def fails(pending: EditionItem) -> Any:
        if pending.title == "Title number 20":
            raise RecursionError
        return judge(pending)

    report = edition(worker.archive, policy(fails), lambda: int(NOW.timestamp()))
    assert (report.items, len(report.set_aside)) == (36, 1)
    assert caplog.text.count("Traceback") == 1, "the failure is told once"
    assert worker.archive.edition.pending() == list(report.set_aside)
    again = edition(worker.archive, policy(fails), lambda: int(NOW.timestamp()), skip=report.set_aside)
    assert (again.items, again.set_aside) == (0, frozenset())
    assert edition(worker.archive, policy(), lambda: int(NOW.timestamp())).items == 1, "nothing is lost"


def test_what_was_set_aside_is_told_by_source_and_neither_lost_nor_announced_twice_over_restarts(
    tmp_path: Path,
) -> None:
    judge = policy().judge

    def fails(pending: EditionItem) -> Any:
        if pending.title.startswith("Bad"):
            raise RecursionError
        return judge(pending)

    def restarted(judging: Callable[[EditionItem], Any]) -> Worker:
        made = Worker(tmp_path)
        made.current.engine = replace(made.current.engine, policy=policy(judging))
        asyncio.run(made.editions.once())
        return made

    worker = Worker(tmp_path)
    items = [
        item("one", "1", "Bad moon"),
        item("two", "2", "Bad luck"),
        item("two", "3", "Bad news"),
        item("two", "4", "Good"),
    ]
    worker.archive.intake.apply([polled(id, [one for one in items if one.source == id]) for id in ("one", "two")], NOW)
    worker.close()
    for _ in range(3):
        worker = restarted(fails)
        assert "3 items cannot be placed" in worker.shown
        assert worker.archive.upkeep.noted(notes.SET_ASIDE) == {"one": 1, "two": 2}
        assert worker.archive.reading.totals()["stories"] == 1
        worker.close()
    worker = restarted(judge)
    assert (worker.shown, worker.archive.upkeep.noted(notes.SET_ASIDE)) == ("", {})
    assert worker.archive.reading.totals()["stories"] == 4
    assert worker.archive.edition.pending() == []
    worker.close()


def test_what_another_worker_could_place_is_no_trouble_of_this_one_any_more(tmp_path: Path) -> None:
    """During an upgrade, for example; the former version went on for an hour to say that the item is retried."""
    former, upgraded = Worker(tmp_path), Worker(tmp_path)
    former.current.engine = replace(former.current.engine, policy=policy(Mock(side_effect=RecursionError)))
    former.archive.intake.apply([polled("one", [item("one", "1", "Good")])], NOW)
    asyncio.run(former.editions.once())
    assert "1 item cannot be placed" in former.shown
    asyncio.run(upgraded.editions.once())
    assert former.archive.edition.pending() == []
    asyncio.run(former.editions.once())
    assert (former.shown, former.archive.upkeep.noted(notes.SET_ASIDE)) == ("", {})
    former.close()
    upgraded.close()


def test_what_a_worker_could_place_is_set_aside_no_more_though_the_one_that_could_not_is_gone(tmp_path: Path) -> None:
    """The other had noted before that nothing is set aside, and noted no more what it had noted itself."""
    former, upgraded = Worker(tmp_path), Worker(tmp_path)
    asyncio.run(upgraded.editions.once())
    former.current.engine = replace(former.current.engine, policy=policy(Mock(side_effect=RecursionError)))
    former.archive.intake.apply([polled("one", [item("one", "1", "Good")])], NOW)
    asyncio.run(former.editions.once())
    assert former.archive.upkeep.noted(notes.SET_ASIDE) == {"one": 1}
    former.close()
    asyncio.run(upgraded.editions.once())
    assert upgraded.archive.edition.pending() == []
    assert upgraded.archive.upkeep.noted(notes.SET_ASIDE) == {}
    upgraded.close()


async def test_a_configuration_that_cannot_be_looked_at_leaves_what_is_in_force(worker: Worker) -> None:
    outcomes: list[Exception | Reload | None] = [
        ZeroDivisionError(),
        None,
        ZeroDivisionError(),
        ConfigError((Problem("/etc/feeds.yaml", 3, 1, "broken"),), "/etc/feeds.yaml"),
        Reload(),
    ]

    def reload() -> Reload | None:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    checking = ConfigReload(worker.shared, reload)
    engine = worker.current.engine
    await checking.check()
    assert worker.shown.startswith("configuration: ZeroDivisionError")
    await checking.check()
    assert worker.shown == ""
    await checking.check()
    assert worker.shown.startswith("configuration: ZeroDivisionError")
    await checking.check()
    noted = worker.archive.upkeep.noted(notes.BROKEN_EDIT)
    assert noted
    assert noted.message == "feeds.yaml:3:1: broken"
    assert worker.shown == "", "it could be looked at"
    await checking.check()
    assert worker.archive.upkeep.noted(notes.BROKEN_EDIT) is None
    assert worker.current.engine is engine


def coming_to(outcomes: list[ConfigError | Reload | None]) -> Callable[[], Reload | None]:
    """A look at the file that finds the next of these each time, and takes it from the list."""

    def reload() -> Reload | None:
        outcome = outcomes.pop(0)
        if isinstance(outcome, ConfigError):
            raise outcome
        return outcome

    return reload


def test_a_broken_edit_is_told_once_and_until_the_file_is_sound(
    worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    broken = [ConfigError((Problem("/etc/feeds.yaml", line, 1, "broken"),), "/etc/feeds.yaml") for line in (3, 4)]
    new = replace(worker.current.engine, keep=(1, {}))
    outcomes: list[ConfigError | Reload | None] = [
        None, broken[0], broken[0], Reload(valid=False), broken[1], None, Reload(engine=new), Reload(engine=new), broken[1],
    ]  # fmt: skip

    def told() -> str | None:
        noted = worker.archive.upkeep.noted(notes.BROKEN_EDIT)
        return noted.message if noted else None

    async def run() -> None:
        worker.archive.upkeep.note(notes.BROKEN_EDIT, BrokenEdit("of the process before", (), 1))
        checking = ConfigReload(worker.shared, coming_to(outcomes))
        seen = []
        while outcomes:
            await checking.check()
            seen.append(told())
            assert worker.news.is_set() == (worker.current.engine is new), "a new policy is applied at once"
        three, four = "feeds.yaml:3:1: broken", "feeds.yaml:4:1: broken"
        assert seen == [None, three, three, three, four, four, None, None, four]

    with caplog.at_level(logging.INFO):
        asyncio.run(run())
    told_to_the_log = [message.partition(":")[0] for message in caplog.messages]
    refused, sound = "the last edit of the configuration is broken and not in force", "the configuration is valid again"
    assert told_to_the_log == [refused, refused, sound, refused]


async def test_what_could_not_be_noted_of_an_edit_is_noted_when_the_store_is_back(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or else /sources shows an edit as broken for days after it was mended, or never that it is."""
    error = ConfigError((Problem("/etc/feeds.yaml", 3, 1, "broken"),), "/etc/feeds.yaml")
    outcomes: list[ConfigError | Reload | None] = [error, error, Reload(), None, None]

    def busy(note: object, value: object) -> None:
        raise StoreBusy("the database is locked")

    checking = ConfigReload(worker.shared, coming_to(outcomes))
    for expected in (True, False):
        with monkeypatch.context() as away:
            away.setattr(worker.archive.upkeep, "note", busy)
            await checking.check()
        assert (worker.archive.upkeep.noted(notes.BROKEN_EDIT) is None) is expected
        await checking.check()
        assert (worker.archive.upkeep.noted(notes.BROKEN_EDIT) is not None) is expected
    another = BrokenEdit("of another process", (), 1)
    worker.archive.upkeep.note(notes.BROKEN_EDIT, another)
    await checking.check()
    assert worker.archive.upkeep.noted(notes.BROKEN_EDIT) == another, "noted once"


async def test_an_edit_is_followed_though_nothing_can_be_noted_of_it(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was in force, and this process polled and placed by the one before it until the next edit."""
    new = replace(worker.current.engine, keep=(1, {}))
    report = ConfigurationReport("epoch", "2026-12-01T00:00:00Z", Changes().as_json())
    outcomes: list[ConfigError | Reload | None] = [Reload(engine=new, status=report), None]
    checking = ConfigReload(worker.shared, coming_to(outcomes))
    with monkeypatch.context() as short:
        short.setattr(worker.archive.upkeep, "note", Mock(side_effect=MemoryError))
        await checking.check()
    assert worker.current.engine is new
    assert worker.news.is_set()
    assert worker.shown == f"configuration: {OutOfMemory()}"
    await checking.check()
    noted = worker.archive.upkeep.noted(notes.CONFIGURATION)
    assert noted and noted.epoch == report.epoch
    assert worker.shown == ""


def test_a_fault_of_an_included_file_is_told_by_its_path_as_written(worker: Worker, tmp_path: Path) -> None:
    (tmp_path / "conf/inc").mkdir(parents=True)
    main, more = tmp_path / "conf/feeds.yaml", tmp_path / "conf/inc/more.yaml"
    main.write_text("include: [inc/more.yaml, inc/gone.yaml]\nsources: [{name: A, url: 'https://a.example/'}]\n")
    more.write_text("sources: [{name: A, url: 'https://b.example/', every: 1x}]\n")

    def reload() -> Reload:
        compile_file(main, {})[0]
        return Reload()

    checking = ConfigReload(worker.shared, reload)
    asyncio.run(checking.check())
    noted = worker.archive.upkeep.noted(notes.BROKEN_EDIT)
    assert noted
    places = [(problem.file, problem.line, problem.column) for problem in noted.problems]
    assert places == [("feeds.yaml", 1, 26), ("inc/more.yaml", 1, 18), ("inc/more.yaml", 1, 55)]
    assert "inc/more.yaml:1:55: " in noted.message
    assert "taken by feeds.yaml:2" in noted.problems[1].message
    assert str(tmp_path) not in noted.message


def test_f23_a_web_process_that_ends_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_process, "PAUSE", 0.01)
    log = tmp_path / "starts"
    (tmp_path / "sitecustomize.py").write_text(f"open({str(log)!r}, 'a').write('x'); raise SystemExit(3)")
    environment = {"PYTHONPATH": str(tmp_path)}

    async def run() -> None:
        stopping = asyncio.Event()
        keeping = asyncio.create_task(web_process.run_web("127.0.0.1", 1, environment, stopping))
        await until_async(lambda: log.exists() and len(log.read_text()) >= 3)
        with monkeypatch.context() as gone:
            gone.setattr(sys, "executable", "/nowhere/python")
            await asyncio.sleep(0.1)
            assert not keeping.done()
        for lacking in (MemoryError(), RuntimeError("can't start new thread")):
            with monkeypatch.context() as short:
                short.setattr(asyncio, "create_subprocess_exec", failing := AsyncMock(side_effect=lacking))
                await until_async(lambda: failing.call_count > 1 or keeping.done())
            assert not keeping.done(), "polling went down with it"
        before = len(log.read_text())
        await until_async(lambda: len(log.read_text()) > before)
        stopping.set()
        await keeping

    asyncio.run(asyncio.wait_for(run(), PATIENCE))


@pytest.mark.parametrize(("does", "code"), [("signal.pause()", -signal.SIGKILL), ("sys.exit(7)", 7)])
async def test_a_web_process_that_does_not_end_in_time_is_killed(
    monkeypatch: pytest.MonkeyPatch, does: str, code: int
) -> None:
    """The second ends just as the patience with it does: then there was nothing to kill, and the service ended with a traceback."""
    monkeypatch.setattr(web_process, "PATIENCE", 0.0)
    ignoring = f"import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); {does}"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", ignoring, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    await process.stdout.readline()
    if code == 7:
        await process.wait()
    await web_process._end(process)
    assert process.returncode == code


@pytest.mark.skipif(sys.platform != "linux", reason="its processes are found in /proc")
def test_f23_a_web_process_that_hangs_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(web_process, "PAUSE", 0.01)
    for bound, seconds in (("LOOK", 0.1), ("ANSWER", 1.0), ("SILENCE", math.inf)):
        monkeypatch.setattr(web_process, bound, seconds)
    config, port = configuration(tmp_path, {}), free_port()
    aggregator(config, "poll")
    place = Installation(config, tmp_path / "instance", address=f"http://127.0.0.1:{port}")
    others = children(os.getpid()).keys()

    async def until_served() -> set[int]:
        while not await asyncio.to_thread(serves, f"{place.address}/healthz"):
            await asyncio.sleep(0.05)
        return children(os.getpid()).keys() - others

    async def run() -> None:
        stopping = asyncio.Event()
        keeping = asyncio.create_task(web_process.run_web("127.0.0.1", port, place.environment(), stopping))
        hung = await until_served()
        for pid in hung:
            os.kill(pid, signal.SIGSTOP)
        with monkeypatch.context() as impatient:  # only now: to start takes seconds, without an answer
            impatient.setattr(web_process, "SILENCE", 1.0)
            await until_async(lambda: bool(caplog.records))
        await until_async(lambda: not hung & children(os.getpid()).keys())
        assert await until_served()
        stopping.set()
        await keeping
        assert not children(os.getpid()).keys() - others

    asyncio.run(asyncio.wait_for(run(), PATIENCE))
    assert [record.message for record in caplog.records] == [
        "the web process does not answer any more",
        "the web process ended with -9; starting it again",
    ]


async def test_f23_a_web_process_that_answers_late_is_not_taken_for_one_that_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On an overloaded machine it is slow; to be started again would be more work for all."""
    monkeypatch.setattr(web_process, "LOOK", 0.01)
    monkeypatch.setattr(web_process, "SILENCE", 0.1)
    asked = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        await asyncio.sleep(0.2)
        asked += 1
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        watching = asyncio.create_task(web_process._silence(*server.sockets[0].getsockname()))
        await until_async(lambda: asked > 2 or watching.done())
        assert not watching.done()
        watching.cancel()


def test_where_no_file_can_be_opened_the_web_is_not_taken_for_one_that_hangs() -> None:
    async def run() -> tuple[bool, bool]:
        alone = await web_process._answers("127.0.0.1", free_port())
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
        try:
            return alone, await web_process._answers("127.0.0.1", 1)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)

    assert asyncio.run(run()) == (False, True)


async def test_where_memory_is_lacking_the_web_is_not_taken_for_one_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was killed: its server answered, but the answer could not be read."""
    monkeypatch.setattr(asyncio.StreamReader, "read", AsyncMock(side_effect=MemoryError))
    async with await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0) as server:
        assert await web_process._answers(*server.sockets[0].getsockname())


def test_leases_of_a_process_that_was_killed_are_taken_at_the_next_tick(worker: Worker) -> None:
    machine = identity().rsplit(":", 2)[0]
    dead = f"{machine}:{2**22 + 1}:17"
    worker.archive.sources.claim(dead, NOW, timedelta(minutes=20))
    assert asyncio.run(worker.tick()) == 3


async def test_f12_a_clock_that_was_set_back_ten_years_silences_nothing(worker: Worker) -> None:
    assert await worker.tick() == 3
    worker.now = NOW - timedelta(days=3653)
    assert await worker.tick() == 0
    worker.now += timedelta(minutes=16)
    assert await worker.tick() == 3
    worker.now = NOW + timedelta(days=3653)
    assert await worker.tick() == 3
    assert await worker.tick() == 0, "no storm"


async def test_measures_go_on_over_a_restart(worker: Worker) -> None:
    async def fails(request: FetchRequest) -> Outcome:
        return Failed("dns", "the host name is not known")

    worker.fetch = fails
    await worker.tick()
    late = item("one", "a", "First", published=NOW - timedelta(minutes=4))
    worker.archive.intake.apply([polled("one", [late])], NOW)
    await worker.editions.once()
    await worker.tick()
    again = worker.archive.upkeep.noted(notes.MEASURES)
    assert again
    assert again.errors == {"dns": 3}
    assert (again.editions, again.delays[:3], again.delay_seconds) == (1, [(60, 0), (300, 1), (900, 0)], 240)


def test_a_source_that_moved_is_asked_there_with_whose_its_credentials_are(worker: Worker) -> None:
    asked: list[tuple[str, str | None]] = []

    async def fetch(request: FetchRequest) -> Outcome:
        asked.append((request.url, request.configured))
        return await unchanged(request)

    worker.fetch = fetch
    (state,) = worker.archive.sources.states(["one"])
    worker.archive.sources.save([structs.replace(state, moved_to="https://new.example/", moved_count=9)])
    asyncio.run(worker.tick())
    assert ("https://new.example/", SOURCES["one"].url) in asked


def test_whom_a_pause_holds_is_asked_of_the_source_and_then_of_the_defaults(worker: Worker) -> None:
    asked: dict[str, str] = {}

    async def fetch(request: FetchRequest) -> Outcome:
        asked[request.source] = request.pause
        return await unchanged(request)

    worker.fetch = fetch
    tools = worker.current.engine.tools
    sources = {**SOURCES, "two": source("two", retry_after="source"), "three": source("three", retry_after="host")}
    for default, expected in (("host", "host"), ("source", "source")):
        defaults = Defaults(timedelta(minutes=15), timedelta(days=90), default)
        worker.current.engine = replace(worker.current.engine, tools=replace(tools, sources=sources, defaults=defaults))
        worker.now += timedelta(days=2)
        asyncio.run(worker.tick())
        assert asked == {"one": expected, "two": "source", "three": "host"}


def test_f12_a_clock_far_ahead_and_a_long_absence_prune_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What retention takes is gone: it waits for a day of running after a leap."""
    running = 0.0
    monkeypatch.setattr("aggregator.worker.editions.time.monotonic", lambda: running)
    texts = "SELECT count(*) FROM texts WHERE summary != ''"
    worker = Worker(tmp_path)
    worker.archive.intake.apply([polled("one", [item("one", "1", "First", summary="What happened")])], NOW)
    worker.archive.upkeep.note(notes.TICK, int(NOW.timestamp()))

    def after(seconds: float, wall: timedelta) -> int:
        nonlocal running
        running, worker.now = running + seconds, worker.now + wall
        asyncio.run(worker.editions.once())
        assert worker.shown == ""
        return int(worker.archive._connection.raw.execute(texts).fetchone()[0])

    assert after(30, timedelta(seconds=30)) == 1
    assert after(30, timedelta(days=3650)) == 1, "a clock that was set ten years ahead"
    assert after(3600, timedelta(hours=1)) == 1
    assert after(30, timedelta(days=-3650)) == 1, "and right again"
    worker.close()

    for minutes in range(3):  # started with such a clock, and again: the last tick was a minute ago
        worker = Worker(tmp_path, NOW + timedelta(days=7300, minutes=minutes))
        assert asyncio.run(worker.polling.maintain())
        assert minutes == 0 or after(1, timedelta(seconds=1)) == 1
        worker.close()

    worker = Worker(tmp_path)
    worker.now = NOW + timedelta(days=200)  # nobody was there for 200 days: feeds are asked first
    assert after(1, timedelta(seconds=1)) == 1
    assert after(80_000, timedelta(seconds=80_000)) == 1
    assert after(10_000, timedelta(seconds=10_000)) == 0, "retention is put off, not off"
    worker.close()


def test_22_a_source_that_makes_up_news_without_end_fills_no_disk(worker: Worker) -> None:
    """A thousand new items at every poll, every five minutes for three hours."""
    made = 0

    async def fetch(request: FetchRequest) -> Outcome:
        if request.source != "one":
            return await unchanged(request)
        return Fetched(request.url, 200, f"{made}".encode(), None, None, None, Freshness(), None, 10)

    async def parse(fetched: Fetched, job: ParseJob) -> NormalFeed:
        nonlocal made
        made += 1000
        items = tuple(
            item("one", str(made + n), f"Made up {made + n}", published=worker.now - timedelta(minutes=n))
            for n in range(1000)
        )
        return NormalFeed("rss", items)

    worker.fetch, worker.parse = fetch, parse
    for _ in range(36):
        with worker.archive._connection.transaction() as raw:
            raw.execute("UPDATE sources SET next_poll = 0 WHERE id = 'one'")
        worker.now += timedelta(minutes=5)
        asyncio.run(worker.tick())
    kept = worker.archive.reading.totals()["items"]
    assert made == 36_000
    assert 9_000 < kept < 13_000
    assert worker.archive.sources.drops() == {"one": {"over-cap": made - kept}}


def test_news_does_not_wait_until_all_stored_stories_are_judged_anew(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive of years takes minutes to follow an edit; what arrives meanwhile is placed between."""
    monkeypatch.setattr(editions, "SLICE", 0.0)
    monkeypatch.setattr("aggregator.pipeline.re_placement.BATCH", 2)
    heads = [
        "Volcano in Java",
        "Budget of Oslo",
        "Frigate of Kiel",
        "Rare earths of Brazil",
        "Octopuses dream",
        "Tariffs on steel",
    ]
    worker.archive.intake.apply([polled("one", [item("one", str(n), head) for n, head in enumerate(heads)])], NOW)
    asyncio.run(worker.editions.once())
    judged: list[str] = []

    def judge(one: EditionItem) -> Judgement:
        if not judged:
            worker.archive.intake.apply([polled("two", [item("two", "late", "Late news of a flood")])], NOW)
        judged.append(one.title)
        return by_words(one)

    worker.current.engine = replace(worker.current.engine, policy=policy(judge, configuration="two"))
    asyncio.run(worker.editions.once())
    assert worker.shown == ""
    assert set(judged) == {*heads, "Late news of a flood"}
    assert judged.index("Late news of a flood") < len(heads) - 1
    assert worker.archive.edition.pending() == []
    assert worker.archive.edition.count_outdated(worker.current.engine.policy.epoch) == 0


def test_news_does_not_wait_until_all_old_texts_are_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After `keep` was shortened, an archive of years takes long; what arrives meanwhile is placed between."""
    worker, waiting = Worker(tmp_path), list[int]()

    def between(steps: int) -> None:
        waiting.append(len(worker.archive.edition.pending()))
        if steps == 1:
            worker.archive.intake.apply([polled("two", [item("two", "late", "Late news of a flood")])], worker.now)

    delete_old_texts(worker, monkeypatch, between)
    assert waiting == [0, 0, 0]
    worker.close()


def test_an_edit_does_not_wait_until_all_old_texts_are_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody saw what an edit of the rules did until the last text was deleted, which took minutes."""
    worker, edited = Worker(tmp_path), policy(configuration="two")

    def between(steps: int) -> None:
        outdated.append(worker.archive.edition.count_outdated(edited.epoch))
        if steps == 1:
            worker.current.engine = replace(worker.current.engine, policy=edited)

    outdated = list[int]()
    steps = delete_old_texts(worker, monkeypatch, between)
    assert (steps, outdated) == ([1], [3])
    asyncio.run(worker.editions.once())
    assert (steps, outdated) == ([1, 2, 3], [3, 0, 0]), "the others follow, after the stories were re-placed"
    worker.close()


def test_keep_that_is_lengthened_while_old_texts_are_deleted_spares_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was a slip of the finger took all texts, though it was mended at once; and holds up no later retention."""
    worker = Worker(tmp_path)

    def between(steps: int) -> None:
        worker.current.engine = replace(worker.current.engine, keep=(864_000, {}))

    steps = delete_old_texts(worker, monkeypatch, between)
    assert steps == [1]
    asyncio.run(worker.editions.once())
    assert steps == [1]
    worker.current.engine = replace(worker.current.engine, keep=(86_400, {}))
    worker.now += timedelta(days=1)
    asyncio.run(worker.editions.once())
    assert steps == [1, 2]
    worker.close()


def test_old_texts_are_deleted_soon_after_the_store_was_busy(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or its server was restarted: the others stayed until the next day, and nothing said so."""

    def between(steps: int) -> None:
        if steps == 2:
            raise StoreBusy("held")

    steps = delete_old_texts(worker, monkeypatch, between, "editions: held")
    assert steps == [1, 2]
    worker.now += timedelta(seconds=30)
    asyncio.run(worker.editions.once())
    assert (steps, worker.shown) == ([1, 2], ""), "the next edition does not wait for the same error"
    worker.now += timedelta(hours=1)
    asyncio.run(worker.editions.once())
    assert (steps, worker.shown) == ([1, 2, 3, 4], "")
    asyncio.run(worker.editions.once())
    assert steps == [1, 2, 3, 4]


def test_old_texts_are_not_deleted_by_a_worker_that_does_not_follow_the_last_edit(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The edit may keep them for longer: a worker that could not read it deleted them by the `keep` before."""

    def between(steps: int) -> None:
        worker.archive.upkeep.put_in_force("two", {}, int(worker.now.timestamp()))

    steps = delete_old_texts(worker, monkeypatch, between)
    asyncio.run(worker.editions.once())
    assert steps == [1]
    worker.current.engine = replace(worker.current.engine, policy=policy(configuration="two"))
    asyncio.run(worker.editions.once())
    assert steps == [1, 2, 3]


def delete_old_texts(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, between: Callable[[int], None], shown: str = ""
) -> list[int]:
    """Three in as many steps, each counted in what is returned; before each `between` is called with their number."""
    running = 0.0
    monkeypatch.setattr("aggregator.worker.editions.time.monotonic", lambda: running)
    monkeypatch.setattr(editions, "SLICE", -1.0)
    monkeypatch.setattr("aggregator.store.upkeep.STEP", 1)
    old = [
        item("one", str(n), head, summary="What happened")
        for n, head in enumerate(("Volcano in Java", "Budget of Oslo", "Frigate of Kiel"))
    ]
    worker.archive.intake.apply([polled("one", old)], NOW)
    asyncio.run(worker.editions.once())
    running, worker.now = 200_000.0, NOW + timedelta(seconds=200_000)
    upkeep, steps = worker.lookup.upkeep, list[int]()
    step = upkeep._prune

    def delete(source: int, items: Sequence[int], limit: int, now: int) -> int:
        steps.append(len(steps) + 1)
        between(len(steps))
        return step(source, items, limit, now)

    monkeypatch.setattr(upkeep, "_prune", delete)
    asyncio.run(worker.editions.once())
    assert worker.shown == shown
    return steps


def test_old_texts_are_deleted_although_an_edit_renamed_a_section_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """News that came too was to be placed under the former id: that ended the edition, and retention until the next day."""
    worker = Worker(tmp_path)

    def between(steps: int) -> None:
        if steps == 1:
            renamed = {StreamName("section", "europe"): "old-continent"}
            worker.archive.upkeep.put_in_force("two", {}, int(worker.now.timestamp()), renamed=renamed)
            worker.archive.intake.apply([polled("two", [item("two", "late", "Late news of a flood")])], worker.now)

    steps = delete_old_texts(worker, monkeypatch, between)
    assert steps == [1]
    worker.current.engine = replace(worker.current.engine, policy=policy(configuration="two"))
    asyncio.run(worker.editions.once())
    assert steps == [1, 2, 3]
    worker.close()


def test_an_edit_during_the_survey_is_followed_before_old_texts_are_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The survey reads thousands of stories; what is saved meanwhile waited until the last text was deleted."""
    worker, edited, outdated = Worker(tmp_path), policy(configuration="two"), list[int]()

    def editing(*of: Any) -> object:
        if worker.now > NOW:
            worker.current.engine = replace(worker.current.engine, policy=edited)
        return survey(*of)

    monkeypatch.setattr(editions, "survey", editing)
    steps = delete_old_texts(
        worker, monkeypatch, lambda _: outdated.append(worker.archive.edition.count_outdated(edited.epoch))
    )
    assert steps == []
    monkeypatch.setattr(editions, "survey", survey)
    asyncio.run(worker.editions.once())
    assert (steps, outdated) == ([1, 2, 3], [0, 0, 0])
    worker.close()


def test_a_worker_that_is_told_to_stop_begins_nothing_long(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A survey reads thousands of stories, retention goes through all texts, and neither asks before that."""
    begun: list[str] = []
    monkeypatch.setattr(editions, "survey", lambda *_: begun.append("survey"))
    monkeypatch.setattr(worker.lookup.upkeep, "prune", lambda *_: begun.append("prune"))

    def judge(one: EditionItem) -> Judgement:
        worker.stopping.set()
        return by_words(one)

    worker.current.engine = replace(worker.current.engine, policy=policy(judge))
    worker.archive.intake.apply([polled("one", [item("one", "1", "Volcano in Java")])], NOW)
    asyncio.run(worker.editions.once())
    assert worker.shown == ""
    assert begun == []
    assert worker.archive.edition.pending() == [], "the batch that it was at is stored"


def test_a_worker_that_cannot_read_what_is_in_force_moves_no_stored_story(worker: Worker) -> None:
    """Written for another machine's environment, say: who can read it places stored stories anew, and who cannot does
    not place them back. News goes on."""
    worker.archive.intake.apply([polled("one", [item("one", "1", "Volcano in Java")])], NOW)
    edition(worker.archive, policy(configuration="other", program="program"), lambda: int(NOW.timestamp()))
    worker.archive.upkeep.put_in_force("other", {"feeds.yaml": ""}, 1)
    worker.archive.intake.apply([polled("two", [item("two", "1", "Frigate of Kiel")])], NOW)
    worker.current.engine = replace(worker.current.engine, policy=policy(configuration="mine", program="program"))
    asyncio.run(worker.editions.once())
    assert (worker.shown, worker.archive.edition.pending()) == ("", [])
    assert worker.archive.edition.count_outdated("mine.program") == 1
    worker.archive.upkeep.put_in_force("mine", {"feeds.yaml": ""}, 2)
    asyncio.run(worker.editions.once())
    assert worker.archive.edition.count_outdated("mine.program") == 0
