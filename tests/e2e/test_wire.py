"""The whole way, as a user walks it: feeds.yaml → local feeds → commands → real HTTP."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest
from builders import empty_archive, rss
from builders.process import (
    PATIENCE,
    aggregator,
    command,
    configuration,
    ended,
    environment,
    free_port,
    get,
    query,
    running,
    serves,
    serving,
    until,
)
from servers.local import Server, answer, conditional

from aggregator.cli.main import main
from aggregator.worker import service, web_process

RECENT = datetime.now(UTC).replace(microsecond=0)
FRIGATE = "Frigate Sachsen collides with freighter near Bornholm in the Baltic"


def feeds() -> dict[str, bytes]:
    one = [("a1", FRIGATE, RECENT - timedelta(hours=2)), ("a2", "Parliament of Norway votes on fishing quotas", RECENT)]
    other = [("b1", f"{FRIGATE}, navy says", RECENT - timedelta(hours=1))]
    return {"/one": rss(one, "One", "one.example"), "/two": rss(other, "Two", "two.example")}


def test_poll_then_serve(tmp_path: Path) -> None:
    with Server({path: conditional(body) for path, body in feeds().items()}) as server:
        config = configuration(
            tmp_path, {"one": server.url("/one"), "two": server.url("/two"), "dead": server.url("/none")}
        )
        first = aggregator(config, "poll", "--json")
        assert first.returncode == 0, first.stderr
        report = json.loads(first.stdout)
        assert (report["polled"], report["new"], report["placed"], report["stories"]) == (3, 3, 3, 2)
        assert [failed["source"] for failed in report["failed"]] == ["dead"]
        again = json.loads(aggregator(config, "poll", "--json").stdout)
        assert (again["not_modified"], again["new"]) == (2, 0)
        due = json.loads(aggregator(config, "poll", "--due", "--json").stdout)
        assert due["polled"] == 0, "nothing is due right after a poll"
        rows = json.loads(aggregator(config, "sources", "--json").stdout)["sources"]
        assert {row["id"]: row["state"] for row in rows} == {"one": "ok", "two": "ok", "dead": "failing"}
        port = free_port()
        with running(config, "serve", "--port", str(port)) as process:
            root = f"http://127.0.0.1:{port}"
            until(lambda: serves(f"{root}/healthz"))
            _, body, headers = get(f"{root}/sections/defense.rss")
            parsed = feedparser.parse(body)
            assert [entry.title for entry in parsed.entries] == [FRIGATE]
            assert parsed.entries[0].id.startswith("urn:uuid:")
            assert get(f"{root}/sections/defense.rss", If_None_Match=headers["etag"])[0] == 304
            told = json.loads(get(f"{root}/api/v1/stories?min_publishers=2")[1])["stories"]
            assert [story["publishers"] for story in told] == [["one", "two"]]
            assert get(told[0]["url"])[0] == 200
            ended(process)


def test_what_the_store_lost_comes_back_though_the_source_says_it_in_the_same_words(tmp_path: Path) -> None:
    first, second = ("a1", FRIGATE, RECENT - timedelta(hours=2)), ("a2", "Parliament votes on quotas", RECENT)
    with Server({"/one": conditional(rss([first], "One", "one.example"))}) as server:
        config = configuration(tmp_path, {"one": server.url("/one")})
        assert json.loads(aggregator(config, "poll", "--json").stdout)["new"] == 1
        with closing(sqlite3.connect(tmp_path / "instance" / "aggregator.db")) as archive, archive:
            for row in ("items WHERE n", "texts WHERE item", "placements WHERE item", "stories WHERE n"):
                archive.execute(f"DELETE FROM {row} = 1")
        server.routes["/one"] = conditional(rss([second, first], "One", "one.example"))
        assert json.loads(aggregator(config, "poll", "--json").stdout)["new"] == 2
        with closing(sqlite3.connect(tmp_path / "instance" / "aggregator.db")) as archive:
            found = archive.execute("SELECT title, summary != '' FROM texts ORDER BY title").fetchall()
        assert found == [(FRIGATE, True), ("Parliament votes on quotas", True)]


ELSEWHERE = "import os, sys; os.chdir(sys.argv[1]); os.execv(sys.argv[2], [sys.argv[2], '-P', *sys.argv[3:]])"


def test_run_polls_serves_and_ends_within_ten_seconds_though_a_reader_holds_on(tmp_path: Path) -> None:
    (tmp_path / "html.py").write_text("raise SystemExit('not of the program')")
    with Server({path: conditional(body) for path, body in feeds().items()}) as server:
        config = configuration(tmp_path, {"one": server.url("/one"), "two": server.url("/two")})
        port = free_port()
        with running(
            config, "run", "--port", str(port), under=(sys.executable, "-c", ELSEWHERE, str(tmp_path))
        ) as process:
            root = f"http://127.0.0.1:{port}"
            until(lambda: serves(f"{root}/readyz"))
            until(lambda: len(feedparser.parse(get(f"{root}/latest.atom")[1]).entries) == 2)
            second = aggregator(config, "worker")
            assert second.returncode == 1
            assert f"process {process.pid} polls into" in second.stderr
            taken = aggregator(config, "serve", "--port", str(port))
            assert taken.returncode == 1
            assert f"cannot listen on 127.0.0.1:{port}" in taken.stderr
            with socket.create_connection(("127.0.0.1", port)) as idle:
                idle.sendall(b"GET /latest HTTP/1.1\r\nHost: x\r\n")  # a reader that never finishes its request
                ended(process)
        assert web_process.PATIENCE < service.LAST_CALL < 10
        assert len(server.asked("/one")) == 1, "a source is polled once, not at every tick"


def test_a_restart_polls_nothing_again(tmp_path: Path) -> None:
    with Server({"/one": conditional(feeds()["/one"])}) as server:
        config = configuration(tmp_path, {"one": server.url("/one")})
        for _ in range(2):
            with serving(config) as (process, _):
                until(lambda: len(server.asked("/one")) == 1)
                process.send_signal(signal.SIGINT)
                assert process.wait(PATIENCE) == 0
        assert len(server.asked("/one")) == 1


def test_one_broken_source_stops_nothing_and_is_polled_on(tmp_path: Path) -> None:
    page = b"<!doctype html><html><body><form action='/login'>Sign in</form></body></html>"
    with Server({"/one": conditional(feeds()["/one"]), "/login": answer(page, content_type="text/html")}) as server:
        config = configuration(tmp_path, {"one": server.url("/one"), "login": server.url("/login")})
        report = json.loads(aggregator(config, "poll", "--json").stdout)
        assert report["new"] == 2
        assert [failed["source"] for failed in report["failed"]] == ["login"]
        server.routes["/login"] = conditional(feeds()["/two"])
        assert json.loads(aggregator(config, "poll", "login", "--json").stdout)["new"] == 1


def test_classify_is_the_code_of_the_edition(tmp_path: Path) -> None:
    config = configuration(tmp_path, {"one": "https://one.example/feed"})
    rows = [
        {"id": "x", "title": FRIGATE, "publisher": "One", "published": "2026-11-24T10:00:00Z"},
        {
            "id": 7,
            "title": "Parliament votes on fishing quotas",
            "publisher": "Two",
            "published": "2026-11-24T09:00:00Z",
        },
        {"id": "y", "title": f"{FRIGATE}, navy says", "publisher": "Three", "published": "2026-11-24T11:00:00Z"},
    ]
    source = tmp_path / "items.jsonl"
    source.write_text("\n".join(json.dumps(row) for row in rows) + "\n")
    done = aggregator(config, "classify", str(source))
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in found] == ["x", 7, "y"]
    assert [row["story"] for row in found] == ["x", 7, "x"]
    assert found[0]["section"] == "defense"
    assert found[0]["receipts"][0]["matched"][0]["text"] == "Frigate"
    line = config.read_text().splitlines().index("    words: [missile*, defense, {frigate: 5}]") + 1
    assert found[0]["receipts"][0]["at"].endswith(f"feeds.yaml:{line}")
    assert not (tmp_path / "instance" / "aggregator.db").exists(), "classify keeps no past"


def test_bad_usage_says_what_to_do_and_exits_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = configuration(tmp_path, {"one": "https://one.example/feed"})
    empty_archive(tmp_path / "instance")
    for arguments, code, words in (
        (["poll", "onne"], 2, "did you mean `one`?"),
        (["serve", "--port", "99999"], 2, "from 1 to 65535"),
        (["run", "--port", "²"], 2, "--port: expected a number"),
        (["plan", "--limit", "9" * 5000], 2, "--limit: expected a number"),
        (["explain", "https://nowhere.example/x"], 1, "no item with this address"),
    ):
        try:
            found = main([*command(config)[3:], *arguments])
        except SystemExit as end:
            assert isinstance(end.code, int)
            found = end.code
        said = capsys.readouterr().err
        assert (found, words in said) == (code, True), said
    done = aggregator(config, "nonsense")
    assert (done.returncode, "there is no `nonsense`" in done.stderr, "Traceback" in done.stderr) == (
        2,
        True,
        False,
    )


def test_a_source_whose_address_changed_is_polled_now(tmp_path: Path) -> None:
    with Server({path: conditional(body) for path, body in feeds().items()}) as server:
        config = configuration(tmp_path, {"one": server.url("/one")})
        aggregator(config, "poll")
        config = configuration(tmp_path, {"one": server.url("/two")})
        aggregator(config, "apply")
        assert "next poll now: its address changed" in aggregator(config, "sources").stdout


def test_the_back_catalogue_of_an_address_that_an_edit_gave_is_no_burst_of_news(tmp_path: Path) -> None:
    week_ago = RECENT - timedelta(days=7)
    old = rss([(f"old{n}", f"Event{n} happened at place{n}", week_ago) for n in range(20)], "One", "one.example")
    with Server({"/one": conditional(feeds()["/one"]), "/all": conditional(old)}) as server:
        aggregator(configuration(tmp_path, {"one": server.url("/one")}), "poll")
        config = configuration(tmp_path, {"one": server.url("/all")})
        assert "20 new items" in aggregator(config, "poll").stdout
        entered = query(config, f"SELECT count(*) FROM items WHERE entered = {int(week_ago.timestamp())}")
        assert entered == [(20,)]


@pytest.mark.parametrize("how", ["paused", "removed"])
def test_what_a_source_listed_during_a_pause_is_no_burst_of_news(tmp_path: Path, how: str) -> None:
    """What it brings afterwards is news again, also where the first document after the pause was the one known."""
    week_ago = RECENT - timedelta(days=7)

    def listing(count: int) -> bytes:
        return rss([(f"e{n}", f"Event{n} happened at place{n}", week_ago) for n in range(count)], "One", "one.example")

    with Server({"/one": conditional(listing(5)), "/two": conditional(feeds()["/two"])}) as server:
        both = {"one": server.url("/one"), "two": server.url("/two")}
        config = configuration(tmp_path, both)
        aggregator(config, "poll")
        old = f"SELECT entered = {int(week_ago.timestamp())}, count(*) FROM items WHERE at = {int(week_ago.timestamp())} GROUP BY 1"
        for count, expected in ((25, [(1, 25)]), (25, [(1, 25)]), (30, [(0, 5), (1, 25)])):
            if expected == [(1, 25)]:
                text = config.read_text()
                if how == "paused":
                    config.write_text(text.replace("id: one,", "id: one, enabled: false,"))
                else:
                    configuration(tmp_path, {"two": server.url("/two")})
                aggregator(config, "poll")
                config.write_text(text)
            server.routes["/one"] = conditional(listing(count))
            aggregator(config, "poll")
            assert query(config, old) == expected
        assert sum("if-none-match" not in request.headers for request in server.asked("/one")) == 1


def test_backup_while_running_and_prune(tmp_path: Path) -> None:
    with Server({"/one": conditional(feeds()["/one"])}) as server:
        config = configuration(tmp_path, {"one": server.url("/one")})
        with serving(config) as (_, root):
            until(lambda: b"fishing" in get(f"{root}/latest.rss")[1])
            assert aggregator(config, "backup", str(tmp_path / "copy.db")).returncode == 0
            assert aggregator(config, "backup", str(tmp_path / "copy.db")).returncode == 1
            assert aggregator(config, "prune").returncode == 0
        assert (tmp_path / "copy.db").stat().st_size > 0


def test_poll_leaves_alone_who_said_to_wait_or_to_go_away(tmp_path: Path) -> None:
    routes = {
        "/busy": answer(b"", "429 Too Many Requests", retry_after="7200"),
        "/gone": answer(b"", "410 Gone"),
        "/one": conditional(feeds()["/one"]),
    }
    with Server(routes) as server:
        config = configuration(tmp_path, {path.strip("/"): server.url(path) for path in routes})
        aggregator(config, "poll")
        again = json.loads(aggregator(config, "poll", "--json").stdout)
        assert sorted(one["source"] for one in again["held"]) == ["busy", "gone"]
        assert (len(server.asked("/busy")), len(server.asked("/gone")), len(server.asked("/one"))) == (1, 1, 2)
        aggregator(config, "poll", "gone")
        assert len(server.asked("/gone")) == 2, "an editor who names a source wants it polled"
        rows = {row["id"]: row for row in json.loads(aggregator(config, "sources", "--json").stdout)["sources"]}
        assert rows["gone"]["next_poll"] is None


def test_a_renamed_source_redirects_and_topics_found_by_places_hold_items(tmp_path: Path) -> None:
    with Server({"/one": conditional(feeds()["/one"])}) as server:
        config = configuration(tmp_path, {"one": server.url("/one")})
        aggregator(config, "poll")
        config.write_text(config.read_text().replace("{name: one, id: one,", "{name: One, id: uno, was: [one],"))
        aggregator(config, "poll")
        port = free_port()
        with running(config, "serve", "--port", str(port)):
            root = f"http://127.0.0.1:{port}"
            until(lambda: serves(f"{root}/healthz"))
            parsed = json.loads(get(f"{root}/sources/one.json")[1])  # urllib follows the redirect
            assert parsed["feed_url"] == f"{root}/sources/uno.json"
            assert len(parsed["items"]) == 2
            assert [item["_aggregator"]["publishers"] for item in parsed["items"]] == [["One"]] * 2, (
                "by its name of today"
            )
            page = get(f"{root}/stories/{parsed['items'][0]['_aggregator']['story']}")[1].decode()
            assert "Read it at One</a>" in page and '<span class="outlets">One' in page
            found = json.loads(get(f"{root}/topics/norway.json?view=items")[1])
            assert [item["title"] for item in found["items"]] == ["Parliament of Norway votes on fishing quotas"]


@pytest.mark.parametrize(
    ("said", "host", "where"),
    [
        ("serve", "127.0.0.1", ""),
        ("run", "0.0.0.0", " and at the other addresses of this machine"),
    ],
)
def test_whoever_waits_for_the_line_that_it_serves_is_answered(
    tmp_path: Path, said: str, host: str, where: str
) -> None:
    config, port = configuration(tmp_path, {}), free_port()
    with subprocess.Popen(
        command(config, said, "--host", host, "--port", str(port)), stderr=subprocess.PIPE, text=True, env=environment()
    ) as process:
        assert process.stderr
        line = next(line for line in process.stderr if line.startswith("Serving on "))
        try:
            assert line == f"Serving on http://127.0.0.1:{port}{where} (Ctrl-C stops)\n"
            assert get(f"http://127.0.0.1:{port}/healthz")[0] == 200
        finally:
            process.send_signal(signal.SIGINT)
        process.stderr.read()
    assert process.returncode == 0
