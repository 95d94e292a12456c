"""F3 to F11, F13, F23, F25 on real processes: signals, disks, locks, floods."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from builders import empty_archive, rss
from builders.disks import failing_disk, fill, read_only, small_disk
from builders.postgres import fresh_database
from builders.process import (
    PATIENCE,
    aggregator,
    busy,
    children,
    command,
    configuration,
    ended,
    environment,
    free_port,
    get,
    query,
    running,
    runs,
    serves,
    serving,
    until,
)
from servers.local import Request, Server, answer, conditional, redirect
from servers.misbehaving import silent

from aggregator.store.sqlite.archive import SqliteArchive
from aggregator.worker import polling, service
from aggregator.worker.startup import PARENT

WHEN = datetime(2026, 11, 1, tzinfo=UTC)
PYTHON_3_14 = [
    sys.executable,
    "-c",
    "import multiprocessing, runpy, sys; multiprocessing.set_start_method('forkserver')\n"
    "del sys.argv[:3]; runpy.run_module('aggregator', None, '__main__', True)",
]
"""Starts what follows, `python -m aggregator …`, with processes started as Python 3.14 would by default."""
STOPPED_DURING_THE_CHECK = [
    sys.executable,
    "-c",
    "import os, runpy, signal, sys; from aggregator.store.sqlite.upkeep import Upkeep\n"
    "Upkeep.check = lambda self: os.kill(os.getpid(), signal.SIGTERM)\n"
    "del sys.argv[:3]; runpy.run_module('aggregator', None, '__main__', True)",
]
"""Starts what follows, `python -m aggregator …`, and is told to stop just as the check of its archive ends."""
STOPPED_BY_ANOTHER_THREAD = [
    sys.executable,
    "-c",
    "import runpy, signal, sys, threading; from aggregator.store.sqlite.upkeep import Upkeep\n"
    "def check(self):\n"
    "    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)\n"
    "    threading.Event().wait()\n"
    "Upkeep.check = check\n"
    "del sys.argv[:3]; runpy.run_module('aggregator', None, '__main__', True)",
]
"""The same while the check goes on, where the system gives the signal to the thread that checks."""
STOPPED_AFTER_THE_CHECK = [
    sys.executable,
    "-c",
    "import asyncio, os, runpy, signal, sys; from aggregator.cli import worker\n"
    "def told(real=worker.end_on_signals):\n"
    "    if asyncio._get_running_loop(): os.kill(os.getpid(), signal.SIGTERM)\n"
    "    real()\n"
    "worker.end_on_signals = told\n"
    "del sys.argv[:3]; runpy.run_module('aggregator', None, '__main__', True)",
]
"""The same, while it goes on from there."""
EDITED_DURING_THE_CHECK = [
    sys.executable,
    "-c",
    "import os, runpy, signal, sys; from pathlib import Path; from aggregator.store.sqlite.upkeep import Upkeep\n"
    "def check(self, file=Path(sys.argv[sys.argv.index('--config') + 1])):\n"
    "    file.write_text(file.read_text().replace('/one', '/two'))\n"
    "    os.kill(os.getpid(), signal.SIGHUP)\n"
    "Upkeep.check = check\n"
    "del sys.argv[:3]; runpy.run_module('aggregator', None, '__main__', True)",
]
"""Starts what follows, `python -m aggregator …`, and while its archive is checked edits its file and tells it to reload that."""

IMPATIENT = [
    sys.executable,
    "-c",
    "import runpy, sys; from aggregator.store.sqlite.connection import Connection\n"
    "Connection.__init__.__kwdefaults__['patience'] = 0.2\n"
    "del sys.argv[:3]; runpy.run_module('aggregator', None, '__main__', True)",
]
"""Starts what follows, `python -m aggregator …`, which waits for another writer no longer than so."""


def cut_short_after(seconds: float) -> list[str]:
    """Starts what follows, `python -m aggregator …`, with another limit of its end, and a deadline of requests that none reaches: a machine
    that is slow enough would reach ours."""
    return [
        sys.executable,
        "-c",
        "import functools, runpy, sys; from aggregator.fetch import client; from aggregator.worker import service\n"
        f"client.Limits = functools.partial(client.Limits, deadline={10 * PATIENCE}); service.LAST_CALL = {seconds}\n"
        "del sys.argv[:3]; runpy.run_module('aggregator', None, '__main__', True)",
    ]


def document(name: str, entries: int = 20, words: str = "") -> bytes:
    rows = [(f"{name}-{n}", f"Thing{n} of {name} at place{n} {words}", WHEN) for n in range(entries)]
    return rss(rows, name, f"{name}.example")


def log_of(config: Path) -> str:
    return (config.parent / "log").read_text()


def readiness(root: str) -> str:
    with contextlib.suppress(OSError):
        return get(f"{root}/readyz")[1].decode().strip()
    return ""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server({"/one": conditional(document("one")), "/two": conditional(document("two"))}) as made:
        yield made


def test_f3_and_f4_a_signal_ends_it_in_time_a_second_at_once_and_the_next_start_resumes(
    tmp_path: Path, server: Server
) -> None:
    sources = {f"s{n}": server.url(f"/silent/{n}") for n in range(10)}
    server.routes.update({f"/silent/{n}": silent for n in range(10)})
    config = configuration(tmp_path, {**sources, "one": server.url("/one")})
    for signals, code in ((1, 0), (2, 1)):
        with running(config, "worker", under=cut_short_after(10 * PATIENCE)) as process:
            until(lambda many=10 * signals: sum(one.path != "/one" for one in server.requests) == many)  # type: ignore[misc]
            until(lambda: query(config, "SELECT count(*) FROM items") == [(20,)])
            process.send_signal(signal.SIGTERM)
            if signals == 2:
                until(lambda: "stopping" in log_of(config))
                process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == code, log_of(config)  # no request is waited for to its deadline
            if signals == 1:
                assert query(config, "SELECT count(*) FROM sources WHERE lease_owner IS NOT NULL") == [(0,)]
        assert "Traceback" not in log_of(config)
    assert query(config, "PRAGMA integrity_check") == [("ok",)]
    assert polling.PATIENCE < service.LAST_CALL < 10, (
        "the watchdog, which takes no leases back, comes last, and in time"
    )
    assert query(config, "SELECT count(*) FROM sources WHERE etag IS NOT NULL") == [(1,)]
    assert len(server.asked("/one")) == 1, "what was polled is not polled again"
    server.routes.update({f"/silent/{n}": conditional(document(f"s{n}")) for n in range(10)})
    with running(config, "worker"):
        until(lambda: query(config, "SELECT count(*) FROM items") == [(220,)])


@pytest.mark.parametrize("on", ["sqlite", "postgres"])
def test_f3_articles_that_it_was_asking_for_are_asked_for_by_the_next_start(
    tmp_path: Path, server: Server, on: str
) -> None:
    """They waited for the hour after which those of a killed process are asked for again."""
    rows = "".join(
        f"<item><title>Thing{n} of place{n}</title><link>{server.url(f'/page/{n}')}</link></item>" for n in range(5)
    )
    server.routes["/one"] = conditional(
        b"<rss version='2.0'><channel><title>One</title>%b</channel></rss>" % rows.encode()
    )
    server.routes |= {f"/page/{n}": silent for n in range(5)}
    config = configuration(tmp_path, {"one": server.url("/one"), "two": server.url("/two")})
    config.write_text(config.read_text().replace("/one'", "/one', full_text: true"))
    database = ["--database", fresh_database()] if on == "postgres" else []

    def asked() -> set[str]:
        return {one.path for one in server.requests if one.path.startswith("/page/")}

    with running(config, *database, "worker", under=cut_short_after(10 * PATIENCE)) as process:
        until(lambda: bool(asked()))
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0, log_of(config)
    server.requests.clear()
    server.routes |= {f"/page/{n}": answer(b"", "404 Not Found") for n in range(5)}
    server.routes["/three"] = conditional(document("three"))
    config.write_text(config.read_text().replace("/two'", "/three'"))  # articles are asked for after polls
    with running(config, *database, "worker"):
        until(lambda: len(asked()) == 5)


def test_f3_its_end_waits_no_longer_than_so_for_a_locked_archive(tmp_path: Path, server: Server) -> None:
    config = configuration(tmp_path, {"one": server.url("/one")})
    with running(config, "worker", under=cut_short_after(0.5)) as process:
        until(lambda: query(config, "SELECT count(*) FROM placements") == [(20,)])
        with contextlib.closing(
            sqlite3.connect(tmp_path / "instance" / "aggregator.db", isolation_level=None)
        ) as other:
            other.execute("BEGIN IMMEDIATE")
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
    assert "stopped without waiting any longer for the archive" in log_of(config)


def test_f3_a_tick_that_waits_as_the_service_stops_is_no_error(tmp_path: Path, server: Server) -> None:
    config = configuration(tmp_path, {"one": server.url("/one")})
    with running(config, "worker") as process:
        until(lambda: bool(server.asked("/one")))
        until(lambda: query(config, "SELECT count(*) FROM items") == [(20,)])
        other = sqlite3.connect(tmp_path / "instance" / "aggregator.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        time.sleep(5.5)  # a tick waits for the lock now
        process.send_signal(signal.SIGTERM)
        until(lambda: "stopping" in log_of(config))
        other.execute("COMMIT")
        other.close()
        assert process.wait(PATIENCE) == 0
    assert '"level":"error"' not in log_of(config)


@pytest.mark.parametrize("command", ["run", "worker"])
@pytest.mark.parametrize("signals", [[signal.SIGTERM], [signal.SIGINT], [signal.SIGHUP, signal.SIGTERM]])
def test_f3_a_signal_ends_it_while_it_starts(
    tmp_path: Path, server: Server, command: str, signals: list[signal.Signals]
) -> None:
    config = configuration(tmp_path, {"one": server.url("/one")})
    empty_archive(tmp_path / "instance")
    lock = tmp_path / "instance" / "aggregator.db.lock"
    with contextlib.closing(sqlite3.connect(tmp_path / "instance" / "aggregator.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # its start waits for this
        options = ["--port", str(free_port())] if command == "run" else []
        with running(config, command, *options) as process:
            until(lambda: lock.exists() and lock.read_text().startswith(f"{process.pid}\n"))
            for one in signals:
                process.send_signal(one)
            assert process.wait(PATIENCE) == 0, log_of(config)
    assert "Traceback" not in log_of(config)


@pytest.mark.parametrize("under", [STOPPED_DURING_THE_CHECK, STOPPED_BY_ANOTHER_THREAD, STOPPED_AFTER_THE_CHECK])
@pytest.mark.parametrize("command", ["run", "worker"])
def test_f3_a_signal_as_the_check_of_the_archive_ends_ends_it(
    tmp_path: Path, server: Server, command: str, under: list[str]
) -> None:
    """It went on, and was deaf as long as another process held the archive."""
    config = configuration(tmp_path, {"one": server.url("/one")})
    empty_archive(tmp_path / "instance")
    with contextlib.closing(sqlite3.connect(tmp_path / "instance" / "aggregator.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        options = ["--port", str(free_port())] if command == "run" else []
        with running(config, command, *options, under=under) as process:
            assert process.wait(PATIENCE) == 0, log_of(config)
    assert "Traceback" not in log_of(config)


@pytest.mark.parametrize(
    ("command", "ready", "under"),
    [("run", True, []), ("serve", True, PYTHON_3_14), ("serve", False, []), ("serve", False, PYTHON_3_14)],
)
def test_f4_ctrl_c_in_a_terminal_ends_the_web_at_once_without_a_word_of_killing(
    tmp_path: Path, server: Server, command: str, ready: bool, under: list[str]
) -> None:
    """A terminal tells every process of its foreground group, the web of `run` too, which is then told once more by us."""
    config, port = configuration(tmp_path, {"one": server.url("/one")}), free_port()
    with running(config, command, "--port", str(port), under=["setsid", *under]) as process:
        if ready:
            until(lambda: serves(f"http://127.0.0.1:{port}/healthz"))
            get(f"http://127.0.0.1:{port}/")
        else:  # granian's worker is there, and loads what it is to serve
            until(lambda: bool(children(process.pid)))
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(PATIENCE) == 0, log_of(config)
    assert "Killing" not in log_of(config), "it waits for none that was told twice until it has to kill it"


@pytest.mark.parametrize("kind", ["run", "worker", "serve"])
def test_f4_it_ends_with_its_terminal(tmp_path: Path, server: Server, kind: str) -> None:
    """Where somebody closes the window: it went on unseen, and kept the next one from starting."""
    config, port = configuration(tmp_path, {"one": server.url("/one")}), free_port()
    listens = () if kind == "worker" else ("--port", str(port))
    terminal, its_end = os.openpty()
    os.set_blocking(terminal, False)
    parts: list[bytes] = []

    def shown() -> bytes:
        with contextlib.suppress(BlockingIOError):
            parts.append(os.read(terminal, 1 << 16))
        return b"".join(parts)

    with subprocess.Popen(
        ["setsid", "--ctty", *command(config, kind, *listens)],
        stdin=its_end,
        stdout=its_end,
        stderr=its_end,
        env=environment(),
    ) as process:
        try:
            os.close(its_end)
            if kind != "serve":  # it serves while its archive is looked through; a SIGHUP then asks for nothing
                until(lambda: len(server.asked("/one")) == 1)
            if kind != "worker":
                until(lambda: serves(f"http://127.0.0.1:{port}/healthz"))
            if kind != "serve":
                process.send_signal(signal.SIGHUP)  # by hand: a reload
                until(lambda: b"the configuration was read again" in shown())
            os.close(terminal)
            assert process.wait(PATIENCE) == 0
            until(lambda: kind == "worker" or not serves(f"http://127.0.0.1:{port}/healthz"))
        finally:
            process.kill()


def _on(terminal: int, start: str) -> list[str]:
    """What starts, by this shell command, a process (`"$@"`) whose standard input is this terminal."""
    return ["sh", "-c", f"exec <{os.ttyname(terminal)}; {start}", "sh"]


def test_f4_it_ends_in_time_although_both_shell_and_system_tell_it_that_its_terminal_ends(
    tmp_path: Path, server: Server
) -> None:
    """It took the one for a second signal, and ended at once with exit code 1."""
    server.routes["/silent"] = silent
    config = configuration(tmp_path, {"one": server.url("/silent")})
    terminal, its_end = os.openpty()
    with running(config, "worker", under=_on(its_end, 'exec setsid --ctty "$@"')) as process:
        os.close(its_end)
        until(lambda: len(server.asked("/silent")) == 1)
        os.close(terminal)
        until(lambda: "stopping" in log_of(config))
        process.send_signal(signal.SIGHUP)
        assert process.wait(PATIENCE) == 0, log_of(config)
    assert "at once" not in log_of(config)


@pytest.mark.parametrize(
    "start",
    [
        'exec setsid "$@"',
        "trap '' HUP; exec setsid --ctty \"$@\"",
        'exec setsid --ctty bash -c \'set -m; "$@" & wait\' bash "$@"',
    ],
    ids=["another session", "hangups ignored", "in the background"],
)
def test_f4_who_outlives_its_terminal_is_still_told_to_reload_by_a_hangup(
    tmp_path: Path, server: Server, start: str
) -> None:
    """What `setsid`, `nohup` or `&` started, it ended."""
    config = configuration(tmp_path, {"one": server.url("/one")})
    lock = tmp_path / "instance" / "aggregator.db.lock"
    terminal, its_end = os.openpty()
    with running(config, "worker", under=_on(its_end, start)):
        until(lambda: len(server.asked("/one")) == 1)
        pid = int(lock.read_text().split()[0])
        try:
            os.close(its_end)
            os.close(terminal)
            os.kill(pid, signal.SIGHUP)
            until(lambda: "the configuration was read again" in log_of(config))
            os.kill(pid, signal.SIGTERM)
            until(lambda: lock.read_text() == "")
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    assert log_of(config).count("stopping") == 1


def test_f4_hangup_reloads_what_waits_for_apply(tmp_path: Path, server: Server) -> None:
    config = configuration(tmp_path, {"one": server.url("/one")})
    config.write_text(config.read_text().replace("{title: Test Wire}", "{title: Test Wire, reload: manual}"))
    with running(config, "worker") as process:
        until(lambda: len(server.asked("/one")) == 1)
        config.write_text(
            config.read_text().replace("- {name: one", f"- {{name: Two, url: '{server.url('/two')}'}}\n  - {{name: one")
        )
        until(lambda: "waits for `aggregator apply`" in log_of(config))
        assert server.asked("/two") == []
        process.send_signal(signal.SIGHUP)
        until(lambda: len(server.asked("/two")) == 1)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


def test_f4_a_hangup_while_the_archive_is_checked_is_heard_once_that_is_done(tmp_path: Path, server: Server) -> None:
    """For a large archive that takes a minute. The hangup was ignored, and the edit waited for `aggregator apply`."""
    config = configuration(tmp_path, {"one": server.url("/one")})
    config.write_text(config.read_text().replace("{title: Test Wire}", "{title: Test Wire, reload: manual}"))
    assert aggregator(config, "apply").returncode == 0
    with running(config, "worker", under=EDITED_DURING_THE_CHECK) as process:
        until(lambda: server.asked("/two") or "waits for `aggregator apply`" in log_of(config))
        until(lambda: server.asked("/two"))
        ended(process)


@pytest.mark.parametrize("full", [True, False], ids=["disk is full", "reader ended"])
def test_f5_where_nothing_of_the_log_can_be_written_it_serves_and_ends_as_ever(tmp_path: Path, full: bool) -> None:
    """The warning that `site.url` is not set ended it, without a word."""
    port = free_port()
    reader, writer = (-1, os.open("/dev/full", os.O_WRONLY)) if full else os.pipe()
    if not full:
        os.close(reader)
    words = command(configuration(tmp_path, {}), "run", "--port", str(port))
    with subprocess.Popen(words, stdout=writer, stderr=writer, env=environment()) as process:
        os.close(writer)
        try:
            until(lambda: process.poll() is not None or serves(f"http://127.0.0.1:{port}/readyz"))
            assert process.poll() is None
            ended(process)
        finally:
            process.kill()


def test_help_that_nobody_reads_is_no_error(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    words = [*command(configuration(tmp_path, {})), "--help"]
    buffered = {**environment(), "PYTHONUNBUFFERED": ""}
    ended = subprocess.run(words, stdout=writer, stderr=subprocess.PIPE, env=buffered, timeout=PATIENCE, check=False)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_f6_a_read_only_folder_is_one_clear_line(tmp_path: Path, server: Server) -> None:
    config = configuration(tmp_path, {"one": server.url("/one")})
    aggregator(config, "poll")
    with read_only(tmp_path / "instance"):
        for arguments in (["worker"], ["poll"], ["run", "--port", str(free_port())]):
            done = aggregator(config, *arguments)
            told = [line for line in done.stderr.splitlines() if not line.startswith(("warning:", "Serving on"))]
            assert (done.returncode, len(told)) == (1, 1), done.stderr
            assert str(tmp_path / "instance") in told[0]
            assert "cannot be" in told[0]
    assert json.loads(aggregator(config, "poll", "--json").stdout)["not_modified"] == 1


@pytest.mark.parametrize(
    "left",
    [
        "log",
        *(
            pytest.param(one, marks=pytest.mark.skipif(os.geteuid() != 0, reason="mounts"))
            for one in ("", "log alone", "index alone")
        ),
    ],
)
def test_f6_what_is_on_a_read_only_disk_is_listed_and_saved(tmp_path: Path, server: Server, left: str) -> None:
    """SQLite reads it without a log only if told that nobody writes, and a log without its index if nobody shares it."""
    config = configuration(tmp_path, {"one": server.url("/one")})
    place = tmp_path / "instance"
    with contextlib.closing(SqliteArchive(place / "aggregator.db")):
        aggregator(config, "poll")
        shutil.copytree(place, tmp_path / "left")  # with the poll in its log
    if "log" in left:
        shutil.rmtree(place)
        (tmp_path / "left").rename(place)
    if left == "log alone":  # as a copy may have it
        (place / "aggregator.db-shm").unlink()
    if left == "index alone":
        (tmp_path / "left" / "aggregator.db-shm").rename(place / "aggregator.db-shm")
    with read_only(place):
        assert "last success 20" in aggregator(config, "sources").stdout
        assert "stored stories stay" in aggregator(config, "plan").stdout
        assert "primary section world" in aggregator(config, "explain", "https://one.example/one-1").stdout
        assert aggregator(config, "backup", str(tmp_path / "copy.db")).returncode == 0
    shutil.rmtree(place)
    place.mkdir()
    (tmp_path / "copy.db").rename(place / "aggregator.db")
    assert json.loads(aggregator(config, "poll", "--json").stdout)["not_modified"] == 1


def test_f6_an_archive_that_becomes_read_only_is_served_on(tmp_path: Path, server: Server) -> None:
    config = configuration(tmp_path, {"one": server.url("/one")})
    with serving(config) as (process, root):
        until(lambda: b"Thing1 of one" in get(f"{root}/latest.rss")[1])
        with sqlite3.connect(tmp_path / "instance" / "aggregator.db") as raw:  # no write is possible any more
            raw.execute("CREATE TRIGGER no BEFORE INSERT ON meta BEGIN SELECT RAISE(ABORT, 'read-only'); END")
        raw.close()
        until(lambda: readiness(root).startswith("degraded: store"))
        assert get(f"{root}/latest.atom")[0] == 200
        assert get(f"{root}/")[0] == 200
        with sqlite3.connect(tmp_path / "instance" / "aggregator.db") as raw:
            raw.execute("DROP TRIGGER no")
        raw.close()
        until(lambda: readiness(root) == "ready")
        ended(process)


@pytest.mark.parametrize("fault", ["damaged", "text"])
def test_f8_and_f9_a_worker_does_not_start_on_what_is_no_sound_archive(
    tmp_path: Path, server: Server, fault: str
) -> None:
    config = configuration(tmp_path, {"one": server.url("/one")})
    aggregator(config, "poll")
    path = tmp_path / "instance" / "aggregator.db"
    data = bytearray(path.read_bytes())
    if fault == "text":
        data = bytearray(b"my shopping list\n" * 1000)
    else:
        for page in random.Random(5).sample(range(10, len(data) // 4096), 5):
            data[4096 * page : 4096 * page + 4096] = b"\xaa" * 4096
    path.write_bytes(data)
    for file in tmp_path.glob("instance/aggregator.db-*"):
        file.unlink()
    done = aggregator(config, "worker")
    assert done.returncode == 1
    assert str(path) in done.stderr
    assert ("aggregator backup" if fault == "damaged" else "left untouched") in done.stderr
    assert "Traceback" not in done.stderr
    assert path.read_bytes() == bytes(data)


def test_f11_polls_beside_the_service_double_nothing_and_a_second_worker_names_the_first(
    tmp_path: Path, server: Server
) -> None:
    server.routes.update({f"/{n}": conditional(document(f"s{n}")) for n in range(8)})
    config = configuration(tmp_path, {f"s{n}": server.url(f"/{n}") for n in range(8)})
    aggregator(config, "apply")
    (tmp_path / "instance" / "worker.lock").touch()
    with running(config, "worker") as process:
        until(lambda: (tmp_path / "instance" / "worker.lock").read_text().startswith(str(process.pid)))
        beside = [
            subprocess.Popen(
                command(config, "poll"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment()
            )
            for _ in range(3)
        ]
        for one in beside:
            _, errors = one.communicate(timeout=PATIENCE)
            assert one.returncode == 0, errors
        # A poll leaves out what the worker is fetching at that moment, so it may end before anything is stored.
        until(lambda: query(config, "SELECT count(*), (SELECT count(*) FROM pending) FROM items") == [(160, 0)])
        counts = "SELECT count(*), count(DISTINCT id), (SELECT count(*) FROM placements) FROM items"
        assert query(config, counts) == [(160, 160, 160)]
        second = aggregator(config, "worker")  # it does not wait for the other to end
        assert (second.returncode, f"process {process.pid} polls into" in second.stderr) == (1, True)
        ended(process)


@pytest.mark.parametrize("named", [True, False], ids=["by both", "by the second"])
def test_f11_a_second_worker_refuses_though_its_instance_is_another(
    tmp_path: Path, server: Server, named: bool
) -> None:
    config = configuration(tmp_path, {"one": server.url("/one")})
    file = tmp_path / "shared.db" if named else tmp_path / "instance" / "aggregator.db"
    database = ["--database", f"sqlite:///{file}"]
    with running(config, *(database if named else ()), "worker") as process:
        until(lambda: file.exists() and len(server.asked("/one")) == 1)

        def elsewhere(*arguments: str) -> subprocess.CompletedProcess[str]:
            words = [*command(config), *database, "--instance", str(tmp_path / "other"), *arguments]
            return subprocess.run(
                words, capture_output=True, text=True, timeout=PATIENCE, env=environment(), check=False
            )

        done = elsewhere("worker")
        assert (done.returncode, f"process {process.pid} polls into" in done.stderr) == (1, True), done.stderr
        assert json.loads(elsewhere("apply", "--json").stdout)["running"]
        copied = elsewhere("copy", "postgresql://nobody@127.0.0.1:1/nothing")
        assert "stop it first: what came later would be lost" in copied.stderr
        ended(process)


def test_f11_what_a_killed_worker_held_is_free_though_its_machine_had_another_name(
    tmp_path: Path, server: Server
) -> None:
    """As each container has."""
    machine = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"']
    if subprocess.run([*machine, "first", "true"], capture_output=True, check=False).returncode:
        pytest.skip("only root may give a process another name of the machine")
    server.routes["/slow"] = silent
    config = configuration(tmp_path, {"slow": server.url("/slow")})
    for count, name in enumerate(("first", "second"), 1):
        with running(config, "worker", under=[*machine, name]) as process:
            until(lambda count=count: len(server.asked("/slow")) == count)  # type: ignore[misc]
            owners = query(config, "SELECT lease_owner FROM sources")
            assert [owner.partition("/")[0] for (owner,) in owners] == [name]
            process.kill()


def test_f11_a_container_of_the_same_name_takes_no_lease_from_the_service(tmp_path: Path, server: Server) -> None:
    """With the network of the host, for example; each counts processes by itself."""
    container = ["unshare", "--pid", "--fork", "--mount-proc"]
    if subprocess.run([*container, "true"], capture_output=True, check=False).returncode:
        pytest.skip("only root may make a container")
    server.routes["/slow"] = silent
    config = configuration(tmp_path, {"slow": server.url("/slow")})
    with running(config, "worker") as process:
        until(lambda: len(server.asked("/slow")) == 1)
        beside = subprocess.run(
            [*container, *command(config, "poll")], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert "1 source left alone, polled by another process" in beside.stdout, beside.stderr
        process.kill()


def test_40_a_secret_of_the_environment_is_written_nowhere(tmp_path: Path, server: Server) -> None:
    """Not by what it is asked for, nor by where that leads, nor by links that are completed from there, nor by links, names and guids
    that the source itself makes for whoever asks."""
    secret = "s3cret-0f-the-wire"
    body = document("one").replace(b"<link>https://one.example/one-0</link>", b"<link>#fragment</link>")
    own = f"?key={secret}".encode()
    body = body.replace(
        b"<link>https://one.example/one-1</link>", b"<link>https://one.example/one-1" + own + b"</link>"
    )
    picture = b"&lt;img src='/shown.jpg" + own + b"'&gt;"
    body = body.replace(
        b"<description>", b"<description>&lt;a href='/play" + own + b"'&gt;Hear it&lt;/a&gt; " + picture
    )
    body = body.replace(b"<item>", b"<image><url>https://one.example/icon.png" + own + b"</url></image><item>", 1)
    assert body.count(own) > 4
    names = b"".join(b"<%s>For %s</%s>" % (name, secret.encode(), name) for name in (b"author", b"category"))
    names += b"<enclosure url='https://one.example/heard.mp3" + own + b"' type='audio/mpeg'/>"
    body = body.replace(b"<title>", b"<title>For " + secret.encode() + b": ").replace(b"<guid", names + b"<guid")
    body = body.replace(b"</guid>", own + b"</guid>")
    assert body.count(b"<author>For " + secret.encode()) > 2
    server.routes["/moved"] = redirect(f"/to-one?key={secret}", "301 Moved Permanently")
    server.routes["/elsewhere"] = redirect(f"/to-two?other={secret}", "302 Found")
    server.routes |= dict.fromkeys(("/one", "/to-one", "/to-two"), conditional(body))
    sources = {name: server.url(f"/{name}?key=") + "${WIRE_KEY}" for name in ("one", "moved", "elsewhere")}
    config = configuration(tmp_path, sources)
    for _ in range(2):
        done = aggregator(config, "poll", WIRE_KEY=secret)
        assert done.returncode == 0
        assert "3 sources polled" in done.stdout
        assert "0 failed" in done.stdout, done.stdout
        assert secret not in done.stdout + done.stderr
    assert aggregator(config, "sources", "--json", WIRE_KEY=secret).stdout.count(secret) == 0
    holders = [
        file for file in (tmp_path / "instance").rglob("*") if file.is_file() and secret.encode() in file.read_bytes()
    ]
    assert holders == []
    assert query(
        config, "SELECT count(*) FROM texts WHERE enclosures LIKE '%heard.mp3%' AND image LIKE '%shown.jpg%'"
    ) == [(60,)]
    assert query(config, "SELECT count(*) FROM sources WHERE icon LIKE '%icon.png%'") == [(3,)]
    others = ("/moved", "/to-one", "/elsewhere", "/to-two")
    known = {path: ["if-none-match" in one.headers for one in server.asked(path)] for path in ("/one", *others)}
    assert known == {"/one": [False, True]} | {path: [False, False] for path in others}, (
        "its own validators are sent back, of another address none are kept"
    )


def test_a_key_in_a_header_is_not_told_by_where_the_server_leads(tmp_path: Path, server: Server) -> None:
    """To signed addresses, for example: the one to which a source moved is shown to everybody."""
    secret = "s3cret-0f-the-wire"
    server.routes |= {
        "/moved": redirect(f"/for/{secret}/feed?token=of-all-1", "301 Moved Permanently"),
        "/plain": redirect("/feed?token=of-all-1", "301 Moved Permanently"),
    }
    server.routes |= dict.fromkeys((f"/for/{secret}/feed", "/feed"), conditional(document("one")))
    config = configuration(tmp_path, {name: server.url(f"/{name}?token=of-all-1") for name in ("moved", "plain")})
    text = config.read_text().replace("url:", 'headers: {Authorization: "Bearer ${WIRE_KEY}"}, url:')
    config.write_text(text)
    for _ in range(2):
        done = aggregator(config, "poll", WIRE_KEY=secret)
        assert "0 failed" in done.stdout, done.stdout
    dump = query(config, "SELECT * FROM sources")
    assert secret not in str(dump)
    assert query(config, "SELECT id, moved_count FROM sources ORDER BY id") == [("moved", 0), ("plain", 2)]
    known = ["if-none-match" in one.headers for one in server.asked("/feed")]
    assert known == [False, True], "what is no key of the headers is kept"


def test_a_key_that_a_feed_repeats_is_hidden_in_every_writing(tmp_path: Path, server: Server) -> None:
    cases = (
        ("?key=${WIRE_KEY}", "?key=Ab%2b%2f12cd=="),  # as .NET escapes
        ("?key=${WIRE_KEY}", "?key=Ab%2B%2F12cd%3d="),
        ("?key=${WIRE_KEY}", "?key=Ab+/12cd%3D="),
        ("?token=Abcdefgh12", "?n=1&token=Abcdefgh12"),
        ("?next=%2F&api_key=Abcdefgh12", "?next=/in%3Fapi_key%3DAbcdefgh12"),
        ("?token=Ab%2B%2F12cd==", "?token=Ab%2b%2f12cd%3d%3d"),
        ("?token=Ab%2B%2F12cd==", "?token=Ab+/12cd=="),
        ("?key=${ESCAPED}", "?key=Ab%2b/12cd=="),
        ("?${QUERY}", "?token=Abcdefgh12"),
    )
    sources = {}
    for n, (address, written) in enumerate(cases):
        text = escape(f'<a href="https://s{n}.example/play{escape(written)}">Play</a> {escape(written)}')
        body = document(f"s{n}").replace(b"</link>", escape(written).encode() + b"</link>")
        server.routes[f"/{n}"] = conditional(body.replace(b"<description>", b"<description>" + text.encode()))
        sources[f"s{n}"] = server.url(f"/{n}") + address
    config = configuration(tmp_path, sources)
    polled = aggregator(
        config, "poll", WIRE_KEY="Ab+/12cd==", ESCAPED="Ab%2B%2F12cd%3D%3D", QUERY="n=1&token=Abcdefgh12"
    )
    assert polled.returncode == 0
    for n, case in enumerate(cases):
        columns = "SELECT url, canonical, summary, content FROM texts"
        told = query(config, f"{columns} WHERE url LIKE 'https://s{n}.example/s{n}-%?%'")
        text = "".join("".join(one) for one in told)
        assert len(told) == 20, case
        assert "12cd" not in text, case
        assert "efgh12" not in text, case
        assert text.count("***") == 5 * len(told), case


def test_what_only_looks_like_a_secret_is_no_word_or_site_that_items_lose(tmp_path: Path, server: Server) -> None:
    """The site of a source in a variable, and the last word of a cookie."""
    text = escape(f'<a href="{server.url("/play")}">Play</a> an anonymous source')
    server.routes["/one"] = conditional(document("one").replace(b"<description>", b"<description>" + text.encode()))
    config = configuration(tmp_path, {"one": "${SITE}/one"})
    config.write_text(config.read_text().replace("${SITE}/one'", "${SITE}/one', headers: {Cookie: a=1; anonymous}"))
    assert aggregator(config, "poll", SITE=server.url("")).returncode == 0
    told = query(config, "SELECT content FROM texts")
    assert len(told) == 20
    assert all(f'href="{server.url("/play")}"' in content for (content,) in told)
    assert all("an anonymous source" in content for (content,) in told)


def test_relative_links_of_a_source_whose_host_is_in_a_variable_lead_there(tmp_path: Path, server: Server) -> None:
    """They led to http://***/, or nowhere."""
    host = server.url("").removeprefix("http://")
    for name in ("one", "two", "three"):
        body = document(name).replace(f"<link>https://{name}.example".encode(), b"<link>")
        server.routes[f"/{name}"] = conditional(body)
    config = configuration(tmp_path, {"one": "http://${HOST}/one", "two": "${SITE}/two", "three": "${ROOT}three"})
    assert aggregator(config, "poll", HOST=host, SITE=f"http://{host}", ROOT=f"http://{host}/").returncode == 0
    found = query(config, "SELECT url FROM texts")
    assert (len(found), {urlsplit(url).netloc for (url,) in found}) == (60, {host})


def test_f23_a_killed_web_process_is_replaced(tmp_path: Path, server: Server) -> None:
    config = configuration(tmp_path, {"one": server.url("/one")})
    with serving(config) as (process, root):
        web = [pid for pid, line in children(process.pid).items() if "sandbox.child" not in line]
        assert web
        os.kill(min(web), signal.SIGKILL)
        until(lambda: "starting it again" in log_of(config))
        until(lambda: serves(f"{root}/readyz"))
        ended(process)


def test_a_web_process_whose_service_was_killed_before_it_came_up_does_not_stay(tmp_path: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    port = free_port()
    parent = ("env", f"{PARENT}={gone.pid}")
    with running(configuration(tmp_path, {}), "serve", "--port", str(port), under=parent) as process:
        assert process.wait(PATIENCE) == 0
    assert not serves(f"http://127.0.0.1:{port}/healthz")


def test_f22_a_broken_file_takes_no_web_from_readers(tmp_path: Path, server: Server) -> None:
    """Neither where a web process dies meanwhile, nor where one is started."""
    config = configuration(tmp_path, {"one": server.url("/one")})
    other = free_port()
    with serving(config) as (process, root):
        config.write_text("sources: [")
        until(lambda: b"not closed" in get(f"{root}/sources")[1])
        for pid, line in children(process.pid).items():
            if " serve " in line:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        until(lambda: not serves(f"{root}/readyz"))
        until(lambda: serves(f"{root}/readyz"))
        assert b"not closed" in get(f"{root}/sources")[1]
        with running(config, "serve", "--port", str(other)) as web:
            until(lambda: serves(f"http://127.0.0.1:{other}/sections/defense"))
            ended(web)
        told = (tmp_path / "log").read_text()
        assert f"{config}:1:11: " in told
        assert "going on by the configuration in force" in told
        ended(process)


@pytest.mark.parametrize("archive", ["none", "empty file", "server"])
@pytest.mark.parametrize("started", ["run", "worker", "serve"])
def test_f22_a_broken_file_is_what_is_told_where_nothing_is_in_force_yet(
    tmp_path: Path, archive: str, started: str
) -> None:
    """On a new server, `worker` said that there is no archive yet, which `worker` would create, and was started again forever."""
    config = tmp_path / "feeds.yaml"
    config.write_text("sources: [")
    file = tmp_path / "instance" / "aggregator.db"
    if archive == "empty file":  # of a process that was killed as it began
        file.parent.mkdir()
        file.touch()
    database = ["--database", fresh_database()] if archive == "server" else []
    told = aggregator(config, *database, started)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith(f"{config}:1:11: ")


def test_f22_a_service_that_dies_while_the_file_is_broken_starts_again_by_what_is_in_force(
    tmp_path: Path, server: Server
) -> None:
    """Or else a crash or a reboot would end all polling until somebody has mended the file and started the service by hand."""
    config = configuration(tmp_path, {"one": server.url("/one")})
    sound = config.read_text()
    with serving(config) as (process, _):
        config.write_text("sources: [")
        process.kill()
        process.wait(PATIENCE)
    port = free_port()
    root = f"http://127.0.0.1:{port}"
    with running(config, "run", "--port", str(port)) as process:
        until(lambda: serves(f"{root}/readyz"))  # it is polling, too
        until(lambda: b"not closed" in get(f"{root}/sources")[1])
        config.write_text(sound.replace("Test Wire", "Mended Wire"))
        until(lambda: b"Mended Wire" in get(f"{root}/sources")[1])
        until(lambda: b"not closed" not in get(f"{root}/sources")[1])
        ended(process)
    config.write_text("sources: [")
    with running(config, "worker") as process:
        until(lambda: "in force:" in (tmp_path / "log").read_text())
        ended(process)
    assert f"{config}:1:11: " in (tmp_path / "log").read_text()


def test_nothing_is_left_behind_by_a_killed_service(tmp_path: Path, server: Server) -> None:
    config = configuration(tmp_path, {"one": server.url("/one")})
    with serving(config) as (process, _):
        until(lambda: any("sandbox.child" in line for line in children(process.pid).values()))
        descendants = children(process.pid)
        process.kill()
        process.wait(PATIENCE)
        until(lambda: not any(map(runs, descendants)))


# What follows takes longer and is run by `make faults`.


@pytest.mark.slow
def test_f5_a_full_disk_degrades_and_mends_without_a_restart(tmp_path: Path, server: Server) -> None:
    async def fresh(request: Request, writer: asyncio.StreamWriter) -> None:
        body = document(f"n{len(server.requests)}", 900, "word " * 200)
        await answer(body, content_type="application/rss+xml")(request, writer)

    with small_disk(tmp_path / "instance", "2m") as disk:
        config = configuration(
            tmp_path,
            {"one": server.url("/one"), **{f"b{n}": server.url(f"/big?{n}") for n in range(4)}},
            head="defaults: {every: 30s}",
        )
        server.routes["/big"] = fresh
        port = free_port()
        root = f"http://127.0.0.1:{port}"
        ballast = disk / "ballast"
        with running(config, "run", "--port", str(port)) as process:
            until(lambda: readiness(root).startswith("degraded"))
            assert "the disk is full" in log_of(config)
            for _ in range(20):
                assert get(f"{root}/latest.rss")[0] == 200
                assert get(f"{root}/")[0] == 200
                assert get(f"{root}/healthz")[0] == 200
            asked = len(server.asked("/big"))
            with contextlib.suppress(OSError):
                ballast.write_bytes(bytes(4 << 20))
            time.sleep(15)
            assert len(server.asked("/big")) - asked <= 8, "a full disk is no reason to ask the more often"
            ballast.unlink()
            subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
            until(lambda: readiness(root) == "ready")
            until(lambda: query(config, "SELECT count(*) > 300 FROM items") == [(1,)])
            assert query(config, "PRAGMA quick_check") == [("ok",)]
            ended(process)


def test_f5_an_edit_for_which_a_full_disk_has_no_room_at_start_waits_and_readers_are_served(
    tmp_path: Path, server: Server
) -> None:
    """The service ended, and nothing was served until there was room."""
    with small_disk(tmp_path / "instance", "4m") as disk:
        config = configuration(tmp_path, {"one": server.url("/one")})
        aggregator(config, "poll")
        fill(disk / "ballast")
        os.truncate(disk / "ballast", (disk / "ballast").stat().st_size - (64 << 10))  # for what reading needs
        long = "".join(f"# {os.urandom(60).hex()}\n" for _ in range(2000))
        config.write_text(config.read_text().replace("Test Wire", "Edited Wire").replace("/one", "/two") + long)
        port = free_port()
        root = f"http://127.0.0.1:{port}"
        with running(config, "run", "--port", str(port)) as process:
            until(lambda: readiness(root) == "degraded: store")
            assert b"Test Wire" in get(f"{root}/latest.rss")[1]
            assert "is in force" not in log_of(config)
            (disk / "ballast").unlink()
            until(lambda: readiness(root) == "ready")
            assert b"Edited Wire" in get(f"{root}/latest.rss")[1]
            until(lambda: query(config, "SELECT count(*) FROM items") == [(40,)])
            ended(process)


@pytest.mark.slow
def test_f1_and_f5_who_was_killed_on_a_full_disk_starts_on_it(tmp_path: Path, server: Server) -> None:
    """The leases of the killed process could not be given back, and the next one ended."""
    server.routes["/silent"] = silent
    with small_disk(tmp_path / "instance", "4m") as disk:
        config = configuration(tmp_path, {"one": server.url("/one"), "silent": server.url("/silent")})
        with running(config, "worker") as process:
            until(lambda: bool(server.asked("/silent")) and query(config, "SELECT count(*) FROM items") == [(20,)])
            process.kill()
            process.wait()
        fill(disk / "ballast")
        port = free_port()
        root = f"http://127.0.0.1:{port}"
        with running(config, "run", "--port", str(port)) as process:
            until(lambda: process.poll() is not None or readiness(root).startswith("degraded"))
            assert get(f"{root}/latest.rss")[0] == 200
            (disk / "ballast").unlink()
            until(lambda: readiness(root) == "ready" and len(server.asked("/silent")) > 1)
            ended(process)


def test_f7_a_service_that_starts_beside_a_long_write_serves_until_it_may_write(tmp_path: Path, server: Server) -> None:
    """It ended after a minute."""
    config = configuration(tmp_path, {"one": server.url("/one")})
    aggregator(config, "poll")
    port = free_port()
    root = f"http://127.0.0.1:{port}"
    with contextlib.closing(sqlite3.connect(tmp_path / "instance" / "aggregator.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with running(config, "run", "--port", str(port), under=IMPATIENT) as process:
            until(lambda: process.poll() is not None or readiness(root) == "degraded: store")
            assert get(f"{root}/latest.rss")[0] == 200
            other.execute("COMMIT")
            until(lambda: readiness(root) == "ready")
            ended(process)


@pytest.mark.slow
def test_f6_a_disk_that_fails_becomes_read_only_under_the_service_and_loses_nothing(
    tmp_path: Path, server: Server
) -> None:
    config = configuration(tmp_path, {"one": server.url("/one")}, head="defaults: {every: 3s}")
    port, image = free_port(), tmp_path / "disk.img"
    root = f"http://127.0.0.1:{port}"
    with failing_disk(tmp_path / "instance", image) as fail, running(config, "run", "--port", str(port)) as process:
        until(lambda: serves(f"{root}/readyz"))
        until(lambda: b"Thing1 of one" in get(f"{root}/latest.rss")[1])
        fail()
        server.routes["/one"] = conditional(document("later"))
        until(lambda: readiness(root) not in ("", "ready"))
        for address in ("/latest.rss", "/", "/sections/world", "/latest.json?limit=3", "/api/v1/stories?q=thing1"):
            assert get(f"{root}{address}")[0] == 200
        assert process.poll() is None
        assert "cannot be" in log_of(config)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0, log_of(config)
    with failing_disk(tmp_path / "instance", image), running(config, "run", "--port", str(port)) as process:
        until(lambda: b"of later" in get(f"{root}/latest.rss")[1] if serves(f"{root}/readyz") else False)
        assert query(config, "SELECT count(*) FROM items") == [(40,)]
        assert query(config, "PRAGMA integrity_check") == [("ok",)]
        ended(process)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [30])
def test_f7_a_database_locked_for_long_loses_no_poll_and_no_page(tmp_path: Path, server: Server, seconds: int) -> None:
    config = configuration(tmp_path, {"one": server.url("/one")}, head="defaults: {every: 30s}")
    with serving(config) as (process, root):
        until(lambda: b"Thing1 of one" in get(f"{root}/latest.rss")[1])
        server.routes["/one"] = conditional(document("later"))
        other = sqlite3.connect(tmp_path / "instance" / "aggregator.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        until_ = time.monotonic() + seconds
        while time.monotonic() < until_:
            assert get(f"{root}/latest.rss")[0] == 200
            time.sleep(0.5)
        other.execute("COMMIT")
        until(lambda: b"of later" in get(f"{root}/latest.rss")[1])
        assert query(config, "SELECT count(*) FROM items") == [(40,)]
        until(lambda: readiness(root) == "ready")
        other.execute("BEGIN IMMEDIATE")
        time.sleep(6)  # a tick waits for the lock now
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0, "a locked database holds up no shutdown"
        assert time.monotonic() - began < 10
        other.execute("COMMIT")
        other.close()


@pytest.mark.slow
def test_f13_a_suspended_service_owes_each_source_one_poll(tmp_path: Path, server: Server) -> None:
    """Eight hours scaled to a minute: two intervals of half a minute pass in it."""
    config = configuration(
        tmp_path, {"one": server.url("/one"), "two": server.url("/two")}, head="defaults: {every: 30s}"
    )
    with running(config, "worker") as process:
        until(lambda: len(server.asked("/one")) == len(server.asked("/two")) == 1)
        time.sleep(6)
        process.send_signal(signal.SIGSTOP)
        time.sleep(75)
        before = len(server.requests)
        process.send_signal(signal.SIGCONT)
        time.sleep(15)
        assert len(server.requests) - before == 2
        ended(process)


@pytest.mark.slow
def test_f25_idle_connections_and_a_flood_of_readers_within_256_files(tmp_path: Path, server: Server) -> None:
    server.routes.update({f"/{n}": conditional(document(f"s{n}")) for n in range(20)})
    config = configuration(tmp_path, {f"s{n}": server.url(f"/{n}") for n in range(20)}, head="defaults: {every: 30s}")
    port = free_port()
    root = f"http://127.0.0.1:{port}"
    with running(config, "run", "--port", str(port), under=["sh", "-c", 'ulimit -n 256; exec "$@"', "sh"]) as process:
        until(lambda: serves(f"{root}/readyz"))
        until(lambda: query(config, "SELECT count(*) FROM items") == [(400,)])
        mute, begun, times = asyncio.run(_flood(port))
        assert (mute, begun) == (0, 0), "who says nothing, and who begins a request, has half a minute to end one"
        times.sort()
        assert len(times) == 50 * 40
        assert times[int(len(times) * 0.99)] < 0.2 * busy(), f"p99 {times[int(len(times) * 0.99)]:.3f} s"
        most = max(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in [process.pid, *children(process.pid)])
        assert most < 256
        assert query(config, "SELECT sum(polls) > 25 FROM sources") == [(1,)], "polling goes on"
        ended(process)


async def _flood(port: int, seconds: int = 40, rate: int = 50) -> tuple[int, int, list[float]]:
    """100 connections that say nothing, 100 that say no more than the start of a request, and `rate` requests a second beside them.
    Returns how many of each are still open at the end, and how long each answer took."""
    idle = []
    for number in range(200):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        if number % 2:
            writer.write(b"GET /latest.rss HTTP/1.1\r\nHost: x\r\n")
        idle.append((reader, writer))

    async def ask() -> float:
        began = time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /latest.rss HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        status = await reader.readline()
        await reader.read()
        writer.close()
        assert b" 200 " in status, status
        return time.monotonic() - began

    asks = []
    for _ in range(seconds * rate):
        asks.append(asyncio.create_task(ask()))
        await asyncio.sleep(1 / rate)
    times = list(await asyncio.gather(*asks))
    ends = [asyncio.create_task(reader.read(1)) for reader, _ in idle]
    await asyncio.wait(ends, timeout=1)
    mute, begun = (sum(not end.done() for end in ends[start::2]) for start in (0, 1))
    for _, writer in idle:
        writer.close()
    await asyncio.gather(*ends, return_exceptions=True)
    return mute, begun, times
