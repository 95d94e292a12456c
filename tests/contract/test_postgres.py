"""What is PostgreSQL's alone: its address and errors, many that start at once, who holds what when a session ends."""

from __future__ import annotations

import asyncio
import gc
import json
import select
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import product
from math import inf
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from weakref import ref

import newsroom
import psycopg
import pytest
from builders import NOW, ago, item, policy, polled, postgres_archive, publish, source
from builders.postgres import execute, fresh_database, server_url
from builders.process import PATIENCE, until
from msgspec import structs
from msgspec.structs import replace
from psycopg.conninfo import make_conninfo
from servers.link import Link

from aggregator.bootstrap.engines import QUEUE
from aggregator.bootstrap.installation import utc_now
from aggregator.cli.main import main
from aggregator.errors import (
    AggregatorError,
    NotAStore,
    StoreBusy,
    StoreError,
    StoreLocked,
    StoreReadOnly,
    StoreSlow,
    StoreTooNew,
    UsageError,
)
from aggregator.model import notes
from aggregator.model.notes import Measures
from aggregator.model.poll import PollResult
from aggregator.model.story import Batch
from aggregator.model.stream import Filter, StreamQuery
from aggregator.pipeline.edition import edition
from aggregator.pipeline.leases import release_dead
from aggregator.store.conditions import Lookup, Numbers, counted, few_sql, of_members
from aggregator.store.dialect import Lock
from aggregator.store.item_lists import items_sql
from aggregator.store.lists import numbers_of
from aggregator.store.postgres import archive, connection, outages, schema, server
from aggregator.store.postgres.archive import PostgresArchive, ReadOnlyArchive
from aggregator.store.postgres.connection import DIALECT, OUR_LOCKS, Connection, QueueConnection, Raw, copy
from aggregator.store.postgres.failures import translated
from aggregator.store.postgres.full_text import vector
from aggregator.store.postgres.schema import migrations
from aggregator.store.postgres.server import Server
from aggregator.store.retention import MOVES, first_since
from aggregator.store.story_lists import stories_sql
from aggregator.store.versions import Change, next_version
from aggregator.web import cache, library
from aggregator.worker.identity import GRACE, Absences

SECONDS = int(NOW.timestamp())


@pytest.fixture
def url() -> str:
    return fresh_database()


@pytest.fixture
def store() -> Iterator[PostgresArchive]:
    made = postgres_archive("alpha", "beta")
    yield made
    made.close()


@pytest.fixture
def asked(store: PostgresArchive, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is read, as SQL."""
    noted: list[str] = []
    read = store._connection.read

    def note(sql: str, values: Sequence[Any] = (), **how: bool) -> list[Any]:
        noted.append(sql)
        return read(sql, values, **how)

    monkeypatch.setattr(store._connection, "read", note)
    return noted


def other(store: PostgresArchive, owner: str = "") -> PostgresArchive:
    return PostgresArchive(store._connection.server.url, owner)


def end_sessions(store: PostgresArchive) -> None:
    """As an administrator, or a server that starts anew, does."""
    execute(
        store._connection.server.url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()",
    )


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://me:hush@127.0.0.1:1/news", "nothing listens there"),
        ("postgresql://me:hush@no-such-host.invalid/news", "cannot be resolved"),
        ("postgresql://me:hush@/news?host=/nowhere/at/all", "nothing listens there"),
        ("postgresql://me:hush@host:port/news", "PostgreSQL"),
        ("postgresql://me:hush@127.0.0.1:1/news?colour=red", "cannot be read"),
        ("postgresql://me:hush hush@127.0.0.1:1/news", "cannot be read|PostgreSQL"),
        ("postgresql://me:hu%sh@127.0.0.1:1/news", "cannot be read"),
    ],
)
def test_wrong_addresses_are_said_without_the_password(address: str, said: str) -> None:
    with pytest.raises(AggregatorError, match=said) as caught:
        PostgresArchive(address)
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_such_database_or_user() -> None:
    with pytest.raises(StoreError, match="no such database"):
        PostgresArchive(server_url().replace("/postgres?", "/nowhere?"))
    with pytest.raises(StoreError, match="no such database or user"):
        PostgresArchive(server_url().replace("postgres:@", "nobody:hush@"))


def test_a_bad_query_of_the_url_is_bad_usage() -> None:
    with pytest.raises(UsageError):
        PostgresArchive("postgresql://host/db?nonsense")


def test_many_that_start_at_once_make_one_schema(url: str) -> None:
    made: list[PostgresArchive] = []
    threads = [threading.Thread(target=lambda: made.append(PostgresArchive(url))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    assert execute(url, "SELECT value FROM meta WHERE key = 'schema'") == [(str(migrations()[-1][0]),)]
    for one in made:
        one.close()


def test_who_finds_the_schema_migrated_meanwhile_frees_no_lease(store: PostgresArchive) -> None:
    """The leases are of processes of the present version: another one that started at the same time has migrated it."""
    store.sources.claim("me", NOW, timedelta(minutes=5))
    schema._apply(store._connection, migrations())
    assert store.sources.owners() == ["me"]


def test_a_query_that_takes_too_long_is_broken_off_and_told_apart_from_a_lock(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "LATE", PATIENCE)  # the server breaks it off, however late we hear of that
    reader = Connection(Server(url), "reader", read_only=True, patience=1)
    with pytest.raises(StoreSlow, match=r"took too long.* tried for 1 s"):
        reader.read("SELECT pg_sleep(60)")
    execute(url, "CREATE TABLE theirs (n int)")
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE theirs")
        with pytest.raises(StoreBusy, match="hold the lock") as told:
            reader.read("SELECT FROM theirs")
    assert not isinstance(told.value, StoreSlow)
    assert reader.read("SELECT 1") == [(1,)]
    reader.close()


def test_a_deadlock_is_not_told_as_a_long_wait(url: str) -> None:
    """It was said to have been tried for 60 s, although the server ends it after one."""
    execute(url, "CREATE TABLE ours (n int)")
    execute(url, "CREATE TABLE theirs (n int)")
    writer = Connection(Server(url), "writer")
    with psycopg.connect(url) as other, ThreadPoolExecutor(1) as pool:
        other.execute("SET deadlock_timeout = '1h'")  # so that it is ours that is ended
        other.execute("LOCK TABLE theirs")
        with pytest.raises(StoreLocked, match="waited for each other"), writer.transaction() as raw:
            raw.execute("LOCK TABLE ours")
            waits = pool.submit(other.execute, "LOCK TABLE ours")
            until(lambda: execute(url, "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
            raw.execute("LOCK TABLE theirs")
        waits.result()
    writer.close()


@pytest.mark.parametrize("locked", [0, inf])  # `inf`: another table was found locked before, so they hardly wait
@pytest.mark.parametrize("table", ["meta", "sources"])  # opening reads one of them, following both
def test_requests_wait_once_for_a_table_that_others_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, table: str, locked: float
) -> None:
    """One that was cached waited four times, five seconds each, and others behind it; or each a twentieth of a second, one by one."""
    caplog.set_level("CRITICAL", "aggregator.web")  # a record would keep the error
    waits: list[ref[psycopg.Error]] = []

    def noted(error: psycopg.Error, *rest: Any) -> StoreError:
        waits.append(ref(error))
        return translated(error, *rest)

    for module, name, value in (
        (newsroom, "OVER_POSTGRES", True),
        (connection, "LATE", PATIENCE),
        (connection, "translated", noted),
        (archive, "PATIENCE", 1),
        (library, "AGAIN", PATIENCE),
    ):
        monkeypatch.setattr(module, name, value)
    room = newsroom.Newsroom(tmp_path)
    url = room.place.database or ""

    def get(address: str) -> int:
        return room.client.application.test_client().get(address).status_code

    assert get("/") == 200
    archive._server(url).locked = locked
    with psycopg.connect(url) as other, ThreadPoolExecutor(1) as threads:
        execute(url, "CREATE TABLE theirs (n int)")  # a commit, after which all is read again
        other.execute(f"LOCK TABLE {table}")
        for address in ("/", "/latest.rss", "/readyz"):
            assert get(address) == 503
        assert [*threads.map(get, ("/", "/metrics"))] == [503, 503], "who would have to open the archive, too"
        assert len(waits) == 1
        later = SimpleNamespace(monotonic=lambda: time.monotonic() + PATIENCE)
        monkeypatch.setattr(library, "time", later)
        monkeypatch.setattr(archive, "PATIENCE", PATIENCE)
        monkeypatch.setattr(cache, "WAIT", 2 * PATIENCE)
        for module, name in ((connection, "HURRIED"), (connection, "READERS_WAIT"), (server, "READERS_WAIT")):
            monkeypatch.setattr(module, name, PATIENCE)  # so that the lock is released in time on a busy machine
        room.now += timedelta(minutes=2)  # so that answers are outdated
        tried = threads.submit(get, "/")
        until(lambda: execute(url, "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
        assert get("/") == 503, "while one tries again"
        other.rollback()
        assert tried.result() == 200
    assert get("/") == 200
    gc.collect()
    assert waits[0]() is None, "its frames would keep the connection of a thread that has ended"
    room.close()


def test_while_a_table_stays_locked_only_the_first_that_need_it_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each request waited five seconds: with forty readers /healthz was answered once in 20 seconds."""
    monkeypatch.setattr(newsroom, "OVER_POSTGRES", True)
    room = newsroom.Newsroom(tmp_path)

    def get(address: str) -> int:
        return room.client.application.test_client().get(address).status_code

    assert get("/") == 200
    with psycopg.connect(room.place.database or "") as other, ThreadPoolExecutor(1) as threads:
        other.execute("LOCK TABLE stories")
        assert [get("/latest.rss"), get("/latest.json"), *threads.map(get, ("/latest.atom",))] == [503] * 3
        tried = [one.getMessage().rpartition("; ")[2] for one in caplog.records]
        assert tried == ["tried for 1 s", "tried for 0.05 s", "tried for 0.05 s"]
        assert get("/api/v1/sources") == 200, "which does not need it"
        other.rollback()
    assert get("/latest.rss") == 200
    later = SimpleNamespace(monotonic=lambda: time.monotonic() + connection.LOCKED)
    monkeypatch.setattr(connection, "time", later)
    reading = room.client.application.extensions["library"].archive.reading
    assert reading._db.read("SHOW lock_timeout") == [("1s",)]
    room.close()


COLUMNS_TO_COME = """
    ALTER TABLE sources ADD COLUMN IF NOT EXISTS said BYTEA;
    ALTER TABLE sources ADD COLUMN IF NOT EXISTS rhythm BIGINT;
    ALTER TABLE sources ADD COLUMN IF NOT EXISTS held_until BIGINT;
"""
"""What the present program writes that an earlier one did not know."""


def test_what_an_earlier_program_indexed_is_found_in_every_script(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = migrations()
    texts = [
        ("中国批准向美国稀土出口F35", "Aus Łódź, großes Lob – 東京 um 3 Uhr."),
        ("Plain words", "and Æther"),
        ("กองทัพเรือไทย", "한국은 미사일을"),
        ("ß", "中"),
        ("Σεισμός στην Αθήνα", "ΣΕΙΣΜΟΣ Σεισμος, ἀρχή"),
        ("أزمة في إيران على القاهرة", "یک کشور"),
        ("Самолёт и майский", "שלום"),
        ("U.S. F-35", "J. D. Vance"),
        ("12 µg", "ϑ ſ"),
        ("ＮＡＴＯ首脳", "Ｆ－３５"),
        ("Обʼєднання", "CO₂ ﬁnance"),
    ]
    with monkeypatch.context() as earlier:
        earlier.setattr("aggregator.store.postgres.schema.migrations", lambda: known[:4])
        # … which knew nothing of migration 14
        bare = lambda raw, into, rows: copy(raw, into, [row[:1] if into == "pending" else row for row in rows])  # noqa: E731
        earlier.setattr("aggregator.store.postgres.intake.copy", bare)
        earlier.setattr("aggregator.store.postgres.full_text.indexed", lambda text: text)
        made = PostgresArchive(url)
        execute(url, COLUMNS_TO_COME)
        made.sources.sync([source("one")])
        items = [item("one", str(n), title, summary=summary) for n, (title, summary) in enumerate(texts)]
        made.intake.apply([polled("one", items)], NOW)
        made.close()
    PostgresArchive(url).close()
    rows = "SELECT title, summary, words::text FROM texts JOIN search USING (item)"
    for title, summary, words in execute(url, rows):
        assert words == execute(url, f"SELECT $_${vector(title, summary)}$_$::tsvector::text")[0][0]


def test_an_article_is_the_same_although_addresses_are_compared_otherwise_now(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = [item("one", f"{n}", "Title", url=f"https://dw.example/{n}?maca=rss", canonical=before)
             for n, before in enumerate(["https://dw.example/0?maca=rss", "https://dw.example/1", None])]  # fmt: skip
    steps = [one for one in migrations() if one[0] <= 16]
    with monkeypatch.context() as earlier:
        earlier.setattr("aggregator.store.postgres.schema.migrations", lambda: steps)
        made = PostgresArchive(url)
        execute(url, COLUMNS_TO_COME)
        made.sources.sync([source("one")])
        made.intake.apply([polled("one", known)], NOW)
        made.sources.claim("an earlier worker", NOW, timedelta(minutes=20), due_only=False)
        made.close()
    again = PostgresArchive(url)
    assert again.sources.owners() == [], "it can store nothing any more"
    now = [f"https://dw.example/{n}" for n in range(3)]
    assert again.intake.known_addresses({"one": now})["one"] == {
        to: [one.id] for to, one in zip(now, known, strict=True)
    }
    assert sorted(one.canonical or "" for one in again.edition.items([1, 2, 3])) == now
    again.close()


def earlier_archive(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [one for one in migrations() if one[0] <= 9]
    with monkeypatch.context() as earlier:
        earlier.setattr("aggregator.store.postgres.schema.migrations", lambda: steps)
        PostgresArchive(url).close()


def test_an_upgrade_goes_on_beside_readers_that_lock_tables_in_another_order(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the earlier version `serve` still runs. The server ended the migration as a deadlock, and the new version did not start."""
    earlier_archive(url, monkeypatch)
    with psycopg.connect(url) as reader, ThreadPoolExecutor(1) as beside:
        reader.execute(
            "SET deadlock_timeout = '1h'"
        )  # the migration finds the deadlock, and so is what the server ends
        reader.execute("SELECT FROM texts")
        upgraded = beside.submit(PostgresArchive, url)
        until(lambda: bool(execute(url, "SELECT 1 FROM pg_locks JOIN pg_database d ON d.oid = database "
                                        "WHERE d.datname = current_database() AND NOT granted")))  # fmt: skip
        reader.execute("SELECT FROM placements")
        reader.rollback()
        upgraded.result().close()
    assert execute(url, "SELECT value FROM meta WHERE key = 'schema'") == [(str(migrations()[-1][0]),)]


def test_readers_are_answered_while_an_upgrade_waits_for_who_reads_long(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `pg_dump` does. They stand behind the upgrade, and gave up sooner than it let them pass."""
    earlier_archive(url, monkeypatch)
    reader = Connection(Server(url), "reader", read_only=True, patience=5)
    with psycopg.connect(url) as dump, ThreadPoolExecutor(1) as beside:
        dump.execute("SELECT FROM texts")
        upgraded = beside.submit(PostgresArchive, url)
        until(lambda: bool(execute(url, "SELECT 1 FROM pg_locks JOIN pg_database d ON d.oid = database "
                                        "WHERE d.datname = current_database() AND NOT granted")))  # fmt: skip
        try:
            assert reader.read("SELECT count(*) FROM texts, placements") == [(0,)]
        finally:
            dump.rollback()
        upgraded.result().close()
    reader.close()


@pytest.mark.parametrize(
    ("table", "row", "of", "it"),
    [
        ("meta", "n, repeat('x', 500) FROM generate_series(1, 20000) n", "", "oid"),
        (
            "search",  # whose long texts are apart
            "n, (SELECT string_agg(md5(n::text || i), ' ')::tsvector FROM generate_series(1, 300) i) FROM generate_series(1, 900) n",
            "toast.",
            "reltoastrelid",
        ),
    ],
)
def test_an_upgrade_ends_an_autovacuum_that_is_in_its_way(
    url: str, monkeypatch: pytest.MonkeyPatch, table: str, row: str, of: str, it: str
) -> None:
    """It asked for the tables half a second at a time, in which the server does not end one: the new version did not start."""
    earlier_archive(url, monkeypatch)
    slow = (f"{of}autovacuum_vacuum_{one}" for one in ("cost_delay = 100", "cost_limit = 1", "threshold = 1"))
    execute(
        url,
        f"ALTER TABLE {table} SET ({', '.join(slow)})",
        f"INSERT INTO {table} SELECT {row}",
        f"DELETE FROM {table} WHERE left({table}::text, 2) = '(1'",
        *(f"ALTER SYSTEM SET {one}" for one in ("autovacuum = on", "autovacuum_naptime = 1")),
        "SELECT pg_reload_conf()",
    )
    vacuums = f"SELECT 1 FROM pg_stat_progress_vacuum JOIN pg_class c ON {it} = relid WHERE c.oid = '{table}'::regclass"
    try:
        until(lambda: bool(execute(url, vacuums)))
        PostgresArchive(url).close()
    finally:
        execute(url, "ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()")
    assert execute(url, "SELECT value FROM meta WHERE key = 'schema'") == [(str(migrations()[-1][0]),)]


def test_what_an_upgrade_takes_longest_for_keeps_nobody_from_reading(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index of words is written anew for minutes. `serve` answered 503 all the while."""
    earlier_archive(url, monkeypatch)
    write, read = schema._write_search, []

    def watched(raw: Raw) -> None:
        write(raw)
        read.extend(execute(url, "SET lock_timeout = '1s'", "SELECT count(*) FROM texts, placements, configurations"))

    monkeypatch.setattr(schema, "_write_search", watched)
    PostgresArchive(url).close()
    assert read == [(0,)]


def test_an_upgrade_keeps_owners_and_rights_and_leaves_the_tables_of_others_alone(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may only read could not search any more after it, and a table of an extension beside ours stopped it."""
    maker, owner, reader = (f"{name}_{time.monotonic_ns()}" for name in ("maker", "owner", "reader"))
    execute(url, *(f"CREATE ROLE {role} LOGIN" for role in (maker, owner, reader)), f"GRANT {owner} TO {maker}",
            f"GRANT CREATE, USAGE ON SCHEMA public TO {maker}, {owner}", f"GRANT USAGE ON SCHEMA public TO {reader}")  # fmt: skip
    earlier_archive(make_conninfo(url, user=owner), monkeypatch)
    execute(url, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}", "CREATE TABLE theirs (n int)")
    rights = "SELECT relname, relowner, relacl FROM pg_class WHERE relname IN ('search', 'texts') ORDER BY relname"
    before = execute(url, rights)
    PostgresArchive(make_conninfo(url, user=maker)).close()
    assert execute(url, rights) == before
    assert execute(make_conninfo(url, user=reader), "SELECT count(*) FROM search") == [(0,)]


def test_strangers_and_later_versions_are_left_alone(url: str) -> None:
    with pytest.raises(NotAStore, match="no archive yet"):
        ReadOnlyArchive(url)
    version = "AS SELECT 'schema' AS key, 'public' AS value"
    for theirs in ("theirs (n int)", "meta (key text, val text)", f"meta {version}", "procrastinate_jobs (id bigint)"):
        execute(url, f"CREATE TABLE {theirs}")
        table = theirs.split()[0]
        with pytest.raises(NotAStore, match="no archive yet"):
            ReadOnlyArchive(url)
        with pytest.raises(NotAStore, match=f"another program .{table}"):
            PostgresArchive(url)
        execute(url, f"DROP TABLE {table}")
    PostgresArchive(url).close()
    execute(url, "UPDATE meta SET value = '99' WHERE key = 'schema'")
    with pytest.raises(StoreTooNew, match="schema 99"):
        PostgresArchive(url)


def test_nothing_is_written_into_what_a_later_version_migrated(store: PostgresArchive) -> None:
    """Nor while it migrates: what is being written then is awaited."""
    free = f"SELECT pg_try_advisory_xact_lock({OUR_LOCKS}, {Lock.MIGRATING:d})"
    with store._connection.transaction():
        assert execute(store.address("other"), free) == [(False,)]
    assert execute(store.address("other"), free, "UPDATE meta SET value = '99' WHERE key = 'schema'", free) == [(True,)]
    with pytest.raises(StoreTooNew, match=r"migrated by a later version .*schema 99.* restart"):
        store.intake.apply([polled("alpha", [item("alpha", "1", "One")])], NOW)
    assert store.reading.totals()["items"] == 0


def test_a_connection_that_was_lost_is_opened_anew_and_nobody_notices(store: PostgresArchive) -> None:
    """A server that started anew costs the first reader no answer, and the first poll no result."""
    end_sessions(store)
    store.intake.apply([polled("alpha", [item("alpha", "1", "One")])], NOW)
    end_sessions(store)
    assert store.reading.totals()["items"] == 1


def test_a_query_that_a_standby_broke_off_is_asked_once_more(store: PostgresArchive) -> None:
    """It follows its primary, whose changes come first: no lock is held, and the next answer is of the newer state."""
    raised = "RAISE 'canceling statement due to conflict with recovery' USING ERRCODE = 'serialization_failure'"
    body = f"BEGIN IF nextval('asked') <= $1 THEN {raised}; END IF; RETURN currval('asked'); END"
    execute(
        store._connection.server.url,
        "CREATE SEQUENCE asked",
        f"CREATE FUNCTION asked(conflicts int) RETURNS bigint LANGUAGE plpgsql AS $$ {body} $$",
    )
    assert store._connection.read("SELECT asked(1)") == [(2,)]
    with pytest.raises(StoreBusy, match=r"standby broke the query off.* hot_standby_feedback") as told:
        store._connection.read("SELECT asked(9)")
    assert "lock" not in str(told.value)
    assert store._connection.read("SELECT asked(0)") == [(5,)]


def test_what_had_begun_on_a_lost_connection_is_not_begun_again(store: PostgresArchive) -> None:
    with pytest.raises(StoreError), store._connection.transaction():
        end_sessions(store)
        store.reading.totals()
    assert store.reading.totals()["items"] == 0


def test_a_connection_that_ends_after_the_last_of_several_rows_is_opened_anew(store: PostgresArchive) -> None:
    """The driver did not notice, and waited for answers to these rows from then on: a worker stored nothing until it was restarted."""
    execute(
        store._connection.server.url,
        "CREATE FUNCTION ends() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$",
        "CREATE CONSTRAINT TRIGGER ending AFTER UPDATE ON sources DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ends()",
    )
    with pytest.raises(StoreError):
        store._connection.write_each("UPDATE sources SET polls = ? WHERE n = ?", [(7, 1), (8, 2)])
    assert [state.polls for state in store.sources.states()] == [0, 0]


def test_a_session_whose_machine_is_gone_ends_within_seconds(store: PostgresArchive) -> None:
    """Also where the server waits for it to confirm an answer: keepalives say nothing then, and what the session holds,
    the edition for one, would be held for a quarter of an hour."""
    asked = "SELECT name, reset_val::int FROM pg_settings WHERE name LIKE 'tcp%'"  # `setting` is 0 on a local socket
    limits = dict(store._connection.read(asked))
    assert limits["tcp_keepalives_idle"] + limits["tcp_keepalives_interval"] * limits["tcp_keepalives_count"] <= 15
    assert 0 < limits["tcp_user_timeout"] <= 15_000


def test_of_a_server_that_falls_silent_readers_are_told_in_time_and_others_at_once(
    store: PostgresArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, admits, asked = time.monotonic(), outages.Silence.admits, list[bool]()

    def admitted(self: outages.Silence, patience: float) -> bool:
        asked.append(admits(self, patience))
        return asked[-1]

    with Link(store._connection.server.url) as link:
        one, other = ReadOnlyArchive(link.url), ReadOnlyArchive(link.url)
        one._connection._patience = one._connection.raw.patience = 1
        link.cut()
        with monkeypatch.context() as silent:
            silent.setattr(outages, "time", SimpleNamespace(monotonic=lambda: now))
            silent.setattr(outages.Silence, "admits", admitted)
            for ask in (
                one.reading.version,
                one.reading.version,
                other.reading.version,
                lambda: ReadOnlyArchive(link.url),
            ):
                with pytest.raises(StoreError, match="does not answer"):
                    ask()
        assert asked == [True, False, False, False], "the first waits, all others are told at once"
        link.restore()
        until(lambda: readable(one) and readable(other))
        one.close()
        other.close()


def test_while_a_server_is_silent_one_reader_at_a_time_waits_for_it_however_long_that_lasts(
    store: PostgresArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who pauses after a refusal did not ask, and so has not learnt that the server answers again."""
    now, waiting, together = [1000.0], list[ReadOnlyArchive](), list[int]()
    readers = [ReadOnlyArchive(store._connection.server.url) for _ in range(3)]

    def ask() -> None:
        for reader in readers:
            if reader not in waiting:
                waiting.append(reader)
                with pytest.raises(StoreError, match="does not answer"):
                    reader.reading.version()
                waiting.pop()

    def unanswered(*arguments: Any, **options: Any) -> Raw:
        together.append(len(waiting))
        now[0] += 1
        if len(together) > 1:  # else nobody knows yet
            ask()
        now[0] += archive.PATIENCE - 1
        raise psycopg.errors.ConnectionTimeout("connection timeout expired")

    for module in (outages, connection):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    end_sessions(store)
    with monkeypatch.context() as cut:
        cut.setattr(Raw, "connect", unanswered)
        while now[0] < 1100:
            now[0] += 0.25
            ask()
    assert (len(together) > 10, max(together)) == (True, 1)
    now[0] += 10
    assert all(map(readable, readers))
    for reader in readers:
        reader.close()


def test_a_connection_that_is_dead_though_nobody_ended_it_is_given_up(
    store: PostgresArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a proxy that keeps it when its server is gone."""
    with Link(store._connection.server.url) as link:
        writer = Connection(Server(link.url), "one")
        patient = partial(monkeypatch.setattr, connection, "LATE", 10 * PATIENCE)
        impatient = partial(monkeypatch.setattr, connection, "LATE", 1.2)
        writer.raw.patience = 0.2
        patient()
        with writer.transaction(unhurried=True) as raw:
            impatient()
            raw.execute("SELECT pg_sleep(0.4)")  # such work is not given up
            patient()
        with pytest.raises(StoreError, match="does not answer"), writer.transaction() as raw:
            link.lose()
            impatient()
            raw.execute("SELECT 1")
        assert writer.read("SELECT 1") == [(1,)]
        writer.close()


def readable(archive: ReadOnlyArchive) -> bool:
    try:
        archive.reading.version()
    except StoreError:
        return False
    return True


def test_a_database_that_was_replaced_by_an_empty_one_says_so(store: PostgresArchive) -> None:
    execute(store._connection.server.url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    with pytest.raises(StoreError, match="no archive any more"):
        store.sources.states()


def test_whatever_a_database_is_set_to_ids_are_stored_as_they_are(url: str) -> None:
    name = url.partition("?")[0].rpartition("/")[2]
    execute(url, f"ALTER DATABASE {name} SET standard_conforming_strings = off")
    store = PostgresArchive(url)
    store.sources.sync([source("alpha")])
    store.intake.apply([polled("alpha", [item("alpha", "1", "One")])], NOW)
    assert store._connection.read("SELECT length(id) FROM items") == [(16,)]
    store.close()


def test_a_language_is_found_whatever_letters_the_database_has(url: str) -> None:
    """In Turkish the small form of IT is not "it"."""
    name = url.partition("?")[0].rpartition("/")[2]
    try:
        execute(url.replace(f"/{name}?", "/postgres?"), f"DROP DATABASE {name}",
                f"CREATE DATABASE {name} LC_CTYPE 'tr_TR.utf8' TEMPLATE template0")  # fmt: skip
    except psycopg.Error as error:
        pytest.skip(f"no Turkish here: {error}")
    store = PostgresArchive(url)
    store.sources.sync([source("alpha")])
    publish(store, polled("alpha", [item("alpha", "1", "Uno", lang="it-IT")]))
    assert store.reading.items(StreamQuery("latest", filter=Filter(lang="it-IT")), SECONDS)[0]
    store.close()


def test_readers_find_the_primary_by_the_address_that_workers_have(url: str) -> None:
    """Of several servers, of which the one that can be written is asked for: readers' sessions alone cannot write to it."""
    host = url.partition("host=")[2]
    several = url.replace(f"host={host}", f"host=/nowhere,{host}&port=5432,5432&target_session_attrs=read-write")
    made = PostgresArchive(several)
    reader = ReadOnlyArchive(several)
    assert reader.reading.totals()["items"] == 0
    with pytest.raises(StoreReadOnly):
        reader.sources.release("me")
    reader.close()
    made.close()


def test_variables_of_the_driver_complete_the_address(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two services with `PGOPTIONS` that name different schemas shared one archive, and each took the other's sources off."""
    execute(url, "CREATE SCHEMA press")
    monkeypatch.setenv("PGOPTIONS", "-c search_path=press")
    monkeypatch.setenv("PGTARGETSESSIONATTRS", "read-write")
    PostgresArchive(url).close()
    assert execute(url, "SELECT schemaname FROM pg_tables WHERE tablename = 'items'") == [("press",)]
    ReadOnlyArchive(url).close()
    for name, value in {"PGHOST": "db.example", "PGPORT": "5433", "PGDATABASE": "wire"}.items():
        monkeypatch.setenv(name, value)
    assert server.Server("postgresql://").name == "PostgreSQL at db.example:5433, database wire"


def test_a_session_with_nothing_to_do_is_not_ended_by_what_a_database_is_set_to(url: str) -> None:
    execute(url, f"ALTER DATABASE {url.partition('?')[0].rpartition('/')[2]} SET idle_session_timeout = '1s'")
    store = PostgresArchive(url)
    assert store._connection.read("SHOW idle_session_timeout") == [("0",)]
    store.close()


def test_archives_in_schemas_of_one_database_do_not_wait_for_each_other(url: str) -> None:
    """Of those in one schema only one process makes the edition."""
    execute(url, "CREATE SCHEMA wire", "CREATE SCHEMA press")
    addresses = [f"{url}&options=-c%20search_path%3D{schema}" for schema in ("public", "wire", "press")]
    made = [PostgresArchive(address) for address in addresses]
    beside = [PostgresArchive(address) for address in addresses]
    now = int(NOW.timestamp())
    assert [one.edition.lease("one", now, 60) for one in made] == [True] * 3
    assert [one.edition.lease("two", now, 60) for one in beside] == [False] * 3
    with made[0]._connection.transaction(Lock.SYNCING), made[1]._connection.transaction(Lock.SYNCING):
        made[2].sources.sync([source("alpha")])
    made[1].edition.release("one")
    assert [one.edition.lease("two", now, 60) for one in beside] == [False, True, False]
    for one in (*made, *beside):
        one.close()


def test_limits_that_the_database_sets_for_others_end_nothing_of_ours(url: str) -> None:
    """A migration, `copy` and the steps of an edition take as long as they take; what waits is bounded by us."""
    ((name,),) = execute(url, "SELECT current_database()")
    known = (
        "statement_timeout|lock_timeout|idle_in_transaction_session_timeout|idle_session_timeout|transaction_timeout"
    )
    limits = execute(url, f"SELECT name FROM pg_settings WHERE name ~ '^({known})$'")
    assert len(limits) >= 4, "the last is of PostgreSQL 17"
    execute(server_url(), *(f"ALTER DATABASE {name} SET {limit} = '300ms'" for (limit,) in limits))
    made, beside = PostgresArchive(url), PostgresArchive(url)
    for _ in range(2):  # also over a connection that was opened anew
        with made._connection.transaction(Lock.SYNCING) as raw:
            raw.execute("SELECT pg_sleep(0.5)")
            thread = threading.Thread(target=beside.sources.sync, args=([source("alpha")],))
            thread.start()
            time.sleep(0.5)
        thread.join()
        sessions = [one._connection.read("SELECT pg_backend_pid()") for one in (made, beside)]
        time.sleep(0.4)
        assert [one._connection.read("SELECT pg_backend_pid()") for one in (made, beside)] == sessions
        assert [state.id for state in made.sources.states()] == ["alpha"]
        made._connection.raw.close()

    async def asleep_in_the_queue() -> int:
        async with await made.of_queue.connect(made.address(QUEUE)) as raw:
            return (await raw.execute("SELECT pg_sleep(0.5)")).rowcount

    assert asyncio.run(asleep_in_the_queue()) == 1
    made.close()
    beside.close()


def test_who_stands_still_in_a_transaction_is_cut_off_before_others_give_up(url: str) -> None:
    """A process that was stopped, or whose connection a proxy holds open though it was cut off."""
    PostgresArchive(url).close()
    still, beside = (Connection(Server(url), name, patience=2) for name in ("still", "beside"))
    with (
        pytest.raises(StoreError, match="stood still for too long; its transaction was undone, and can be repeated"),
        still.transaction(Lock.REVISING) as raw,
    ):
        raw.execute("INSERT INTO meta VALUES ('left', '')")
        with beside.transaction(Lock.REVISING):
            assert not beside.read("SELECT 1 FROM meta WHERE key = 'left'")
        still.write("INSERT INTO meta VALUES ('more', '')")
    with still.transaction(Lock.REVISING):
        still.write("DELETE FROM meta WHERE key = 'left'")
    still.close()
    beside.close()


def test_a_search_path_that_leads_nowhere_is_told(url: str) -> None:
    name = url.partition("?")[0].rpartition("/")[2]
    execute(url, f"ALTER DATABASE {name} SET search_path = 'wire, public'")
    with pytest.raises(StoreError, match="search_path of this user names no schema"):
        PostgresArchive(url)


def test_whatever_a_database_is_set_to_who_waited_sees_what_was_made(url: str) -> None:
    name = url.partition("?")[0].rpartition("/")[2]
    execute(url, f"ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'")
    store = PostgresArchive(url)
    assert store._connection.read("SHOW transaction_isolation") == [("read committed",)]
    store.close()


def test_a_database_that_is_kept_from_writing_is_not_written_and_says_so(url: str) -> None:
    """For the time of a dump or a move, say."""
    name = url.partition("?")[0].rpartition("/")[2]
    PostgresArchive(url).close()
    execute(url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    store = PostgresArchive(url)
    with pytest.raises(StoreReadOnly, match="cannot be written"):
        store.sources.sync([source("alpha")])
    assert store.reading.totals()["sources"] == 0
    writable = "SET default_transaction_read_only = off"
    execute(url, writable, f"ALTER DATABASE {name} {writable}")
    for _ in range(2):  # sessions keep what the database was set to when they began, so one more may be refused
        with suppress(StoreReadOnly):
            store.sources.sync([source("alpha")])
    assert store.reading.totals()["sources"] == 1
    store.close()


def test_an_archive_of_an_older_version_that_cannot_be_written_says_where_to_bring_it_up_to_date(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A standby whose primary still works with the version before."""
    name = url.partition("?")[0].rpartition("/")[2]
    PostgresArchive(url).close()
    execute(url, "UPDATE meta SET value = '1' WHERE key = 'schema'")
    execute(url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with pytest.raises(StoreReadOnly, match=r"schema 1, .* start a worker of this version"):
        PostgresArchive(url)
    (file := tmp_path / "feeds.yaml").write_text("site: {title: Wire}\n")
    assert main(["--config", str(file), "--database", url, "sources"]) == 1
    assert "start a worker of this version" in capsys.readouterr().err


def test_a_pooler_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set up to ignore what it does not know, it lets two workers hold the edition at once."""

    def without_options(address: str, **more: Any) -> str:
        return make_conninfo(address, **{**more, "options": ""})

    monkeypatch.setattr(server, "make_conninfo", without_options)
    for opens in (PostgresArchive, ReadOnlyArchive):
        with pytest.raises(StoreError, match="through a pooler"):
            opens(url)


@pytest.mark.parametrize(
    ("driver", "said"),
    [
        ("FATAL:  unsupported startup parameter in options: statement_timeout", "through a pooler"),
        ('root certificate file "/root/.postgresql/root.crt" does not exist Either provide', "sslrootcert"),
        ("connection timeout expired", "does not answer"),
        ('FATAL:  unrecognized configuration parameter "idle_session_timeout"', "14 or later is needed"),
        (
            'FATAL:  unrecognized configuration parameter "serch_path"',
            'unrecognized configuration parameter "serch_path"',
        ),
        ("session is read-only", "each is a standby or read-only"),
        ("Connection refused connection to server at two failed: server is in hot standby mode", "each is a standby"),
        ("FATAL:  could not write init file: No space left on device", "the disk of the server is full"),
        ("could not receive data from server: Connection timed out", "does not answer"),
    ],
)
def test_what_the_driver_says_is_told_as_what_it_means(driver: str, said: str) -> None:
    assert said in str(translated(psycopg.OperationalError(f"connection failed: {driver}"), "PostgreSQL", 60))


@pytest.mark.parametrize("limit", ["ROLE crowd CONNECTION LIMIT 0", "DATABASE {} CONNECTION LIMIT 0"])
def test_a_server_without_room_for_another_says_so(url: str, limit: str) -> None:
    name = url.partition("?")[0].rpartition("/")[2]
    execute(url, "DROP ROLE IF EXISTS crowd", "CREATE ROLE crowd LOGIN", f"ALTER {limit.format(name)}")
    with pytest.raises(StoreError, match="takes no more connections"):
        PostgresArchive(url.replace("postgres:@", "crowd:@"))


def test_a_server_that_refuses_is_asked_at_growing_intervals_and_at_once_again_after_it_admits(
    store: PostgresArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker asks twice a second whether the configuration changed, whatever became of its password."""
    now, attempts, connect = [0.0], list[float](), Raw.connect

    def refused(*arguments: Any, **options: Any) -> Raw:
        attempts.append(now[0])
        raise psycopg.errors.InvalidPassword("password authentication failed")

    monkeypatch.setattr(outages, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(Raw, "connect", refused)
    end_sessions(store)
    for halves in range(200):
        now[0] = halves / 2
        with pytest.raises(StoreError, match="user or password is wrong"):
            store.reading.totals()
    assert attempts == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 61.5, 91.5]
    monkeypatch.setattr(Raw, "connect", connect)
    now[0] = 121.5
    store.reading.totals()
    end_sessions(store)
    store.reading.totals()


def test_a_server_that_is_not_there_is_asked_every_second(
    store: PostgresArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may just start anew; nobody's log or patience suffers from that."""
    now, attempts = [0.0], list[float]()

    def away(*arguments: Any, **options: Any) -> Raw:
        attempts.append(now[0])
        said = "Connection refused" if now[0] < 3 else "FATAL:  the database system is starting up"
        raise psycopg.OperationalError(f"connection failed: {said}")

    monkeypatch.setattr(outages, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(Raw, "connect", away)
    end_sessions(store)
    for halves in range(12):
        now[0] = halves / 2
        with pytest.raises(StoreError):
            store.reading.totals()
    assert attempts == [0, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5]


def test_the_edition_ends_with_its_holders_session_at_once(store: PostgresArchive) -> None:
    first, second = other(store, "one"), other(store, "two")
    assert first.edition.lease("one", SECONDS, int(10 * PATIENCE))
    assert not second.edition.lease("two", SECONDS + 10**6, 60), "the clocks of workers do not matter"
    first.close()
    until(lambda: second.edition.lease("two", SECONDS, 60))  # the server learns of it when it looks at the socket
    second.close()


def test_an_edition_that_could_not_be_noted_as_taken_is_free_again_for_others(store: PostgresArchive) -> None:
    """Its lock is of the session, and outlives the transaction in which it was taken."""
    url, second = store._connection.server.url, other(store, "two")
    execute(url, "ALTER TABLE meta ADD CONSTRAINT full_disk CHECK (key != 'edition')")
    for _ in range(2):
        with pytest.raises(StoreError, match="full_disk"):
            store.edition.lease("one", SECONDS, 60)
    execute(url, "ALTER TABLE meta DROP CONSTRAINT full_disk")
    assert second.edition.lease("two", SECONDS, 60)
    second.edition.release("two")
    assert store.edition.lease("one", SECONDS, 60)
    store.edition.release("one")
    assert second.edition.lease("two", SECONDS, 60)
    second.close()


def test_a_holder_that_hangs_is_cut_off_and_writes_no_more(store: PostgresArchive) -> None:
    first, second = other(store, "one"), other(store, "two")
    assert first.edition.lease("one", SECONDS, -1), "a lease that has run out"
    store.edition.renew("one", SECONDS, 60)
    assert not any(second.edition.lease("two", SECONDS, 60) for _ in range(20)), "it was extended by another thread"
    store.edition.renew("one", SECONDS, -1)
    until(lambda: second.edition.lease("two", SECONDS, 60))
    with pytest.raises(StoreBusy, match="lost"):
        first.edition.apply(Batch(epoch="one", now=SECONDS))
    assert not first.edition.lease("one", SECONDS, 60)
    assert second.edition.holder() == "two"
    assert store.reading.version()[0] == 0
    second.edition.apply(Batch(epoch="one", now=SECONDS))
    first.close()
    second.close()


def test_a_command_gives_nothing_back_of_a_worker_that_is_connected(store: PostgresArchive) -> None:
    """Of another container with the same name, say: its process is not to be seen here."""
    worker = other(store, "box:1:2")
    assert worker.sources.claim("box:1:2", NOW, timedelta(minutes=5))
    release_dead(store, lambda owner: True)
    assert store.sources.owners() == ["box:1:2"]
    worker.close()

    def given_back() -> bool:
        release_dead(store, lambda owner: True)
        return not store.sources.owners()

    until(given_back)  # the server learns of it when it looks at the socket


def test_who_is_connected_lives(store: PostgresArchive) -> None:
    worker = other(store, "machine:1:2")
    assert not store.absent("machine:1:2")
    assert store.absent("machine:1:3")
    worker.close()
    for _ in range(1000):
        if gone := store.absent("machine:1:2"):
            break
    assert gone


def test_a_process_is_dead_after_it_was_gone_for_a_while() -> None:
    now, present = [0.0], {"b"}
    dead = Absences(lambda owner: owner not in present, lambda: now[0])
    assert not dead("a")
    now[0] = GRACE - 1
    assert not dead("a")
    assert not dead("b")
    now[0] = GRACE
    assert dead("a")
    present.add("a")
    assert not dead("a")
    present.clear()
    assert not dead("b"), "its time counts from when it was missed"


def test_two_that_claim_at_once_never_get_the_same(store: PostgresArchive) -> None:
    store.sources.sync([source(f"s{n}") for n in range(300)])
    found: list[list[str]] = []

    def claim(owner: str) -> None:
        archive = other(store, owner)
        while states := archive.sources.claim(owner, NOW, timedelta(minutes=5), limit=7):
            found.append([state.id for state in states])
        archive.close()

    threads = [threading.Thread(target=claim, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [id for batch in found for id in batch]
    assert len(ids) == len(set(ids)) == 300


def test_sources_may_exchange_their_names(store: PostgresArchive) -> None:
    a, b = "https://alpha.example/feed", "https://beta.example/feed"
    known = structs.replace(store.sources.states(["alpha"])[0], etag='"a"')
    store.sources.save([known])
    store.sources.sync([source("alpha", url=b), source("beta", url=a)])
    assert {state.id: state.url for state in store.sources.states()} == {"alpha": b, "beta": a}
    assert {state.id: state.etag for state in store.sources.states()} == {"alpha": None, "beta": '"a"'}


def test_a_sync_that_finds_all_as_it_should_be_writes_nothing(store: PostgresArchive) -> None:
    url = store._connection.server.url
    before = execute(url, "SELECT n, xmin::text FROM sources ORDER BY n")
    store.sources.sync([source("alpha"), source("beta")])
    assert execute(url, "SELECT n, xmin::text FROM sources ORDER BY n") == before


def test_troubles_of_workers_that_live_are_told(store: PostgresArchive) -> None:
    worker = other(store, "w1")
    worker.upkeep.report_troubles("w1", "polling: no\nstore: full")
    store.upkeep.report_troubles("gone", "queue: lost")
    reader = ReadOnlyArchive(store._connection.server.url, "reader")
    assert reader.upkeep.troubles() == ("polling: no", "store: full")
    worker.upkeep.report_troubles("w1", "")
    assert reader.upkeep.troubles() == ()
    # In a schema that a later version made the worker stores nothing else: who watches /readyz would count it among those that work.
    execute(store._connection.server.url, "UPDATE meta SET value = '99' WHERE key = 'schema'")
    worker.upkeep.report_troubles("w1", "queue: migrated")
    assert reader.upkeep.troubles() == ("queue: migrated",)
    worker.close()
    reader.close()


def test_counts_of_several_workers_add_up(store: PostgresArchive) -> None:
    for _ in range(3):
        told, counted = Measures(), Measures()
        counted.failed(["dns"])
        counted.edition(2.0, [30, 500])
        for _ in range(2):  # telling the same again adds nothing
            now = counted.copy()
            store.upkeep.revise(notes.MEASURES, lambda noted: now.onto(noted, told), (notes.TICK, 1))  # noqa: B023
            told = now
    total = store.upkeep.noted(notes.MEASURES)
    assert total
    assert (total.errors["dns"], total.editions, total.edition_seconds, total.delay_seconds) == (3, 3, 6.0, 1590)
    assert total.last_edition_seconds == 2.0


def test_counts_are_left_for_later_while_another_worker_stands_still_in_its_own(store: PostgresArchive) -> None:
    """The others waited for it, with the connection that stores polls, until it was cut off."""
    still = other(store, "still")
    with still._connection.transaction(Lock.REVISING):
        still._connection.write("INSERT INTO meta VALUES ('note:tick', '0')")
        assert not store.upkeep.revise(notes.MEASURES, lambda noted: Measures(editions=1), (notes.TICK, 1))
    assert store.upkeep.revise(notes.MEASURES, lambda noted: Measures(editions=1), (notes.TICK, 1))
    assert store.upkeep.noted(notes.TICK) == 1
    still.close()


def test_polls_that_are_stored_together_take_no_more_round_trips_than_one(store: PostgresArchive) -> None:
    """To begin, to lock the sources, to write, and to commit."""
    states = store.sources.states()
    with Link(store._connection.server.url) as link:
        far = PostgresArchive(link.url)
        for polled_together in (states[:1], states):
            before = link.trips
            far.intake.apply([PollResult(state) for state in polled_together], NOW)
            assert link.trips - before == 4
        far.close()


@pytest.mark.parametrize("lost", [False, True], ids=["refused", "the session ends"])
def test_what_is_written_unread_is_undone_with_its_transaction(store: PostgresArchive, lost: bool) -> None:
    db = store._connection

    def write() -> None:
        with db.transaction(), db.unread():
            db.write("INSERT INTO meta VALUES ('left', '')")
            if lost:
                end_sessions(store)
            db.write("INSERT INTO nowhere VALUES (1)")
            db.write_each("INSERT INTO meta VALUES (?, '')", [("one",), ("two",)])

    with pytest.raises(StoreError, match="stopping or starting|was lost" if lost else "contains no archive"):
        write()
    assert not db.read("SELECT 1 FROM meta WHERE key IN ('left', 'one')")
    with db.transaction(), db.unread():
        db.write("INSERT INTO meta VALUES ('left', '')")
    assert db.read("SELECT 1 FROM meta WHERE key = 'left'")


def test_a_transaction_that_the_server_undoes_is_not_taken_for_stored(store: PostgresArchive) -> None:
    """It answers COMMIT without an error if the error before was caught."""
    db = store._connection

    def write() -> None:
        with db.transaction():
            db.write("INSERT INTO meta VALUES ('left', '')")
            with suppress(StoreError), db.unread():
                db.write("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(StoreError, match="was undone"):
        write()
    assert not db.read("SELECT 1 FROM meta WHERE key = 'left'")
    db.write("INSERT INTO meta VALUES ('left', '')")
    assert db.read("SELECT 1 FROM meta WHERE key = 'left'"), "it is no longer in a transaction"


def test_a_transaction_within_another_is_undone_with_it_and_alone(store: PostgresArchive) -> None:
    db = store._connection
    with suppress(ZeroDivisionError), db.transaction():
        with db.transaction():
            db.write("INSERT INTO meta VALUES ('inner', '')")
        raise ZeroDivisionError
    assert not db.read("SELECT 1 FROM meta WHERE key = 'inner'")
    with db.transaction():
        db.write("INSERT INTO meta VALUES ('outer', '')")
        with suppress(ZeroDivisionError), db.transaction():
            db.write("INSERT INTO meta VALUES ('inner', '')")
            raise ZeroDivisionError
    assert db.read("SELECT key FROM meta WHERE key IN ('inner', 'outer')") == [("outer",)]


async def test_a_session_of_the_queue_that_the_server_has_ended_is_replaced_without_asking_each_time(
    store: PostgresArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    execute_one = QueueConnection.execute

    async def counting(raw: QueueConnection, query: Any, *more: Any, **named: Any) -> Any:
        asked.append(query)
        return await execute_one(raw, query, *more, **named)

    async with QueueConnection.pool(conninfo=store.address("queue"), min_size=1, open=False) as pool:
        async with pool.connection() as raw:
            monkeypatch.setattr(QueueConnection, "execute", counting)
            await raw.execute("SELECT 1")
        async with pool.connection() as same:
            await same.execute("SELECT 2")
        assert (same, asked) == (raw, ["SELECT 1", "SELECT 2"])
        end_sessions(store)
        await asyncio.to_thread(select.select, [raw.fileno()], [], [], PATIENCE)
        async with pool.connection() as another:
            await another.execute("SELECT 3")
        assert another is not raw


async def test_a_session_of_the_queue_is_closed_if_the_worker_stops_while_it_is_opened(
    store: PostgresArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QueueConnection] = []

    async def stopped(raw: QueueConnection, query: Any, *more: Any, **named: Any) -> Any:
        opened.append(raw)
        raise asyncio.CancelledError

    monkeypatch.setattr(QueueConnection, "execute", stopped)
    with pytest.raises(asyncio.CancelledError):
        await QueueConnection.connect(store.address("queue"))
    assert opened[0].closed


def test_workers_beside_each_other_lose_no_item(store: PostgresArchive) -> None:
    """Intake from several connections while the edition runs."""

    def bring(name: str) -> None:
        archive = other(store, name)
        for n in range(30):
            archive.intake.apply(
                [polled(name, [item(name, f"{n}-{k}", f"Thing{n} word{k} defense") for k in range(5)])], NOW
            )
        archive.close()

    threads = [threading.Thread(target=bring, args=(name,)) for name in ("alpha", "beta")]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        edition(store, policy(), lambda: SECONDS)
    edition(store, policy(), lambda: SECONDS)
    totals = store.reading.totals()
    assert (totals["items"], totals["pending"]) == (300, 0)
    rows = execute(store._connection.server.url, "SELECT count(*), count(DISTINCT item) FROM placements")
    assert rows == [(300, 300)]


def brings_changes(store: PostgresArchive) -> None:
    """Of two sources, the later one first."""
    changed = [(n, item("beta" if n <= 3 else "alpha", str(n), f"Again {n}")) for n in range(6, 0, -1)]
    store.intake.apply([polled("alpha", changed=changed[:3]), polled("beta", changed=changed[3:])], NOW)


def edits(store: PostgresArchive) -> None:
    with store.upkeep.configuring():
        store.upkeep.put_in_force("two", {"feeds.yaml": ""}, SECONDS)
        store.sources.sync([source("beta", enabled=False), source("alpha")])
        store.sources.disown(["beta", "alpha"], NOW)


def prunes(store: PostgresArchive) -> None:
    store._connection.write("DELETE FROM pending")  # as after an edition: what waits for one is left out
    store.upkeep.prune(SECONDS + 9 * 86_400, 86_400, {})


def test_sources_can_be_claimed_while_another_worker_starts(store: PostgresArchive) -> None:
    """All seemed to be polled by another process, although the start changes none."""
    starting = other(store, "starting")
    with starting.upkeep.configuring():
        starting.sources.sync([source("alpha"), source("beta")])
        assert len(store.sources.claim("me", NOW, timedelta(minutes=5))) == 2
    starting.close()


WRITERS: list[tuple[str, Callable[[PostgresArchive], object]]] = [
    ("sources", brings_changes),
    ("sources", lambda store: store.sources.save(store.sources.states()[::-1])),
    ("sources", lambda store: store.sources.renew("me", ["beta", "alpha"], NOW, timedelta(minutes=5))),
    ("sources", lambda store: store.sources.release("me", ["beta", "alpha"])),
    ("sources", lambda store: store.sources.release("me")),
    ("sources", lambda store: store.sources.sync([source("beta", enabled=False), source("alpha", enabled=False)])),
    ("sources", edits),
    ("sources", prunes),
    ("pending", brings_changes),
    ("pending", lambda store: edition(store, policy(), lambda: SECONDS)),
]


@pytest.mark.parametrize(
    ("table", "write"),
    WRITERS,
    ids=["poll", "save", "renew", "release", "release all", "sync", "edit", "prune", "change", "edition"],
)
def test_who_waits_for_a_row_holds_none_that_another_takes_after_it(
    table: str, write: Callable[[PostgresArchive], object]
) -> None:
    """Else two that write the same rows in different orders wait for each other, and the work of one is undone."""
    # In every order but that of their numbers the first ones come last: by name, by time, and where they stand in the table.
    store = postgres_archive("beta", "alpha")
    for name, numbers, hours in (("beta", (1, 2, 3), 1), ("alpha", (4, 5, 6), 2)):
        news = [item(name, str(n), f"News {n}", summary="Words.", published=ago(hours=hours)) for n in numbers]
        store.intake.apply([polled(name, news)], NOW)
    store.sources.claim("me", NOW, timedelta(minutes=5), due_only=False)
    url, first = store._connection.server.url, {"sources": "n = 1", "pending": "item = 1"}[table]
    execute(url, "UPDATE sources SET polls = 7 WHERE n = 1", "UPDATE pending SET hash = hash WHERE item = 1")
    writer = other(store, "me")
    with psycopg.connect(url) as holder:
        holder.execute(f"SELECT FROM {table} WHERE {first} FOR UPDATE".encode())
        thread = threading.Thread(target=write, args=(writer,))
        thread.start()
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        until(lambda: bool(execute(url, waiting)))
        for name in {table, "texts", "pending"} if table == "sources" else {table}:
            rows = f"SELECT count(*) FROM {name} WHERE NOT ({first if name == table else 'false'})"
            free = f"SELECT 1 FROM {name} WHERE NOT ({first if name == table else 'false'}) FOR UPDATE SKIP LOCKED"
            assert len(execute(url, free)) == execute(url, rows)[0][0], name
        holder.rollback()
        thread.join()
    writer.close()
    store.close()


def test_what_the_grouping_remembers_is_forgotten_between_two_steps_of_an_edition(store: PostgresArchive) -> None:
    """`prune` is a command, too, which holds no edition: they would wait for each other's rows."""
    publish(store, polled("alpha", [item("alpha", "1", "Frigate collides off Oslo")]))
    late, url = other(store, "late"), store._connection.server.url
    remembered = execute(url, "SELECT item FROM postings")
    assert remembered
    with store._connection.transaction():
        next_version(store._connection)
        after = int(NOW.timestamp()) + 20 * 86_400
        thread = threading.Thread(target=late.upkeep.prune, args=(after, 90 * 86_400, {}))
        thread.start()
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        until(lambda: bool(execute(url, waiting)))
        assert execute(url, "SELECT item FROM postings FOR UPDATE SKIP LOCKED") == remembered
    thread.join()
    assert execute(url, "SELECT item FROM postings") == []
    late.close()


def test_an_edit_of_the_file_is_dated_after_the_edition_that_is_just_stored(store: PostgresArchive) -> None:
    """Both had the same second: a client that had seen the news of the one was told that nothing had changed since."""
    late, url = other(store, "late"), store._connection.server.url
    change = Change(store._connection, SECONDS)
    with store._connection.transaction():
        change.begin()
        thread = threading.Thread(target=late.upkeep.put_in_force, args=("two", {}, SECONDS))
        thread.start()
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        until(lambda: not thread.is_alive() or execute(url, waiting))
        change.end(())
    thread.join()
    configuration = store.upkeep.configuration()
    assert configuration
    assert configuration.applied > store.reading.version()[1]
    late.close()


def test_two_that_store_the_same_changed_item_at_once_store_it_one_after_the_other(store: PostgresArchive) -> None:
    """Its lease had ended, and another process polled the source, too."""
    store.intake.apply([polled("alpha", [item("alpha", "1", "One")])], NOW)
    late, url = other(store, "late"), store._connection.server.url
    with store._connection.transaction():
        store.intake.apply([polled("alpha", changed=[(1, item("alpha", "1", "Two"))])], NOW)
        thread = threading.Thread(
            target=late.intake.apply, args=([polled("alpha", changed=[(1, item("alpha", "1", "Three"))])], NOW)
        )
        thread.start()
        until(lambda: bool(execute(url, "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")))
    thread.join()
    assert execute(url, "SELECT title, pending.hash FROM texts JOIN pending USING (item)") == [("Three", "Three|")]
    late.close()


def test_an_article_that_moves_back_while_its_addresses_are_forgotten_keeps_the_present_one(
    store: PostgresArchive,
) -> None:
    publish(store, polled("alpha", [item("alpha", "1", "Restless")]))
    places = [f"https://alpha.example/1?session={token}" for token in range(MOVES + 1)]
    for place in places:
        store.intake.apply([polled("alpha", changed=[(1, item("alpha", "1", place, url=place, canonical=place))])], NOW)
    late, url = other(store, "late"), store._connection.server.url
    with store._connection.transaction():
        back = item("alpha", "1", "Back", url=places[3], canonical=places[3])
        store.intake.apply([polled("alpha", changed=[(1, back)])], NOW)
        thread = threading.Thread(target=late.upkeep.prune, args=(SECONDS, 90 * 86_400, {}))
        thread.start()
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        until(lambda: not thread.is_alive() or bool(execute(url, waiting)))
    thread.join()
    assert {place for place in places if store.edition.placed_at([place])} == {places[3]}
    late.close()


def test_the_server_knows_how_many_items_are_of_a_language(store: PostgresArchive) -> None:
    """It took any for a rare one, and went through all items of a common one for each list: a reader got no answer in time."""
    news = [item("alpha", str(n), f"News {n}", lang=("en", "de", None)[n % 20 // 10]) for n in range(900)]
    store.intake.apply([polled("alpha", news)], NOW)
    asked = 'SELECT item FROM texts WHERE lower(lang COLLATE "C") = '
    execute(store._connection.server.url, "ANALYZE texts")
    for lang, expected in (("en", 450), ("de", 450), ("fr", 1)):
        ((plan,),) = execute(store._connection.server.url, f"EXPLAIN (FORMAT JSON) {asked}'{lang}'")
        assert plan[0]["Plan"]["Plan Rows"] == pytest.approx(expected, rel=0.1), lang


def test_the_server_knows_how_much_a_publisher_told(store: PostgresArchive) -> None:
    """It took any for a rare one: for a list of the stories of one with a fifth of 250,000 items it went through all items."""
    url = store._connection.server.url
    told = "SELECT n, n, CASE WHEN n % 20 < 10 THEN 'Often' ELSE 'Other ' || n END, '', '', '', '', '' FROM generate_series(1, 900) n"
    execute(
        url,
        f"INSERT INTO placements (item, story, publisher, section, scores, topics, places, why) {told}",
        "ANALYZE placements",
    )
    for publisher, expected in (("often", 450), ("other 10", 1)):
        for condition, values in of_members(DIALECT, Filter(publisher=publisher), Numbers()):
            asked = f"EXPLAIN (FORMAT JSON) SELECT 1 FROM placements p WHERE {condition}"
            ((plan,),) = store._connection.read(asked, values)
            assert plan[0]["Plan"]["Plan Rows"] == pytest.approx(expected, rel=0.1), publisher


def test_the_server_knows_how_many_stories_so_many_publishers_tell(store: PostgresArchive) -> None:
    """It expected a fifth of them, and for the newest few of a section sorted all that several tell."""
    url = store._connection.server.url
    told = "SELECT n, k, 'P' || k, n, n FROM generate_series(1, 900) n, generate_series(1, 4) k WHERE n % (k * k) = 0"
    execute(url, f"INSERT INTO corroborations (story, k, publisher, entered, reached) {told}", "ANALYZE corroborations")
    for least, expected in ((2, 225), (3, 100), (4, 56)):
        asked = f"SELECT 1 FROM corroborations c WHERE {counted(DIALECT, 'c.k', least)}"
        ((plan,),) = execute(url, f"EXPLAIN (FORMAT JSON) {asked}")
        assert plan[0]["Plan"]["Plan Rows"] == pytest.approx(expected, rel=0.1), least
        ordered = f"SET enable_seqscan = off; EXPLAIN {asked} ORDER BY c.reached DESC, c.story DESC LIMIT 5"
        plan = "\n".join(line for (line,) in execute(url, *ordered.split("; ")))
        assert "corroborations_reached" in plan, "by the index of those that several tell"
        assert "Sort" not in plan, plan


def test_it_is_known_how_much_a_source_or_a_section_has(store: PostgresArchive) -> None:
    """The server took any for an average one: a further page of a source with a sixth of all items was made of all that it ever told, and
    took seconds, or was given up."""
    told = {"alpha": 900, "beta": 9}
    news = [polled(id, [item(id, str(n), f"{id}{n} missile{n}") for n in range(many)]) for id, many in told.items()]
    store.intake.apply(news, NOW)
    execute(
        store._connection.server.url,
        "INSERT INTO streams (n, name, version, changed) VALUES (1, 'section:world', 0, 0), (2, 'section:africa', 0, 0)",
        "INSERT INTO entries SELECT CASE WHEN n > 9 THEN 1 ELSE 2 END, n, 0, 0, 0, TRUE FROM generate_series(1, 900) n",
        "ANALYZE items, entries",
    )
    for outlet, section, expected in (
        ("alpha", "world", (900, 891)),
        ("beta", "africa", (9, 9)),
        ("none", "none", (1, 1)),
    ):
        query = StreamQuery("source", outlet, filter=Filter(section=section))
        narrow = few_sql(DIALECT, query, numbers_of(store._connection, [query]))
        rows = [store._connection.read(f"EXPLAIN (FORMAT JSON) {asked}", values) for _, asked, values in narrow]
        found = tuple(plan[0]["Plan"]["Plan Rows"] for ((plan,),) in rows)
        assert [max(1, one) for one in found] == pytest.approx(expected, rel=0.1), outlet


def test_forms_that_are_nowhere_are_not_expected_in_many_items(store: PostgresArchive) -> None:
    """A word in 8 forms was expected in eight times as many items as say it, and these were looked for among the newest one by one."""
    url = store._connection.server.url
    often = (
        "SELECT n, array_to_tsvector(array_agg('w' || k)) FROM generate_series(1, 10000) n, generate_series(1, 2500) k"
    )
    execute(url, f"INSERT INTO search {often} WHERE n % k = 0 GROUP BY n", "ANALYZE search")  # word k in each k-th item
    asked = DIALECT.words([("w2000", *(f"nowhere{n}" for n in range(7)))], True)
    ((plan,),) = execute(url, f"EXPLAIN (FORMAT JSON) SELECT 1 FROM search WHERE words @@ $${asked}$$::tsquery")
    assert plan[0]["Plan"]["Plan Rows"] < 25, "it is in five"


def place_many(store: PostgresArchive, publisher: str = "'P'", section: str = "''") -> None:
    """9,000 items, each a story of its own; `publisher` and `section` are SQL for those of the item `n`."""
    told = f"SELECT n, n, {publisher}, {section}, '', '', '', '' FROM generate_series(1, 9000) n"
    execute(
        store._connection.server.url,
        "INSERT INTO items SELECT n, decode(md5(n::text), 'hex'), 1, n, n, n, TRUE FROM generate_series(1, 9000) n",
        f"INSERT INTO placements (item, story, publisher, section, scores, topics, places, why) {told}",
        "ANALYZE items, placements",
    )


def test_a_condition_that_meets_many_is_read_by_its_index_though_another_one_meets_few(store: PostgresArchive) -> None:
    """Asked for no more rows than the other one meets, the server went through the table for them: they may be at its end."""
    place_many(store, publisher="CASE WHEN n % 900 = 0 THEN 'Rare' ELSE 'Often' END")
    execute(
        store._connection.server.url,
        "INSERT INTO streams (n, name, version, changed) VALUES (1, 'section:world', 0, 0), (2, 'section:africa', 0, 0)",
        "INSERT INTO entries SELECT CASE WHEN n % 3 = 0 THEN 2 ELSE 1 END, n, n, 0, n, TRUE FROM generate_series(1, 9000) n",
        "ANALYZE entries",
    )
    with store._connection.transaction() as raw:
        store.reading.stories(StreamQuery("search", filter=Filter(publisher="Rare", section="africa")), SECONDS)
        scans = raw.execute("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'entries'").fetchone()
    assert scans == (0,)


def test_items_of_a_section_are_read_from_the_newest_on(store: PostgresArchive) -> None:
    """The server expected few of them in any section: it read the whole archive and sorted them."""
    place_many(store, section="CASE WHEN n % 3 > 0 THEN 'world' ELSE 'africa' END")
    (statement, values), _ = items_sql(
        DIALECT, StreamQuery("section", "world", view="items", primary=True), 50, Lookup(), Numbers()
    )
    plan = "\n".join(line for (line,) in store._connection.read(f"EXPLAIN {statement}", values))
    assert "items_entered" in plan, plan
    assert "Sort" not in plan, plan


def test_where_the_items_within_keep_begin_is_found_among_these(store: PostgresArchive, asked: list[str]) -> None:
    """The server went through all items from the first one on: each day through all that an archive ever had."""
    execute(
        store._connection.server.url,
        "INSERT INTO items SELECT n, decode(md5(n::text), 'hex'), 1, n, n, n, TRUE FROM generate_series(1, 9000) n",
        "VACUUM ANALYZE items",
    )
    assert first_since(store._connection, 8001, 9500) == 8001
    plan = "\n".join(line for (line,) in store._connection.read(f"EXPLAIN {asked[0]}", (8001, 9500)))
    assert "items_entered" in plan, plan


def test_words_that_are_nowhere_are_not_looked_for_in_one_story_after_the_other(
    store: PostgresArchive, asked: list[str]
) -> None:
    """Twenty were expected in so many items that this seemed shorter: a reader of a large section got no answer in time."""
    url = store._connection.server.url
    often = (
        "SELECT n, array_to_tsvector(array_agg('w' || k)) FROM generate_series(1, 9000) n, generate_series(1, 3000) k"
    )
    execute(
        url,
        "INSERT INTO items SELECT n, decode(md5(n::text), 'hex'), 1, 0, 0, 0, TRUE FROM generate_series(1, 9000) n",
        f"INSERT INTO search {often} WHERE n % k = 0 GROUP BY n",  # word k in each k-th item
        "ANALYZE search",
    )

    def search(words: str, query: StreamQuery, view: str) -> str:
        asked.clear()
        wanted = replace(query, view=view, limit=50, filter=Filter(words=(words,)))
        assert getattr(store.reading, view)(wanted, SECONDS)[0] == []
        return "\n".join(sql for sql in asked if not sql.startswith("EXPLAIN"))

    counted = "FROM (SELECT search.item FROM search"
    streams = (
        StreamQuery("section", "world"),
        StreamQuery("latest", window=(0, SECONDS)),
        StreamQuery("search", changed_since=0),
    )
    for query, (view, listed) in product(streams, (("stories", "stories st WHERE"), ("items", "FROM items i"))):
        words = (" OR ".join(f"{word}{n}" for n in range(1, 20)) for word in ("nowhere", "w"))
        nowhere, common = (search(one, query, view) for one in words)
        assert (listed in nowhere, counted in nowhere) == (False, True), (query, view)
        assert (listed in common, counted in common) == (True, False), "they would take long to count"


@pytest.mark.parametrize("build", [stories_sql, items_sql])
def test_what_a_search_leaves_out_is_looked_up_and_not_listed(store: PostgresArchive, build: Any) -> None:
    """A list of all that say a common word, gone through for each item, took longer than a reader may wait."""
    (query, values), _ = build(DIALECT, StreamQuery("search", filter=Filter(without=("the",))), 50, Lookup(), Numbers())
    plan = "\n".join(line for (line,) in store._connection.read(f"EXPLAIN {query}", values))
    assert "Anti Join" in plan, plan
    assert "SubPlan" not in plan, plan


def test_where_a_further_page_begins_is_asked_of_what_such_reports_found(store: PostgresArchive) -> None:
    """Asked of all that so many told, the time of each was worked out: a page of 50 took seconds where 30,000 stories were told by two."""
    query = StreamQuery("latest", min_publishers=2, filter=Filter(lang="de"), before=(SECONDS, 5))
    _, later = stories_sql(DIALECT, query, 50, Lookup(), Numbers())
    assert later
    statement, values = later(0)[-1]
    plan = [line.strip() for (line,) in store._connection.read(f"EXPLAIN {statement}", values)]
    (found,) = (n for n, line in enumerate(plan) if line.startswith("->  Subquery Scan on late"))
    assert plan[found + 1].startswith("Filter: (ROW(late.t, late.n) < ROW("), plan[found + 1]
    assert not any("ROW(" in line for line in plan[found + 2 :]), "\n".join(plan)


def test_the_server_knows_how_far_back_reports_are_looked_for(store: PostgresArchive) -> None:
    """It expected one item in two hundred, and so went through all since then: for the stories of one outlet in a section, the archive."""
    place_many(store, publisher="CASE WHEN n % 60 > 0 THEN 'Beta' ELSE 'Alpha' END")
    _, later = stories_sql(DIALECT, StreamQuery("latest", filter=Filter(publisher="Alpha")), 50, Lookup(), Numbers())
    assert later

    def plan(oldest: int) -> str:
        ((statement, values),) = later(oldest)
        return "\n".join(line for (line,) in store._connection.read(f"EXPLAIN {statement}", values))

    assert ["items_entered" in plan(oldest) for oldest in (8990, 100)] == [True, False]


def test_the_newest_of_a_section_that_several_tell_are_found_without_reading_all_of_it(store: PostgresArchive) -> None:
    """The server took a story's section for independent of the entries that name it, expected a tenth of what there is, and for each list
    of the front page joined the whole section with all that so many tell."""
    told = "generate_series(1, 9000) n"
    execute(
        store._connection.server.url,
        f"INSERT INTO stories SELECT n, decode(md5(n::text), 'hex'), n, n, n, n, n, 's' || n % 10, '', '', 1, '', '' FROM {told}",
        f"INSERT INTO entries SELECT n % 10, n, n, n, n, TRUE FROM {told}",
        f"INSERT INTO corroborations SELECT n, 2, 'P', n, n FROM {told} WHERE n % 3 = 0",
        "ANALYZE stories, entries, corroborations",
    )
    query = StreamQuery("section", "s3", primary=True, min_publishers=2)
    (statement, values), _ = stories_sql(DIALECT, query, 9, Lookup(vast=True), Numbers(streams={"section:s3": 3}))
    plan = "\n".join(line for (line,) in store._connection.read(f"EXPLAIN {statement}", values))
    assert "Hash Join" not in plan and "Sort Key" not in plan, plan


def test_lists_are_planned_for_their_values_however_often_they_are_asked_for(store: PostgresArchive) -> None:
    """From the eleventh of a kind in one connection, the server planned for any outlet and no longer knew how far back to look."""
    for limit in range(1, 8):
        for view in ("stories", "items"):
            store.reading.told(StreamQuery("latest", view=view, limit=limit, filter=Filter(without=("the",))), SECONDS)
    prepared = [text for (text,) in store._connection.read("SELECT statement FROM pg_prepared_statements")]
    assert not [text for text in prepared if "ORDER BY" in text], prepared


def test_an_apply_knows_a_running_worker_from_one_that_has_just_stopped(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stored stories waited for the next worker, and it said that the running service follows within seconds."""
    file = tmp_path / "feeds.yaml"
    file.write_text("sources: []\nsections:\n  - {id: defense, words: [missile]}\n  - {id: world}\n")
    made = PostgresArchive(url)
    made.upkeep.note(notes.TICK, int(utc_now().timestamp()))
    command = ["--config", str(file), "--instance", str(tmp_path), "--database", url, "apply", "--json"]

    def running() -> bool:
        assert main(command) == 0
        return bool(json.loads(capsys.readouterr().out)["running"])

    assert not running()
    with psycopg.connect(made.address(QUEUE)):
        assert running()
        made.upkeep.note(notes.TICK, int(utc_now().timestamp()) - 60)
        assert not running(), "of another archive in the same database"
    made.close()


def test_an_apply_needs_one_connection(url: str, tmp_path: Path) -> None:
    """It put the file in force, failed to open another to see whether a worker runs, and left the stored stories as they were."""
    execute(url, "DROP ROLE IF EXISTS alone", "CREATE ROLE alone LOGIN CONNECTION LIMIT 1")
    execute(url, "GRANT CREATE ON SCHEMA public TO alone")
    file, alone = tmp_path / "feeds.yaml", url.replace("postgres:@", "alone:@")
    file.write_text("sources: []\nsections:\n  - {id: world}\n")
    assert main(["--config", str(file), "--instance", str(tmp_path), "--database", alone, "apply"]) == 0
    execute(url, "DROP OWNED BY alone", "DROP ROLE alone")
