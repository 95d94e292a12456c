"""kill -9 at any moment of a poll loses nothing and doubles nothing."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import rss
from builders.process import aggregator, command, configuration, environment
from servers.local import Server, conditional

ENTRIES = 50


def document(number: int) -> bytes:
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    rows = [(f"s{number}-{n}", f"Thing{number}x{n} happened at place{n} word{number}", moment) for n in range(ENTRIES)]
    return rss(rows, f"Feed {number}", f"s{number}.example")


def check(database: Path) -> None:
    with sqlite3.connect(database) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        ahead = raw.execute(
            "SELECT s.id FROM sources s WHERE s.etag IS NOT NULL AND (SELECT count(*) FROM items i WHERE i.source = s.n) != ?",
            (ENTRIES,),
        ).fetchall()
        assert ahead == [], "validators are never ahead of the items"
    raw.close()


@pytest.mark.parametrize(
    ("sources", "kills"), [(8, 20), pytest.param(20, 100, marks=pytest.mark.slow)], ids=["20 kills", "100 kills"]
)
def test_f1_kills_during_ingest(tmp_path: Path, sources: int, kills: int) -> None:
    chance = random.Random(7)
    with Server({f"/{n}": conditional(document(n)) for n in range(sources)}) as server:
        config = configuration(tmp_path, {f"s{n}": server.url(f"/{n}") for n in range(sources)})
        database = tmp_path / "instance" / "aggregator.db"
        aggregator(config, "apply")  # the configuration is compiled and the archive made
        for _ in range(kills):
            process = subprocess.Popen(
                command(config, "poll"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment()
            )
            # The moment of the kill is what is tested: anywhere from the start to the end of a poll.
            time.sleep(chance.uniform(0.2, 1.2))
            process.send_signal(signal.SIGKILL)
            process.wait()
            check(database)
        done = aggregator(config, "poll")
        assert done.returncode == 0, done.stderr
        check(database)
        with sqlite3.connect(database) as raw:
            items = raw.execute("SELECT count(*), count(DISTINCT id) FROM items").fetchone()
            placed = raw.execute("SELECT count(*), count(DISTINCT item) FROM placements").fetchone()
            waiting = raw.execute("SELECT count(*) FROM pending").fetchone()
            texts = raw.execute("SELECT count(*) FROM texts").fetchone()
        raw.close()
        total = sources * ENTRIES
        assert (items, placed, waiting, texts) == ((total, total), (total, total), (0,), (total,))
