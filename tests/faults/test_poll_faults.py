"""`poll` and the process that asks the sources for it: whichever of them ends, nothing is lost and nobody is left."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from subprocess import Popen
from typing import Any
from unittest.mock import Mock

import pytest
from builders import archive, item, polled, rss
from builders.process import (
    PATIENCE,
    aggregator,
    children,
    command,
    configuration,
    query,
    running,
    runs,
    until,
    until_async,
    without_further_processes,
)
from msgspec import structs
from msgspec.structs import replace
from servers.local import Request, Server, conditional

from aggregator.bootstrap import Application, Installation, utc_now
from aggregator.cli import poll
from aggregator.cli.edition import place_all
from aggregator.cli.main import main
from aggregator.cli.poll import STOPPED, adopting, renewing
from aggregator.errors import TooManyProcesses
from aggregator.model import notes
from aggregator.model.source import SourceState
from aggregator.pipeline import edition
from aggregator.pipeline.leases import EDITION_LEASE
from aggregator.store.sources import Sources

ENTRIES = 20

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere one process does all")


@contextmanager
def half_done(folder: Path) -> Iterator[tuple[Path, Popen[str], int, Callable[[], None]]]:
    """A poll of which one source is stored and another keeps it waiting: its configuration, its process, the process id
    of the one that asks, and what makes the other source answer."""
    answers = asyncio.Event()

    async def late(_: Request, writer: asyncio.StreamWriter) -> None:
        while not answers.is_set():
            await asyncio.sleep(0.02)

    entries = [(f"one-{n}", f"Thing{n} happened at place{n}", None) for n in range(ENTRIES)]
    with Server({"/one": conditional(rss(entries, "One", "one.example")), "/late": late}) as server:
        config = configuration(folder, {"one": server.url("/one"), "late": server.url("/late")})
        with running(config, "poll") as process:
            until(lambda: query(config, "SELECT count(*) FROM items") == [(ENTRIES,)])
            (asking,) = [pid for pid, line in children(process.pid).items() if "sandbox.child" not in line]
            yield config, process, asking, answers.set


def test_where_the_one_that_asks_is_killed_the_next_places_what_came(tmp_path: Path) -> None:
    with half_done(tmp_path) as (config, process, asking, _):
        ((held,),) = query(config, "SELECT lease_until - unixepoch() FROM sources WHERE lease_owner IS NOT NULL")
        assert 60 < held <= 300, "where nobody can tell that it was killed, its sources wait so long"
        os.kill(asking, signal.SIGKILL)
        assert process.wait(PATIENCE) == 1
        said = (tmp_path / "log").read_text()
        assert "the polling process was killed; what had arrived is stored" in said
        assert "Traceback" not in said
        assert query(config, "SELECT count(*) FROM pending") == [(ENTRIES,)]
        assert f"{ENTRIES} placed" in aggregator(config, "poll", "one").stdout


@pytest.mark.parametrize(
    ("ending", "code"),
    [(signal.SIGKILL, -9), (signal.SIGTERM, 1), (signal.SIGINT, 130)],
)
def test_it_ends_with_its_command(tmp_path: Path, ending: signal.Signals, code: int) -> None:
    with half_done(tmp_path) as (config, process, asking, _):
        process.send_signal(ending)
        assert process.wait(PATIENCE) == code
        until(lambda: not runs(asking))
        kept = [("late",)] if ending == signal.SIGKILL else []
        assert query(config, "SELECT id FROM sources WHERE lease_owner IS NOT NULL") == kept
        said = (tmp_path / "log").read_text()
        assert ("stopped; what had arrived is stored" in said, "Traceback" in said) == (ending == signal.SIGTERM, False)
        assert f"{ENTRIES} placed" in aggregator(config, "poll", "one").stdout


@pytest.mark.parametrize(
    ("during", "heard"), [("place_all", True), ("place_all", False), ("Application.effective", True)]
)
def test_it_says_that_it_was_stopped_also_during_its_edition_or_its_start(
    tmp_path: Path, during: str, heard: bool
) -> None:
    """… or ends as one that was, if who read its standard error has ended: its exit code was 0."""
    stopped = "lambda *_: (os.kill(os.getpid(), signal.SIGTERM), time.sleep(20))"
    code = (
        "import os, signal, sys, time; from aggregator.cli import main, poll; "
        f"poll.{during} = {stopped}; sys.exit(main.main(sys.argv[1:]))"
    )
    python, _, _, *words = command(configuration(tmp_path, {}), "poll")
    with Popen([python, "-c", code, *words], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        if heard:
            assert process.stderr.read() == f"aggregator: {STOPPED}\n"
        else:
            process.stderr.close()
        assert process.wait(PATIENCE) == 1


def test_what_it_could_not_store_is_not_told_to_be_stored_when_it_was_stopped(tmp_path: Path) -> None:
    code = """
import os, signal, sys
from aggregator.cli import main
from aggregator.errors import StoreBusy
from aggregator.store.intake import Intake

def locked(*_):
    os.kill(os.getppid(), signal.SIGTERM)
    raise StoreBusy("it is locked")

Intake.apply = locked
sys.exit(main.main(sys.argv[1:]))
"""
    with Server({"/one": conditional(rss([("1", "Thing", None)], "One", "one.example"))}) as server:
        python, _, _, *words = command(configuration(tmp_path, {"one": server.url("/one")}), "poll")
        ended = subprocess.run(
            [python, "-c", code, *words], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    assert (ended.returncode, ended.stderr) == (1, "aggregator: it is locked\n")


def test_sources_that_take_longer_than_their_leases_are_kept_from_others(tmp_path: Path) -> None:
    async def silent(_: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    code = (
        "import sys; from datetime import timedelta; from aggregator.cli import main, poll; from aggregator.pipeline "
        "import leases; leases.POLL_LEASE = poll.POLL_LEASE = timedelta(seconds=1); sys.exit(main.main(sys.argv[1:]))"
    )
    with Server({"/silent": silent}) as server:
        config = configuration(tmp_path, {"silent": server.url("/silent")})
        python, _, _, *words = command(config, "poll")
        with Popen([python, "-c", code, *words], stderr=subprocess.DEVNULL) as process:
            until(lambda: len(server.asked("/silent")) == 1)
            ((first,),) = query(config, "SELECT lease_until FROM sources")
            until(lambda: query(config, "SELECT lease_until FROM sources")[0][0] > first + 1)
            process.terminate()
            assert process.wait(PATIENCE) == 1


def test_what_it_placed_before_the_disk_was_full_is_told(tmp_path: Path) -> None:
    """It said that nothing was."""
    code = (
        "import sys; from aggregator.cli import main; from aggregator.pipeline import edition; from aggregator.errors import StoreFull\n"
        "place = edition._place_or_split\n"
        "def full(*args):\n"
        "    if room.pop(): return place(*args)\n"
        "    raise StoreFull('the disk is full; nothing was changed')\n"
        f"room, edition.BATCH, edition._place_or_split = [False, True, True], {ENTRIES // 4}, full\n"
        "sys.exit(main.main(sys.argv[1:]))"
    )
    entries = [(f"one-{n}", f"Thing{n} happened at place{n}", None) for n in range(ENTRIES)]
    with Server({"/one": conditional(rss(entries, "One", "one.example"))}) as server:
        python, _, _, *words = command(configuration(tmp_path, {"one": server.url("/one")}), "poll")
        ended = subprocess.run(
            [python, "-c", code, *words], check=False, capture_output=True, text=True, timeout=PATIENCE
        )
    assert (ended.returncode, ended.stderr) == (1, "aggregator: the disk is full; nothing was changed\n")
    assert f"{ENTRIES} new items, 0 changed; {ENTRIES // 2} placed" in ended.stdout


def placed_by(application: Application) -> tuple[int, ...]:
    """Place all that waits: (items, new stories)."""
    told: list[tuple[int, ...]] = [(0, 0)]
    place_all(application, lambda *counts: told.append(counts))
    return told[-1]


def test_what_its_edition_cannot_place_is_told_by_source_until_it_can(tmp_path: Path) -> None:
    """`serve` beside it told nothing, and what a worker that is gone had noted was told for ever."""
    place = Installation(configuration(tmp_path, {"one": "http://127.0.0.1/"}), tmp_path)
    with closing(Application.load(place).database.open()) as store:
        Application.load(place).put_in_force(store, int(utc_now().timestamp()))
        store.intake.apply([polled("one", [item("one", "1", "Good")])], utc_now())
        application = Application.load(place)
        application.policy = replace(application.policy, judge=Mock(side_effect=RecursionError))
        assert placed_by(application) == (0, 0)
        assert store.upkeep.noted(notes.SET_ASIDE) == {"one": 1}
        assert placed_by(Application.load(place)) == (1, 1)
        assert store.upkeep.noted(notes.SET_ASIDE) == {}


def test_it_places_by_an_edit_that_came_into_force_while_it_polled(tmp_path: Path) -> None:
    """Its news was placed by the rules before, and so were the stories that it joined; what was hidden was shown again."""
    config = configuration(tmp_path, {"one": "http://127.0.0.1/"})
    before = Application.load(Installation(config, tmp_path))
    said = item("one", "1", "Secrets of a minister")
    config.write_text(f"{config.read_text()}\nstories: {{hide: ['{said.url}']}}\n")
    with closing(before.database.open()) as store:
        before.put_in_force(store, int(utc_now().timestamp()))
        store.intake.apply([polled("one", [said])], utc_now())
        Application.load(before.installation).put_in_force(store, int(utc_now().timestamp()))
        assert placed_by(before) == (1, 1)
        assert store.reading.totals()["stories"] == 0


@pytest.mark.parametrize("claiming", [False, True], ids=["before it looks", "as it claims"])
def test_a_source_whose_address_is_edited_as_it_begins_is_left_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, claiming: bool
) -> None:
    """It asked the former address, and stored what was there as the state of the new one: whose old texts then came as news. A claim may
    wait for the transaction of the edit."""
    with Server({"/one": conditional(rss([("a", "One", None)], "One")), "/two": conditional(rss([], "Two"))}) as server:
        config = configuration(tmp_path, {"one": server.url("/one")})
        before = Application.load(Installation(config, tmp_path))
        config.write_text(config.read_text().replace("/one", "/two"))
        with closing(before.database.open()) as store:

            def edit() -> None:
                Application.load(before.installation).put_in_force(store, int(utc_now().timestamp()))

            if claiming:
                before.put_in_force(store, int(utc_now().timestamp()))
                claim = Sources.claim

                def edited_first(sources: Sources, *args: Any, **named: Any) -> list[SourceState]:
                    edit()
                    return claim(sources, *args, **named)

                monkeypatch.setattr(Sources, "claim", edited_first)
            else:
                edit()
            polling = poll._Polling(before, None, due=False)
            polling.prepare()
            report, _ = polling.poll(lambda: None)
            assert (report.polled, store.sources.owners()) == (0, [])
            (state,) = store.sources.states()
            assert (server.asked("/one"), state.etag, state.body_hash) == ([], None, None)


async def test_its_leases_are_renewed_as_long_as_it_holds_them(tmp_path: Path) -> None:
    store, now = archive(tmp_path, "alpha", "beta"), utc_now()
    store.sources.claim("poll", now, timedelta(hours=1))
    store.sources.release("poll", ["beta"])  # its result is stored
    store.sources.claim("other", now, timedelta(hours=1), ids=["beta"])
    renewal = asyncio.create_task(renewing(store.sources, "poll", ["alpha", "beta"], timedelta(seconds=0.02)))
    async with asyncio.timeout(PATIENCE):
        while not (free := store.sources.claim("next", utc_now() + timedelta(minutes=1), timedelta())):
            await asyncio.sleep(0.01)
    renewal.cancel()
    assert [state.id for state in free] == ["alpha"], "renewed for less than it was given for at first"
    store.close()


def test_the_edition_stays_its_own_for_as_long_as_a_batch_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a slow machine it takes longer than the lease lasts: a worker took it over, and the poll ended with an error."""
    file, late = configuration(tmp_path, {}), timedelta()
    store = archive(tmp_path / "instance", "alpha")
    store.intake.apply([polled("alpha", [item("alpha", "1", "Frigate sails")])], utc_now())
    step, worker = edition.step, archive(tmp_path / "instance", "alpha")

    def seconds() -> int:
        return int((utc_now() + late).timestamp())

    def leased(until: int) -> bool:
        ((value,),) = worker._connection.read("SELECT value FROM meta WHERE key = 'edition'")
        return bool(json.loads(value)[1] >= until)

    def slow(*given: Any) -> int:
        nonlocal late
        for _ in range(2):
            late += timedelta(seconds=EDITION_LEASE - 5)
            until(lambda: leased(seconds() + EDITION_LEASE - 5))
        assert not worker.edition.lease("worker", seconds(), EDITION_LEASE)
        return step(*given)

    monkeypatch.setattr(edition, "step", slow)
    monkeypatch.setattr("aggregator.cli.edition.seconds", seconds)
    monkeypatch.setattr("aggregator.cli.edition.RENEW", 0.01)
    assert main(["--config", str(file), "--instance", str(tmp_path / "instance"), "poll", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["placed"] == 1
    assert worker.edition.holder() is None
    store.close()
    worker.close()


async def test_a_pause_that_a_host_asks_of_a_worker_meanwhile_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "LOOK", 0.01)
    store = archive(tmp_path, "alpha", "beta")
    seen: list[list[str]] = []
    task = asyncio.create_task(adopting(lambda states: seen.append([state.id for state in states]), store.sources))
    await until_async(lambda: seen)
    (alpha, _) = store.sources.states()
    store.sources.save([structs.replace(alpha, held_until=utc_now() + timedelta(minutes=30))])
    await until_async(lambda: seen[-1] == ["alpha"])
    task.cancel()
    store.close()


def test_a_clock_that_was_set_back_silences_no_source_that_only_this_command_polls(tmp_path: Path) -> None:
    """As a worker does at each tick: else it was due again when the clock had come so far."""
    with Server({"/one": conditional(rss([("1", "Rain over Oslo", None)], "One", "one.example"))}) as server:
        config, ahead = configuration(tmp_path, {"one": server.url("/one")}), utc_now() + timedelta(days=5)
        assert "1 source polled" in aggregator(config, "poll").stdout
        with closing(Application.load(Installation(config, tmp_path / "instance")).database.open()) as store:
            (state,) = store.sources.states()
            late = replace(state, last_attempt=ahead, last_success=ahead, next_poll=ahead + timedelta(minutes=15))
            store.sources.save([late])
        aggregator(config, "poll", "--due")  # in a quarter of an hour, as was planned
        with closing(Application.load(Installation(config, tmp_path / "instance")).database.open()) as store:
            (state,) = store.sources.states()
        assert state.next_poll and state.next_poll < utc_now() + timedelta(minutes=16)


def test_where_no_process_may_be_started_it_says_so_and_ends(tmp_path: Path) -> None:
    """It hung, after a page of Python's own words."""
    config = configuration(tmp_path, {"one": "http://127.0.0.1:1/"})
    ended = without_further_processes(config, "poll")
    assert (ended.returncode, ended.stderr) == (1, f"aggregator: {TooManyProcesses()}\n")


def test_it_needs_no_shared_memory(tmp_path: Path) -> None:
    """Where a container or a chroot has no /dev/shm."""
    without = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o ro none /dev/shm && exec "$@"', "sh"]
    if subprocess.run([*without, "true"], capture_output=True, check=False).returncode:
        pytest.skip("only root may hide /dev/shm")
    with Server({"/one": conditional(rss([("1", "Rain over Oslo", None)], "One", "one.example"))}) as server:
        config = configuration(tmp_path, {"one": server.url("/one")})
        with running(config, "poll", under=without) as process:
            assert process.wait(PATIENCE) == 0, (tmp_path / "log").read_text()
        assert query(config, "SELECT count(*) FROM stories") == [(1,)]


def test_an_error_of_this_program_is_told_with_where_it_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise LookupError("of ours")

    monkeypatch.setattr("aggregator.pipeline.refresh.refresh", broken)
    with pytest.raises(LookupError) as raised:
        main(command(configuration(tmp_path, {}), "poll")[3:])
    assert ", in broken" in "".join(raised.value.__notes__)


def test_what_came_is_placed_when_all_have_answered(tmp_path: Path) -> None:
    with half_done(tmp_path) as (_, process, _, go_on):
        go_on()
        assert process.wait(PATIENCE) == 0
        assert f"{ENTRIES} new items, 0 changed; {ENTRIES} placed" in (tmp_path / "log").read_text()
