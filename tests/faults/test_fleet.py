"""Workers that share an archive on PostgreSQL: one dies and nothing is lost or doubled, no source is polled twice at
once, the edition moves on."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import item, polled, rss
from builders.postgres import crash_and_restart, execute, fresh_database
from builders.process import aggregator, command, configuration, environment, until
from servers.local import Request, Route, Server, conditional

from aggregator.model import notes
from aggregator.store.postgres.archive import PostgresArchive
from aggregator.store.sqlite.archive import SqliteArchive
from aggregator.worker.identity import identity

pytestmark = pytest.mark.slow

DAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@contextmanager
def workers(config: Path, url: str, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    logs = [(config.parent / f"worker{n}.log").open("wb") for n in range(count)]
    started = [
        subprocess.Popen(command(config, "--database", url, "worker"), stderr=log, env=environment()) for log in logs
    ]
    try:
        yield started
    finally:
        for process in started:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in started:
            with suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()
            process.wait()
        for log in logs:
            log.close()


def process_of(owner: str) -> int:
    return int(owner.split(":")[1])


def slowly(route: Route, seconds: float, active: Counter[str], most: Counter[str]) -> Route:
    """Answer after a while, and count who is asked at the same time."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        active[request.path] += 1
        most[request.path] = max(most[request.path], active[request.path])
        try:
            await asyncio.sleep(seconds)
            await route(request, writer)
        finally:
            active[request.path] -= 1

    return answer


@contextmanager
def slow_sources(folder: Path, count: int, seconds: float) -> Iterator[tuple[Server, Path]]:
    """So many sources that answer after a while; and a configuration of them."""
    active, most = Counter[str](), Counter[str]()
    routes = {f"/{n}": slowly(conditional(telling(n)), seconds, active, most) for n in range(count)}
    with Server(routes) as server:
        yield server, configuration(folder, {f"s{n}": server.url(f"/{n}") for n in range(count)})


def name(*numbers: int) -> str:
    """A word of its own for each event."""
    chance = random.Random(str(numbers))
    return "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(4))


def telling(number: int) -> bytes:
    """Outlets in groups of three tell the same events in nearly the same words, each in minutes of its own."""
    group, outlet = divmod(number, 3)
    rows = []
    for n in range(20):
        words = [name(group, n, k) for k in range(6)]
        text = (
            f"{words[0]} {words[1]} missile {words[2]} {words[3]}"
            if n % 2
            else f"{words[0]} {words[1]} {words[2]} {words[3]}"
        )
        moment = DAY + timedelta(minutes=60 * n + number)
        rows.append((f"s{number}-{n}", f"{text} {words[4 + outlet % 2]}".capitalize(), moment))
    return rss(rows, f"Outlet {number}", f"s{number}.example")


_SHAPE = """
    SELECT i.id, p.section, st.id, st.section, st.scores, st.topics, st.publishers FROM items i
    LEFT JOIN placements p ON p.item = i.n LEFT JOIN stories st ON st.n = p.story
"""


def shape(read: Callable[[str], list[Any]]) -> tuple[dict[bytes, tuple[Any, ...]], set[frozenset[bytes]]]:
    """Item → its section and its story's; and which items stand together."""
    items: dict[bytes, tuple[Any, ...]] = {}
    together: dict[Any, set[bytes]] = {}
    for id, section, story, *of_story in read(_SHAPE):
        items[bytes(id)] = (section, *of_story)
        together.setdefault(story, set()).add(bytes(id))
    return items, {frozenset(members) for members in together.values()}


@pytest.mark.parametrize("at_once", [True, False], ids=["one edition, when all are in", "editions as they come"])
def test_three_workers_of_which_one_is_killed_give_what_one_process_gives(tmp_path: Path, at_once: bool) -> None:
    """Items, stories and sections as SQLite has them of the same documents. How news is cut into editions can decide
    where a doubtful item goes; here it is either not cut, or nothing is doubtful."""
    url, count = fresh_database(), 60
    active, most = Counter[str](), Counter[str]()
    routes = {f"/{n}": slowly(conditional(telling(n)), 0.3, active, most) for n in range(count)}
    with Server(routes) as server:
        config = configuration(tmp_path, {f"s{n}": server.url(f"/{n}") for n in range(count)})
        assert aggregator(config, "poll").returncode == 0
        archive = PostgresArchive(url, identity())
        if at_once:
            assert archive.edition.lease("the test", 0, 600)
        with workers(config, url, 3) as processes:
            until(lambda: archive.reading.totals()["items"] > 0, 60)
            victim = process_of(until_some(archive.sources.owners)[0])
            next(process for process in processes if process.pid == victim).kill()
            until(lambda: len(states := archive.sources.states()) == count and all(one.polls for one in states), 120)
            archive.edition.release("the test")
            until(lambda: not archive.reading.totals()["pending"], 60)
        assert sum(process.returncode == -signal.SIGKILL for process in processes) == 1
        assert max(most.values()) == 1
        archive.close()
    file = SqliteArchive(tmp_path / "instance" / "aggregator.db")
    store = PostgresArchive(url)
    expected, found = shape(file._connection.read), shape(store._connection.read)
    assert len(expected[0]) == count * 20
    assert len(expected[1]) == count * 20 // 3
    assert found[0].keys() == expected[0].keys()
    assert found == expected
    assert not store.sources.owners()
    file.close()
    store.close()


def until_some(look: Callable[[], list[str]]) -> list[str]:
    found: list[str] = []

    def ready() -> bool:
        found[:] = look()
        return bool(found)

    until(ready, 60)
    return found


def test_no_source_is_polled_twice_at_once_in_ten_thousand_polls(tmp_path: Path) -> None:
    """With one of three workers killed on the way. What is due is data: the test makes all due, again and again."""
    url, count = fresh_database(), 500
    active, most = Counter[str](), Counter[str]()
    document = conditional(rss([("1", "One thing happened", DAY)]))
    with Server({f"/{n}": slowly(document, 0.02, active, most) for n in range(count)}) as server:
        config = configuration(tmp_path, {f"s{n}": server.url(f"/{n}") for n in range(count)})
        archive = PostgresArchive(url, identity())

        def polls() -> int:
            execute(url, "UPDATE sources SET next_poll = 0 WHERE lease_owner IS NULL")
            return len(server.requests)

        with workers(config, url, 3) as processes:
            until(lambda: polls() > 3000, 240)
            processes[0].kill()
            took = until(lambda: polls() > 10_000, 400)
        archive.close()
    assert len(server.requests) > 10_000, took
    assert max(most.values()) == 1, [path for path, number in most.items() if number > 1]
    assert len(most) == count


def test_the_edition_moves_to_another_worker_within_30_seconds(tmp_path: Path) -> None:
    """Killed as it holds the edition, with thousands of items waiting."""
    url = fresh_database()
    with Server({"/1": conditional(rss([("1", "One", DAY)]))}) as server:
        config = configuration(tmp_path, {"s1": server.url("/1")})
        assert aggregator(config, "--database", url, "poll").returncode == 0
        archive = PostgresArchive(url, identity())
        for part in range(40):
            news = [item("s1", f"{part}-{n}", f"Event{part}x{n} at place{n} told{part}y{n} once") for n in range(1000)]
            archive.intake.apply([polled("s1", news)], DAY)
        with workers(config, url, 3) as processes:
            holders: list[str] = []

            def held() -> bool:
                holders.append(archive.edition.holder() or "")
                return bool(holders[-1]) and 0 < archive.reading.totals()["pending"] < 38_000

            until(held, 60)
            left = archive.reading.totals()["pending"]
            next(one for one in processes if one.pid == process_of(holders[-1])).kill()
            took = until(
                lambda: (
                    archive.edition.holder() not in (holders[-1], None) and archive.reading.totals()["pending"] < left
                ),
                60,
            )
            assert took < 30
            until(lambda: not archive.reading.totals()["pending"], 120)
        rows = execute(url, "SELECT count(*), count(DISTINCT item) FROM placements")
        assert rows[0][0] == rows[0][1] >= 40_000
        archive.close()


def test_a_server_that_dies_and_comes_back_costs_nothing(tmp_path: Path) -> None:
    url, count = fresh_database(), 40
    with slow_sources(tmp_path, count, 0.5) as (server, config):
        with workers(config, url, 2) as processes:
            until(lambda: len(server.requests) > count // 4, 60)
            crash_and_restart()
            archive = PostgresArchive(url, identity())
            until(lambda: len(states := archive.sources.states()) == count and all(one.polls for one in states), 120)
            until(lambda: not archive.reading.totals()["pending"], 60)
            assert [process.poll() for process in processes] == [None, None], "nobody gave up"
        archive.close()
    rows = execute(
        url, "SELECT count(*), count(DISTINCT i.id), count(p.item) FROM items i LEFT JOIN placements p ON p.item = i.n"
    )
    assert rows == [(count * 20, count * 20, count * 20)]


def test_polls_that_a_restart_of_the_server_interrupts_are_made_soon_after(tmp_path: Path) -> None:
    """The queue ends with its connections, and gives up what takes longer than a moment: the leases go with it."""
    url, count = fresh_database(), 6
    with slow_sources(tmp_path, count, 12) as (server, config):
        with workers(config, url, 1):
            until(lambda: len(server.requests) == count, 60)
            crash_and_restart()
            archive = PostgresArchive(url, identity())
            until(lambda: all(one.polls for one in archive.sources.states()), 90)
        archive.close()


def test_a_broken_edit_is_told_until_it_is_mended_whatever_starts_meanwhile(tmp_path: Path) -> None:
    """A worker of another machine takes the complaint for that of one that has ended."""
    url = fresh_database()
    with Server({"/1": conditional(rss([("1", "One", DAY)]))}) as server:
        files = []
        for machine in ("one", "two"):
            (tmp_path / machine).mkdir()
            files.append(configuration(tmp_path / machine, {"s1": server.url("/1")}))
        sound = files[0].read_text()
        archive = PostgresArchive(url, identity())

        def complaint() -> Any:
            return archive.upkeep.noted(notes.BROKEN_EDIT)

        def at_work(count: int) -> bool:
            with suppress(Exception):  # the first one makes the table
                return execute(url, "SELECT count(*) FROM procrastinate_workers") == [(2 * count,)]
            return False

        with workers(files[0], url, 1):
            until(lambda: at_work(1), 60)
            files[0].write_text("sources: [")
            until(complaint, 20)
            told = complaint()
            with workers(files[1], url, 1):
                until(lambda: at_work(2), 60)
                until(complaint, 5)
                assert complaint() == told
                files[0].write_text(sound)
                until(lambda: not complaint(), 20)
        archive.close()
