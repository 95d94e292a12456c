"""An archive that cannot be read is a 503 with words, and over as soon as it is back; never a 500, never a new file."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from unittest.mock import Mock

import pytest
from builders.disks import read_only
from newsroom import NEWS, Newsroom, item, of_the_file

from aggregator.errors import StoreReadOnly, StoreSlow, lack
from aggregator.model import notes
from aggregator.store.lists import Lists
from aggregator.store.sqlite import archive
from aggregator.web.app import create_app
from aggregator.web.library import Library

ADDRESSES = (
    "/",
    "/latest.rss",
    "/api/v1/stories",
    "/search?q=x",
    "/sources",
    "/metrics",
    "/readyz",
    "/news/latest.json",
)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    monkeypatch.setattr(archive, "PATIENCE", 0.05)
    room = Newsroom(tmp_path)
    room.publish(*NEWS)
    return room


@of_the_file
@pytest.mark.parametrize("damage", ["missing", "text", "locked"])
def test_an_archive_that_cannot_be_read(room: Newsroom, damage: str) -> None:
    library = room.library()
    path = room.application.database.file
    room.close()
    holder = sqlite3.connect(path if damage == "locked" else ":memory:", isolation_level=None)
    saved = path.read_bytes()
    if damage == "locked":
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
    else:
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
        if damage == "text":
            path.write_text("not a database, but long enough to be read as one" * 100)
    client = create_app(library).test_client()
    for address in ADDRESSES:
        got = client.get(address)
        assert got.status_code == 503, (address, got.text)
        if address.startswith("/api"):
            assert got.content_type == "application/problem+json"
        if address not in ("/readyz",):
            assert got.headers["Retry-After"] == "60"
        assert str(path.parent) not in got.text
    assert client.get("/healthz").status_code == 200
    assert path.exists() == (damage != "missing")
    holder.close()
    path.write_bytes(saved)
    assert client.get("/latest.rss").status_code == 200


@of_the_file
@pytest.mark.skipif(os.geteuid() != 0, reason="mounts")
def test_an_archive_on_a_disk_that_may_be_written_again_is_opened_anew(room: Newsroom) -> None:
    """A thread that opened it while it could only be read answered 503 until the service was restarted."""
    room.close()  # so that there is no log, and it is read without locks
    with read_only(room.folder):
        assert room.client.get("/latest.rss").status_code == 200
    again = Newsroom(room.folder)
    again.publish(item("Frigate Leaves the Harbour"))
    room.client.get("/latest.rss")
    assert "Frigate Leaves the Harbour" in room.client.get("/latest.rss").text
    again.close()


@pytest.mark.parametrize("address", ["/search?q=x", "/search.rss?q=x", "/api/v1/stories?q=x", "/api/v1/items?q=x"])
def test_what_takes_too_long_is_told_apart_from_an_archive_that_cannot_be_read(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def slow(*_: object) -> None:
        raise StoreSlow("PostgreSQL: the query took too long")

    monkeypatch.setattr(Lists, "listed", slow)
    got = room.client.get(address, headers={"Accept": "text/html"})
    assert (got.status_code, got.headers["Retry-After"], got.headers["Cache-Control"]) == (503, "60", "no-store")
    assert "ask for less" in got.text
    assert ("<h1>" in got.text) == address.startswith("/search?")
    room.close()


def test_what_is_kept_goes_on_through_a_short_lock(room: Newsroom) -> None:
    assert room.client.get("/latest.rss").status_code == 200
    with room.archive._connection.transaction():
        assert room.client.get("/latest.rss").status_code == 200
        assert room.client.get("/api/v1/stories").status_code == 200
    room.close()


@of_the_file
def test_an_error_in_the_program_is_logged_and_told_without_its_words(
    room: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    with room.archive._connection.transaction() as raw:
        raw.execute("UPDATE stories SET entry = '{\"headline\": 1'")
    for address, kind in (
        ("/latest", "text/plain"),
        ("/latest.rss", "text/plain"),
        ("/api/v1/stories", "application/problem+json"),
    ):
        caplog.clear()
        got = room.client.get(address)
        assert (got.status_code, got.content_type.partition(";")[0], got.headers["Cache-Control"]) == (
            500,
            kind,
            "no-store",
        )
        assert "This is a fault of the service; it has been logged." in got.text
        assert "JSON" not in got.text and "Traceback" not in got.text
        assert "DecodeError" in caplog.text
    room.close()


def test_the_web_cannot_write(room: Newsroom) -> None:
    archive = room.application.database.read_only()
    with pytest.raises(StoreReadOnly):
        archive.upkeep.note(notes.TICK, 1)
    archive.close()
    room.close()


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("can't start new thread")])
def test_what_the_web_lacks_is_no_fault_of_the_program_and_is_told_where_readiness_is(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """It said "ready", and the log had a traceback for each request."""

    def lacking(*_: object) -> None:
        raise error

    room.archive.upkeep.note(notes.TICK, int(room.now.timestamp()))
    client = create_app(room.library()).test_client()
    with monkeypatch.context() as patched:
        patched.setattr(Lists, "listed", lacking)
        got = client.get("/search.rss?q=x")
    assert (got.status_code, got.headers["Retry-After"]) == (503, "60")
    assert [(one.message, one.exc_info) for one in caplog.records] == [(f"web: {lack(error)}", None)]
    assert client.get("/readyz").text == "degraded: web\n"


def test_what_the_web_lacks_when_it_looks_whether_an_answer_still_holds_is_told_alike(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server answered that by itself, with a 500 and a traceback."""
    assert room.client.get("/latest.rss").status_code == 200
    room.publish(NEWS[0])
    monkeypatch.setattr(Library, "version", Mock(side_effect=MemoryError))
    assert room.client.get("/latest.rss").status_code == 503
