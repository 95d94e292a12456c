"""A SQLite archive in PostgreSQL: the same rows, the same answers, or nothing at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import psycopg
import pytest
from builders import NOW, archive, item, polled, postgres_archive, publish, source
from builders.postgres import execute, fresh_database
from builders.process import PATIENCE, aggregator, configuration

from aggregator.errors import StoreBusy, StoreError
from aggregator.model import notes
from aggregator.model.stream import Filter, StreamQuery
from aggregator.store.postgres import connection
from aggregator.store.postgres.archive import PostgresArchive
from aggregator.store.postgres.connection import Connection, Raw, copy
from aggregator.store.postgres.server import Server
from aggregator.store.postgres.upkeep import Upkeep
from aggregator.store.sqlite.archive import SqliteArchive
from aggregator.store.sqlite.export import Export
from aggregator.store.transfer import Sum, transfer
from aggregator.worker.lock import WorkerLock

SECONDS = int(NOW.timestamp())


@pytest.fixture
def file(tmp_path: Path) -> Iterator[SqliteArchive]:
    made = archive(tmp_path, "alpha", "beta", "gone")
    for name in ("alpha", "beta"):
        news = [
            item(
                name,
                str(n),
                f"Frigate{n} collides off harbour{n}, defense says",
                summary="At nïght." + "\0" * (n == 39),
            )
            for n in range(40)
        ]
        publish(made, polled(name, news))
    made.intake.apply([polled("alpha", known_as={item("alpha", "later", "").id: item("alpha", "1", "").id})], NOW)
    made.sources.sync([source("alpha"), source("beta", enabled=False)])
    made.sources.claim("somebody", NOW, timedelta(minutes=5))
    made.intake.apply([polled("alpha", [item("alpha", "waits", "Waits for the edition")])], NOW)
    made.upkeep.put_in_force("one", {"feeds.yaml": "x"}, 1)
    made.articles.claim(["alpha"], 0, 3, SECONDS, SECONDS + 3600)
    yield made
    made.close()


@pytest.fixture
def server() -> Iterator[PostgresArchive]:
    made = PostgresArchive(fresh_database())
    yield made
    made.close()


def test_both_backends_have_the_same_tables(tmp_path: Path, server: PostgresArchive) -> None:
    theirs = server._connection.read(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() "
        "AND table_name != 'search'"
    )
    with Export(archive(tmp_path)._connection) as export:
        ours = {(table, column) for table, columns in export.tables().items() for column in columns}
    assert ours == {*theirs}


def test_everything_is_there_and_goes_on(file: SqliteArchive, server: PostgresArchive) -> None:
    told: list[tuple[int, int]] = []
    sums = transfer(file, server, lambda done, of: told.append((done, of)))
    assert sums["items"].rows == 81
    assert sums["entries"].rows > 0
    later = [item("alpha", "later", "").id]
    assert server.intake.first_ids(later) == file.intake.first_ids(later) != {}
    assert told[-1][0] == told[-1][1]
    for query in (
        StreamQuery("latest"),
        StreamQuery("section", "defense"),
        StreamQuery("search", filter=Filter(words=("harbour7",))),
        StreamQuery("search", filter=Filter(words=("night",), source="beta")),
    ):
        assert server.reading.stories(query, SECONDS) == file.reading.stories(query, SECONDS)
        assert len(server.reading.stories(query, SECONDS)[0]) > 0
    assert server.reading.counts("section", 0) == file.reading.counts("section", 0)
    assert server.upkeep.configuration() == file.upkeep.configuration()
    assert server.sources.owners() == [], "nobody holds anything in a copy"
    assert server.reading.version() == file.reading.version()
    for store in (file, server):
        publish(store, polled("alpha", [item("alpha", "new", "Frigate3 collides off harbour3, defense says")]))
    assert server.reading.stories(StreamQuery("latest"), SECONDS) == file.reading.stories(
        StreamQuery("latest"), SECONDS
    )
    assert server.reading.counts("section", 0) == file.reading.counts("section", 0)


def test_what_is_filled_is_refused(file: SqliteArchive) -> None:
    filled = postgres_archive("alpha")
    with pytest.raises(StoreError, match="already"):
        transfer(file, filled)
    assert filled.reading.totals()["items"] == 0
    filled.close()


def test_a_table_that_recovery_left_in_the_file_is_told_and_not_copied(
    file: SqliteArchive, server: PostgresArchive, caplog: pytest.LogCaptureFixture
) -> None:
    """`.recover` collects there what it cannot assign to any table."""
    file._connection.write("CREATE TABLE lost_and_found (rootpgno, pgno, nfield, id, c0)")
    assert "lost_and_found" not in transfer(file, server)
    assert "none of ours: lost_and_found" in caplog.text
    assert server.reading.totals()["items"] == 81


def test_two_copies_at_once_are_one_and_a_worker_that_starts_meanwhile_waits(
    file: SqliteArchive, server: PostgresArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "LATE", PATIENCE)  # the server refuses it, however late we hear of that
    url = server._connection.server.url
    second = PostgresArchive(url)
    worker = Upkeep(Connection(Server(url), "worker", patience=1))
    with server.loading():
        with pytest.raises(StoreBusy, match="another `copy` is filling it"):
            transfer(file, second)
        with pytest.raises(StoreBusy, match="tried for 1 s"):
            worker.put_in_force("two", {"feeds.yaml": "x"}, 1)
        with pytest.raises(StoreBusy, match="tried for 1 s"):
            worker.note(notes.PROGRAM, "two")
    transfer(file, second)
    assert second.reading.totals()["items"] == 81
    second.close()


def test_a_row_that_comes_back_otherwise_leaves_nothing(
    file: SqliteArchive, server: PostgresArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(raw: Raw, into: str, rows: Iterator[tuple[object, ...]]) -> None:
        copy(raw, into, rows)
        if into.startswith("texts "):
            raw.execute("UPDATE texts SET title = 'x' WHERE item = 5")

    monkeypatch.setattr("aggregator.store.transfer.copy", damaged)
    with pytest.raises(StoreError, match="texts: 81 rows"):
        transfer(file, server)
    assert server.reading.totals() == {"sources": 0, "items": 0, "stories": 0, "pending": 0}


def test_a_server_that_ends_during_a_copy_is_told_in_our_words_alone(
    server: PostgresArchive, caplog: pytest.LogCaptureFixture
) -> None:
    """The driver told it as well, as "error ignored terminating <psycopg.Copy …>"."""
    ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"

    def endless() -> Iterator[tuple[int, int]]:
        execute(server._connection.server.url, ending)
        yield from ((n, 1) for n in count())

    with pytest.raises(StoreError), server.loading() as raw:
        copy(raw, "frequencies (word, count)", endless())
    assert not caplog.records


@pytest.mark.parametrize("when", ["at once", "at the end"])
def test_a_poll_beside_it_leaves_nothing(
    file: SqliteArchive, server: PostgresArchive, tmp_path: Path, when: str
) -> None:
    beside = archive(tmp_path)
    news = polled("alpha", [item("alpha", "late", "Told while it was copied")])

    def told(done: int, of: int) -> None:
        if done == of or when == "at once":
            beside.intake.apply([news], NOW)

    with pytest.raises(StoreError, match="written to while it was copied"):
        transfer(file, server, told)
    beside.close()
    assert server.reading.totals() == {"sources": 0, "items": 0, "stories": 0, "pending": 0}
    assert transfer(file, server)["items"].rows == 82


def test_a_copy_is_kept_though_the_statistics_of_a_table_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever copied had to begin anew."""
    monkeypatch.setattr(connection, "LATE", PATIENCE)
    url = fresh_database()
    impatient = PostgresArchive(url)
    impatient._connection.close()
    impatient._connection = Connection(Server(url), "", patience=1)
    with psycopg.connect(url) as maintenance:
        maintenance.execute("LOCK TABLE frequencies IN SHARE UPDATE EXCLUSIVE MODE")  # as VACUUM does
        with impatient.loading() as raw:
            copy(raw, "frequencies (word, count)", [(1, 1)])
            copy(raw, "postings (word, at, item)", [(1, 1, 1)])
    impatient.close()
    assert execute(url, "SELECT count(*) FROM frequencies") == [(1,)]
    assert execute(url, "SELECT count(*) FROM pg_stats WHERE tablename = 'postings'") == [(3,)]


def test_a_sum_knows_every_value_and_no_order() -> None:
    def total(*rows: tuple[object, ...]) -> Sum:
        made = Sum()
        for row in rows:
            made.add(row)
        return made

    assert total((1, "a"), (2, None)) == total((2, None), (True, "a"))
    assert total((1, "a"), (2, None)) != total((1, "a"), (2, ""))
    assert total((1, "a"), (2, None)) != total((1, "a"))
    assert total((b"a",)) != total(("a",))


def test_the_command_copies_and_says_so(tmp_path: Path) -> None:
    config = configuration(tmp_path, {"alpha": "https://alpha.example/feed"})
    url = fresh_database()
    nothing = aggregator(config, "copy", url)
    assert (nothing.returncode, "no archive to copy" in nothing.stderr) == (1, True)
    assert aggregator(config, "apply").returncode == 0
    assert aggregator(config, "--database", url, "sources").returncode == 0  # a listing leaves it empty
    assert aggregator(config, "copy", "sqlite:///x").returncode == 2
    with WorkerLock(tmp_path / "instance"):
        held = aggregator(config, "copy", url)
        assert (held.returncode, "stop it first" in held.stderr) == (1, True)
    done = aggregator(config, "copy", url)
    assert done.returncode == 0, done.stderr
    assert "found identical" in done.stdout
    assert execute(url, "SELECT id FROM sources") == [("alpha",)]
    again = aggregator(config, "copy", url)
    assert (again.returncode, "already" in again.stderr) == (1, True)
