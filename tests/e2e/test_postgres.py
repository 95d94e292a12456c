"""Every command with --database postgresql://…, as its users run it."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import rss
from builders.postgres import execute, fresh_database, server_url
from builders.process import aggregator, configuration, ended, free_port, get, running, serves, until
from servers.link import Link
from servers.local import Server, conditional

from aggregator.store.postgres import archive, connection

DAY = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
NEWS = [
    ("a", "Frigate Sachsen collides with freighter near Bornholm", DAY),
    ("b", "Ministers of Norway meet in Oslo over fish", DAY),
]


def test_every_command_works_on_a_server(tmp_path: Path) -> None:
    url = fresh_database()
    with Server({"/1": conditional(rss(NEWS)), "/2": conditional(rss(NEWS[:1], "Two", "two.example"))}) as server:
        config = configuration(tmp_path, {"one": server.url("/1"), "two": server.url("/2")})

        def run(*arguments: str, code: int = 0) -> str:
            done = aggregator(config, "--database", url, *arguments)
            assert done.returncode == code, (arguments, done.stdout, done.stderr)
            assert "Traceback" not in done.stderr
            return done.stdout + done.stderr

        assert json.loads(run("poll", "--json"))["new"] == 3
        assert json.loads(run("poll", "--json"))["not_modified"] == 2
        assert "last success 20" in run("sources")
        assert "defense" in run("explain", "Frigate Sachsen collides with freighter near Bornholm")
        config.write_text(config.read_text().replace("frigate: 5", "fish: 5"))
        assert run("plan").startswith("Of 2 stored stories 2 change their sections or topics")
        assert "in force now" in run("apply")
        run("prune")
        assert "pg_dump" in run("backup", str(tmp_path / "copy"), code=2)
        assert "copies a SQLite archive" in run("copy", url, code=2)
        assert not (tmp_path / "instance" / "aggregator.db").exists()


def test_retention_is_that_of_the_configuration_in_force_whatever_this_machine_has_for_a_file(tmp_path: Path) -> None:
    url = fresh_database()
    with Server({"/1": conditional(rss(NEWS))}) as server:
        config = configuration(tmp_path, {"one": server.url("/1")})
        assert aggregator(config, "--database", url, "poll").returncode == 0
        execute(url, "UPDATE texts SET listed = listed - 10 * 86400 WHERE title LIKE 'Ministers%'")
        # What was listed since the last news of its source stays, and here that is what is about to be deleted.
        execute(url, "UPDATE sources SET last_new = last_success - 5 * 86400")
        old = tmp_path / "elsewhere"
        old.mkdir()
        stale = configuration(old, {"one": server.url("/1")}, head="defaults: {keep: 1d}")
        assert "The texts of 0 items" in aggregator(stale, "--database", url, "prune").stdout
        assert aggregator(stale, "--database", url, "apply").returncode == 0
        assert "The texts of 1 item" in aggregator(config, "--database", url, "prune").stdout


def test_serve_and_run_read_what_workers_write(tmp_path: Path) -> None:
    url, port = fresh_database(), free_port()
    with Server({"/1": conditional(rss(NEWS))}) as server:
        config = configuration(tmp_path, {"one": server.url("/1")})
        with running(config, "--database", url, "run", "--port", str(port)) as process:
            address = f"http://127.0.0.1:{port}"
            until(lambda: serves(f"{address}/healthz"))
            until(lambda: b"Bornholm" in get(f"{address}/sections/defense.rss")[1])
            until(lambda: get(f"{address}/readyz")[1] == b"ready\n")
            status, _, headers = get(f"{address}/sections/defense.atom")
            assert status == 200
            assert get(f"{address}/sections/defense.atom", If_None_Match=headers["etag"])[0] == 304
            assert b"Oslo" in get(f"{address}/search?q=norway%20meet")[1]
            # The server ends all sessions, as when it starts anew: the next requests find it again.
            execute(
                url,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid != pg_backend_pid()",
            )
            until(lambda: get(f"{address}/latest.json")[0] == 200)
            until(lambda: get(f"{address}/readyz")[1] == b"ready\n")
            ended(process)


def test_serve_cut_off_from_the_server_says_so_in_time_and_can_be_stopped(tmp_path: Path) -> None:
    """Packets get lost, and nobody is told: all threads ask at once, and none may wait for long."""
    url, port = fresh_database(), free_port()
    with Server({"/1": conditional(rss(NEWS))}) as server, Link(url) as link, ThreadPoolExecutor(8) as readers:
        config = configuration(tmp_path, {"one": server.url("/1")})
        assert aggregator(config, "--database", url, "poll").returncode == 0
        with running(config, "--database", link.url, "serve", "--port", str(port)) as process:

            def statuses() -> list[int]:
                addresses = [
                    f"http://127.0.0.1:{port}{path}" for path in ("/", "/latest.rss", "/readyz", "/sources") * 2
                ]
                return [status for status, _, _ in readers.map(get, addresses)]

            until(lambda: serves(f"http://127.0.0.1:{port}/latest.rss"))
            link.cut()
            assert statuses() == [503] * 8
            assert archive.PATIENCE * connection.LATE < 10
            assert get(f"http://127.0.0.1:{port}/healthz")[0] == 200
            link.restore()
            until(lambda: serves(f"http://127.0.0.1:{port}/latest.rss"))
            link.cut()
            ended(process)


def test_what_is_served_is_of_the_database_that_is_there_though_an_earlier_state_of_it_was_put_back(
    tmp_path: Path,
) -> None:
    """A dump was restored, or a standby took over that lacked the last edition: the next one has the number of the one that is gone."""
    url, port = fresh_database(), free_port()
    name = url.partition("?")[0].rpartition("/")[2]
    news = {"/1": conditional(rss(NEWS[:1]))}
    with Server(news) as server:
        config = configuration(tmp_path, {"one": server.url("/1")})

        def publish(id: str, headline: str) -> None:
            server.routes["/1"] = conditional(rss([(id, headline, DAY), *NEWS[:1]]))
            assert aggregator(config, "--database", url, "poll").returncode == 0

        publish("a", NEWS[0][1])
        execute(server_url(), f"CREATE DATABASE {name}_dump TEMPLATE {name}")
        with running(config, "--database", url, "serve", "--port", str(port)):
            latest = f"http://127.0.0.1:{port}/latest.rss"
            until(lambda: serves(latest))
            publish("lost", "Missile strikes a depot in Odesa")
            assert b"Odesa" in get(latest)[1]
            execute(
                server_url(),
                f"DROP DATABASE {name} WITH (FORCE)",
                f"CREATE DATABASE {name} TEMPLATE {name}_dump",
            )
            publish("new", "Ministers of Norway meet in Oslo over fish")
            until(lambda: serves(latest))
            assert b"Oslo" in get(latest)[1]
            assert b"Odesa" not in get(latest)[1]


@pytest.mark.parametrize(
    ("address", "code", "said"),
    [
        ("postgresql://me:hush@127.0.0.1:1/news", 1, "nothing listens there"),
        ("postgresql://me:hush@127.0.0.1:1/news?colour=red", 2, "cannot be read"),
        ("mysql://me:hush@127.0.0.1/news", 2, "postgresql://"),
    ],
)
@pytest.mark.parametrize("command", ["sources", "worker", "serve"])
def test_what_is_wrong_is_one_clear_line_without_the_password(
    tmp_path: Path, address: str, code: int, said: str, command: str
) -> None:
    config = configuration(tmp_path, {"one": "https://one.example/feed"})
    done = aggregator(config, "--database", address, command, AGGREGATOR_PORT=str(free_port()))
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "hush" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    assert os.linesep not in done.stderr.strip().split("aggregator: ", 1)[-1]
