"""Readers that nobody here wrote subscribe over loopback: each sees every entry, sees an update once, and gets 304
when nothing is new. `make interop` writes the table of docs/interop.md."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from newsroom import CONFIG, NEWS, Newsroom, item
from werkzeug.serving import make_server

pytestmark = pytest.mark.skipif(
    os.environ.get("AGGREGATOR_INTEROP") != "1", reason="real readers are tried by `make interop`"
)
PORT = 8391
TABLE = Path(__file__).resolve().parents[2] / "docs/interop.md"
ROWS: dict[str, str] = {}
HEAD = """# Readers that were tried

Each subscribes on loopback to `/latest.rss` and `/latest.atom` of a small archive, is polled again with nothing new,
and again after one new story. Rerun with `make interop`.

| reader | entries seen | nothing new | one story more |
|---|---|---|---|
"""


@dataclass
class Served:
    room: Newsroom
    answers: list[tuple[str, int]] = field(default_factory=list)  # (path, status), as they went out

    def statuses(self) -> list[int]:
        found = [status for path, status in self.answers if path.startswith("/latest.")]
        self.answers.clear()
        return found


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    room = Newsroom(tmp_path / "room", CONFIG.replace("https://wire.example.org/news", f"http://127.0.0.1:{PORT}"))
    room.publish(*NEWS)
    found = Served(room)
    app = room.client.application

    def noted(environ: Any, start_response: Any) -> Any:
        def start(status: str, headers: Any, *more: Any) -> Any:
            found.answers.append((environ["PATH_INFO"], int(status[:3])))
            return start_response(status, headers, *more)

        return app.wsgi_app(environ, start)

    server = make_server("127.0.0.1", PORT, noted, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()
    room.close()


def tried(name: str, served: Served, poll: Callable[[], int], *, conditional: bool = True, warm: int = 1) -> None:
    """Polls: what is there, nothing new, one story more. `poll` returns how many entries the reader holds, `warm` is
    how many full answers it takes before it asks conditionally."""
    held = len(feedparser.parse(served.room.client.get("/latest.rss").data).entries)
    for _ in range(warm):
        assert poll() == held
        assert set(served.statuses()) == {200}
    assert poll() == held
    again = served.statuses()
    assert set(again) == ({304} if conditional else {200})
    served.room.now += timedelta(minutes=5)
    served.room.publish(item("Typhoon Reaches Luzon", age=timedelta(minutes=1)), live=True)
    assert poll() == held + 1
    ROWS[name] = f"| {name} | all {held} | {again[0]} | {held + 1} |"


def address(extension: str) -> str:
    return f"http://127.0.0.1:{PORT}/latest.{extension}"


def version(*command: str) -> str:
    words = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    return next((word for word in words if word[:1].isdigit()), "")


@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_newsboat(served: Served, tmp_path: Path, extension: str) -> None:
    if not shutil.which("newsboat"):
        pytest.skip("newsboat is not installed (apt install newsboat)")
    (tmp_path / "urls").write_text(address(extension) + "\n")
    cache = tmp_path / "cache.db"
    command = ["newsboat", "-u", str(tmp_path / "urls"), "-c", str(cache), "-C", "/dev/null", "-x", "reload"]

    def poll() -> int:
        subprocess.run(command, check=True, env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, timeout=60)
        with sqlite3.connect(cache) as database:
            return int(database.execute("SELECT count(DISTINCT guid) FROM rss_item").fetchone()[0])

    tried(
        f"newsboat {version('newsboat', '--version')} ({extension})", served, poll, warm=2
    )  # as it does with any server


@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_sfeed(served: Served, extension: str) -> None:
    if not shutil.which("sfeed") or not shutil.which("curl"):
        pytest.skip("sfeed or curl is not installed (apt install sfeed curl)")
    seen: set[str] = set()

    def poll() -> int:
        command = f"curl -sf --compressed '{address(extension)}' | sfeed"
        lines = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout.splitlines()
        seen.update(line.split("\t")[5] for line in lines)
        return len(seen)

    tried(f"sfeed ({extension}, fetched by curl)", served, poll, conditional=False)


@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_feedparser_over_http(served: Served, extension: str) -> None:
    kept: dict[str, Any] = {}
    seen: set[str] = set()

    def poll() -> int:
        got = feedparser.parse(address(extension), etag=kept.get("etag"), modified=kept.get("modified"))
        kept.update({name: got[name] for name in ("etag", "modified") if name in got})
        seen.update(entry.id for entry in got.entries)
        return len(seen)

    tried(f"feedparser {feedparser.__version__} ({extension})", served, poll)


@pytest.mark.parametrize("extension", ["rss", "atom", "json"])
def test_the_reader_library(served: Served, extension: str) -> None:
    reader_library = pytest.importorskip("reader", reason="the library reader is not installed (pip install reader)")
    library = reader_library.make_reader(":memory:")
    library.add_feed(address(extension))

    def poll() -> int:
        library.update_feed(address(extension))
        return int(library.get_entry_counts().total)

    tried(f"reader {reader_library.__version__} ({extension})", served, poll)


def test_the_table() -> None:
    """Last in the file: what the others found."""
    TABLE.write_text(HEAD + "\n".join(ROWS.values()) + "\n", "utf-8")
