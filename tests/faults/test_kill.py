"""kill -9 at any moment of a poll loses nothing and doubles nothing."""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import rss
from builders.process import aggregator, command, configuration, environment, query, until
from servers.local import Request, Route, Server, answer

WHEN = datetime(2026, 11, 1, tzinfo=UTC)
LATE = 0.15  # seconds by which some answer later, so that not all are stored in one transaction


def feed(number: int, entries: int) -> Route:
    """A feed whose ETag says how many entries it lists."""
    rows = [(f"s{number}-{n}", f"Thing{number}x{n} happened at place{n} word{number}", WHEN) for n in range(entries)]
    told = answer(rss(rows, f"Feed {number}", f"s{number}.example"), etag=f'"{entries}"')

    async def route(request: Request, writer: asyncio.StreamWriter) -> None:
        if entries % 2 and number % 2:
            await asyncio.Event().wait()  # half of them do not answer to every second poll, until it is killed
        await asyncio.sleep(number % 3 * LATE)
        await told(request, writer)

    return route


def stored(database: Path) -> int:
    """How many items there are: of each source those of the document whose validators are stored, no more and no fewer."""
    with closing(sqlite3.connect(database)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        counts = "SELECT etag, (SELECT count(*) FROM items i WHERE i.source = s.n) FROM sources s"
        found = [(int((etag or '"0"').strip('"')), count) for etag, count in raw.execute(counts)]
    assert all(listed == count for listed, count in found), "validators belong to the items"
    return sum(count for _, count in found)


@pytest.mark.parametrize(
    ("sources", "kills"), [(8, 12), pytest.param(20, 100, marks=pytest.mark.slow)], ids=["12 kills", "100 kills"]
)
def test_f1_kills_during_ingest(tmp_path: Path, sources: int, kills: int) -> None:
    """Every poll has an entry of each source to store. It is killed, however long it takes to start, at a moment after its first request,
    or else after it stored something."""
    chance, left = random.Random(7), set[str]()
    with Server() as server:
        config = configuration(tmp_path, {f"s{n}": server.url(f"/{n}") for n in range(sources)})
        database = tmp_path / "instance" / "aggregator.db"
        aggregator(config, "apply")  # the configuration is compiled and the archive made
        for entries in range(1, kills + 1):
            server.routes |= {f"/{n}": feed(n, entries) for n in range(sources)}
            asked, before = len(server.requests), stored(database)
            with subprocess.Popen(
                command(config, "poll"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment()
            ) as process:
                until(lambda asked=asked: len(server.requests) > asked)  # type: ignore[misc]
                if entries % 2:
                    until(lambda before=before: query(config, "SELECT count(*) FROM items") > [(before,)])  # type: ignore[misc]
                time.sleep(chance.uniform(0, 2 * LATE))
                process.send_signal(signal.SIGKILL)
            now = stored(database)
            left.add("nothing" if now == before else "all" if now == sources * entries else "some")
        assert "some" in left, "of what a poll brought was stored when it was killed"
        done = aggregator(config, "poll")
        assert done.returncode == 0, done.stderr
        total = sources * kills
        assert stored(database) == total
    with closing(sqlite3.connect(database)) as raw:
        items = raw.execute("SELECT count(*), count(DISTINCT id) FROM items").fetchone()
        placed = raw.execute("SELECT count(*), count(DISTINCT item) FROM placements").fetchone()
        waiting = raw.execute("SELECT count(*) FROM pending").fetchone()
        texts = raw.execute("SELECT count(*) FROM texts").fetchone()
    assert (items, placed, waiting, texts) == ((total, total), (total, total), (0,), (total,))
