"""F2, F5, F7, F8, F9, F10, F24: what may happen to the archive's file."""

from __future__ import annotations

import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import ExitStack, closing
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from builders import NOW, ago, archive, item, policy, polled, source
from builders.disks import failing_disk, fill, read_only, small_disk
from builders.process import PATIENCE, aggregator, command, configuration, environment
from msgspec.structs import replace

from aggregator.bootstrap import Database, Installation
from aggregator.errors import NotAStore, StoreBusy, StoreCorrupt, StoreError, StoreFull, StoreReadOnly, StoreTooNew
from aggregator.model import notes
from aggregator.model.poll import StoredItems
from aggregator.model.story import Batch
from aggregator.model.stream import Filter, StreamQuery
from aggregator.normalise.address import canonical
from aggregator.normalise.recognition import recognise
from aggregator.pipeline.edition import edition
from aggregator.pipeline.override_index import OverrideIndex
from aggregator.schedule.health import health
from aggregator.store.postgres import schema as postgres
from aggregator.store.rows import STATE_COLUMNS
from aggregator.store.sqlite import connection, copying, intake
from aggregator.store.sqlite.archive import ReadOnlyArchive, SqliteArchive
from aggregator.store.sqlite.connection import Connection
from aggregator.store.sqlite.copying import save_copy
from aggregator.store.sqlite.files import identity
from aggregator.store.sqlite.schema import migrations
from aggregator.store.sqlite.upkeep import Upkeep
from aggregator.worker.lock import WorkerLock, locks

TEXT = "word " * 400


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    raw = sqlite3.connect(path)
    found = raw.execute(query).fetchall()
    raw.close()
    return found


def script(body: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python that kills itself: with the builders at hand."""
    paths = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]
    head = f"import sys; sys.path[:0] = {paths!r}\nimport os, signal\nfrom pathlib import Path\n"
    return subprocess.run(
        [sys.executable, "-c", head + body, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_a_commit_waits_until_it_is_on_the_disk(tmp_path: Path) -> None:
    """Or else a power cut would take it back, which no test can make."""
    with closing(Connection(tmp_path / "a.db")) as writer:
        assert writer.raw.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.parametrize("moment", ["_add", "_count_drops", "write_states", "commit"])
def test_f2_a_kill_between_items_and_validators_shows_neither(tmp_path: Path, moment: str) -> None:
    archive(tmp_path, "one").close()
    done = script(
        """
from msgspec.structs import replace
from msgspec import structs
from builders import NOW, archive, item, polled
from aggregator.store import intake as shared, sources
from aggregator.store.sqlite import intake
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
moment = sys.argv[2]
made = archive(Path(sys.argv[1]), "one")
if moment == "write_states": sources.Sources.write_states = die
elif moment == "_count_drops": shared._count_drops = die
elif moment != "commit": setattr(intake.Intake, moment, die)
else:
    class Raw:
        def __init__(self, raw): self.raw = raw
        def __getattr__(self, name): return getattr(self.raw, name)
        def execute(self, query, *more): return die() if query == "COMMIT" else self.raw.execute(query, *more)
    made._connection.raw = Raw(made._connection.raw)
result = polled("one", [item("one", str(n), f"Title {n}") for n in range(50)])
made.intake.apply([replace(result, state=structs.replace(result.state, etag='"new"'))], NOW)
""",
        str(tmp_path),
        moment,
    )
    assert done.returncode == -9, done.stderr
    path = tmp_path / "aggregator.db"
    assert rows(path, "SELECT (SELECT count(*) FROM items), (SELECT count(*) FROM texts), etag FROM sources") == [
        (0, 0, None)
    ]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_f5_a_full_archive_changes_nothing_reads_on_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    made = archive(tmp_path, "one")
    made.intake.apply([polled("one", [item("one", "a", "First")])], NOW)
    pages = made._connection.raw.execute("PRAGMA page_count").fetchone()[0]
    made._connection.raw.execute(f"PRAGMA max_page_count = {pages + 20}")
    more = polled("one", [item("one", str(n), f"Title {n}", summary=TEXT) for n in range(500)])
    with pytest.raises(StoreFull, match="disk is full; nothing was changed, reading still works"):
        made.intake.apply([more], NOW)
    assert made.reading.totals()["items"] == 1
    made.upkeep.check()
    made._connection.raw.execute("PRAGMA max_page_count = 1000000")
    assert made.intake.apply([more], NOW) == [500]
    made.close()


@pytest.mark.parametrize("read_only", [False, True])
def test_f5_whoever_opens_the_archive_on_a_full_disk_is_told_so(tmp_path: Path, read_only: bool) -> None:
    with small_disk(tmp_path / "small", "2m") as folder:
        archive(folder, "one").close()
        fill(folder / "other")
        with pytest.raises(StoreFull, match="disk is full; nothing was changed, even reading needs some room"):
            Connection(folder / "aggregator.db", read_only=read_only).read("SELECT * FROM items")
        (folder / "other").unlink()
        archive(folder, "one").close()


def killed_on_a_full_disk(tmp_path: Path) -> Path:
    """The folder of an archive on `disk`, which `other` fills, as a process leaves it that is killed, but without the index of its log."""
    with closing(archive(tmp_path / "killed", "one")):
        shutil.copytree(tmp_path / "killed", folder := tmp_path / "disk" / "killed")
    (folder / "aggregator.db-shm").unlink()
    fill(folder / "other", 512)
    return folder


@pytest.mark.parametrize("free", [0, 16])
def test_f5_an_index_of_the_log_for_which_a_disk_of_small_blocks_has_no_room_ends_no_process(
    tmp_path: Path, free: int
) -> None:
    """SQLite noticed it only where the disk has blocks of 4 KiB; on others the system ended each process with SIGBUS, without a word."""
    with failing_disk(tmp_path / "disk", tmp_path / "image"):
        folder = killed_on_a_full_disk(tmp_path)
        os.truncate(folder / "other", (folder / "other").stat().st_size - free * 1024)
        read = f"""
from pathlib import Path
from aggregator.store.sqlite.connection import Connection
print(Connection(Path({str(folder / "aggregator.db")!r}), read_only=True).read("SELECT id FROM sources"))
"""
        for said, code in (("even reading needs some room", 1), ("one", 0)):
            ended = subprocess.run([sys.executable, "-c", read], capture_output=True, text=True, check=False)
            assert (ended.returncode, said in ended.stdout + ended.stderr) == (code, True)
            (folder / "other").unlink(missing_ok=True)


def test_f5_what_a_disk_of_small_blocks_reserves_for_root_is_no_full_disk_to_root(tmp_path: Path) -> None:
    """Of its free space the system names only what everybody may use, here none. Nor is such a disk full when it is read-only."""
    with failing_disk(tmp_path / "disk", tmp_path / "image") as fail:
        folder = killed_on_a_full_disk(tmp_path)
        os.truncate(folder / "other", (folder / "other").stat().st_size - (1 << 20))
        assert os.statvfs(folder).f_bavail == 0
        with closing(Connection(folder / "aggregator.db", read_only=True)) as found:
            assert found.read("SELECT id FROM sources") == [("one",)]
        shutil.copytree(folder, again := tmp_path / "disk" / "again", ignore=shutil.ignore_patterns("other", "*-shm"))
        fail()
        with pytest.raises(StoreReadOnly):
            Connection(again / "aggregator.db", read_only=True)


def test_f5_a_backup_put_back_on_a_full_disk_is_not_said_to_be_readable(tmp_path: Path) -> None:
    """`serve` does not start with it either."""
    made = archive(tmp_path, "one")
    save_copy(made._connection, tmp_path / "backup.db")
    made.close()
    with small_disk(tmp_path / "small", "2m") as folder:
        shutil.copy(tmp_path / "backup.db", folder / "aggregator.db")
        fill(folder / "other")
        with pytest.raises(StoreFull, match="disk is full; nothing was changed, even reading needs some room"):
            SqliteArchive(folder / "aggregator.db")
        (folder / "other").unlink()
        SqliteArchive(folder / "aggregator.db").close()


def test_f5_a_limit_of_the_size_of_files_is_not_said_to_be_a_broken_disk(tmp_path: Path) -> None:
    """Or a quota, which SQLite tells from a full disk as little."""
    limited = ["sh", "-c", 'ulimit -f 100; exec "$@"', "sh", *command(configuration(tmp_path, {}), "poll")]
    ended = subprocess.run(limited, capture_output=True, text=True, timeout=PATIENCE, env=environment(), check=False)
    assert ended.returncode == 1
    assert re.fullmatch(r"aggregator: \S+aggregator\.db: .*, or a quota or a limit of .* is reached\n", ended.stderr)
    assert aggregator(tmp_path / "feeds.yaml", "poll").returncode == 0, "nothing half made is left"


def test_f5_a_disk_that_fails_only_when_its_writes_are_to_last_says_so_and_loses_nothing(tmp_path: Path) -> None:
    """As a thin disk of a virtual machine does once its host is full: it takes what is written, and cannot store it. All that was said
    was "disk I/O error"."""
    disk, image = tmp_path / "disk", tmp_path / "host" / "image"
    with small_disk(image.parent, "24m") as host:
        with failing_disk(disk, image), closing(SqliteArchive(disk / "aggregator.db")) as store:
            store.sources.sync([source("one")])
            fill(host / "other")
            with pytest.raises(StoreError, match=r"aggregator\.db: disk I/O error; the disk fails, or a quota"):
                store.sources.sync([source("one"), *(source(f"s{n}") for n in range(100))])
        (host / "other").unlink()
        with failing_disk(disk, image), closing(SqliteArchive(disk / "aggregator.db")) as store:
            store.upkeep.check()
            assert {state.id for state in store.sources.states()} == {"one"}


def test_f5_a_disk_that_takes_no_further_file_is_not_said_to_be_somebody_elses(tmp_path: Path) -> None:
    """It may have room for gigabytes, which is all that `df` shows."""
    with small_disk(tmp_path / "small", files=3) as folder:
        archive(folder, "one").close()
        (folder / "other").touch()
        (folder / "another").touch()
        for files in (folder / "aggregator.db", folder / "new.db"):
            with pytest.raises(StoreFull, match="takes no further file, however much room it has"):
                Connection(files).read("SELECT * FROM items")
        with pytest.raises(
            StoreReadOnly, match=r"worker\.lock: cannot be written: No space left on device; see df -h and df -i"
        ):
            WorkerLock(folder).__enter__()
        (folder / "other").unlink()
        (folder / "another").unlink()
        archive(folder, "one").close()


@pytest.mark.parametrize("worker", [True, False])
@pytest.mark.parametrize(("link", "said"), [(True, "a link to a folder that is not there"), (False, "a file")])
def test_a_folder_on_a_disk_that_is_not_there_is_said_to_be_that(
    tmp_path: Path, worker: bool, link: bool, said: str
) -> None:
    """As where the disk of the archive is not mounted: it said that the file exists."""
    folder = tmp_path / "instance"
    if link:
        folder.symlink_to(tmp_path / "disk" / "instance")
    else:
        folder.touch()
    for wanted in (folder, folder / "wire") if link else (folder,):
        with pytest.raises(StoreReadOnly, match=f"{folder}: the folder cannot be made: this is {said}$"):
            if worker:
                WorkerLock(wanted).__enter__()
            else:
                SqliteArchive(wanted / "aggregator.db")


def test_an_archive_whose_link_leads_round_in_a_circle_cannot_be_opened(tmp_path: Path) -> None:
    """It ended in a traceback."""
    (link := tmp_path / "aggregator.db").symlink_to(link)
    with pytest.raises(StoreReadOnly, match="cannot be opened for writing"):
        SqliteArchive(link)
    assert not any(lock.held() for lock in locks(tmp_path, link))


def test_an_instance_folder_that_is_moved_away_is_told_at_once(tmp_path: Path) -> None:
    """With what the worker reports in it."""
    instance = tmp_path / "instance"
    instance.mkdir()
    made = archive(instance, "one")
    database = Database(Installation(tmp_path / "feeds.yaml", instance, None))
    assert database.troubles() == ()
    instance.rename(tmp_path / "away")
    assert database.troubles() == (f"store: {instance}/aggregator.db is gone",)
    (tmp_path / "away").rename(instance)
    assert database.troubles() == ()
    made.close()


def test_f7_a_write_waits_for_another_writer_and_only_so_long(tmp_path: Path) -> None:
    made = archive(tmp_path, "one")
    other = sqlite3.connect(tmp_path / "aggregator.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.7, other.execute, ("COMMIT",))
    release.start()
    assert made.intake.apply([polled("one", [item("one", "a", "First")])], NOW) == [1]
    release.join()
    other.execute("BEGIN IMMEDIATE")
    hasty = Connection(tmp_path / "aggregator.db", patience=0.1)
    with pytest.raises(StoreBusy, match="another process holds the database"), hasty.transaction():
        raise AssertionError("no transaction may begin")
    assert made.reading.totals()["items"] == 1, "reading goes on under the lock"
    other.execute("COMMIT")
    for one in (hasty, other, made):
        one.close()


def test_a_command_that_waits_long_for_another_process_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All were silent for up to a minute, beside a forgotten `sqlite3` for example; once for each wait."""
    monkeypatch.setattr(connection, "LONG", 0.1)
    made = archive(tmp_path, "one")
    other = sqlite3.connect(made.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    made._connection.patience = 1.5
    with caplog.at_level("WARNING"), pytest.raises(StoreBusy):
        made.upkeep.note(notes.TICK, 1)
    assert caplog.messages == [f"{made.path}: another process holds the database; trying for 1.5 s"]
    other.close()
    made.close()


def test_who_waits_for_another_writer_hears_a_signal(tmp_path: Path) -> None:
    """A service that started under a lock did not end on SIGTERM, nor a command on Ctrl-C, for up to a minute."""

    def heard(*_: object) -> None:
        raise InterruptedError

    made = archive(tmp_path, "one")
    made._connection.patience = 10 * PATIENCE  # who does not hear it hangs
    other = sqlite3.connect(tmp_path / "aggregator.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    before = signal.signal(signal.SIGALRM, heard)
    try:
        with pytest.raises(InterruptedError):
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            made.upkeep.note(notes.TICK, 1)
    finally:
        signal.signal(signal.SIGALRM, before)
    other.close()
    made.upkeep.note(notes.TICK, 1)
    made.close()


def test_another_connection_takes_no_locks_from_those_that_are_open(tmp_path: Path) -> None:
    """If any handle of a file is closed, the system takes away all locks that the process holds on it. Another process would then take
    itself for the last that uses the file, and delete the log that is in use."""
    made = archive(tmp_path, "one")
    reader = ReadOnlyArchive(made.path)
    reader.reading.totals()
    ReadOnlyArchive(made.path).close()
    Connection(made.path).close()
    body = "import sqlite3; print(sqlite3.connect(sys.argv[1], timeout=0).execute('PRAGMA journal_mode = DELETE').fetchall())"
    assert "database is locked" in script(body, str(made.path)).stderr
    reader.close()
    made.close()


def test_the_log_shrinks_again_when_somebody_has_read_for_long(tmp_path: Path) -> None:
    """What is read stays in it until then, as during a backup onto a slow disk; and the file kept its size until the next restart."""
    made = archive(tmp_path, "one")
    log = tmp_path / "aggregator.db-wal"
    reader = sqlite3.connect(tmp_path / "aggregator.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM items").fetchone()
    for letter in "abcdefgh":  # each time all pages are others
        made.upkeep.note(notes.PROGRAM, letter * 5_000_000)
    reader.close()
    assert log.stat().st_size > 32 << 20
    for number in range(3):
        made.upkeep.note(notes.TICK, number)
    assert log.stat().st_size <= 32 << 20
    made.close()


def test_threads_that_share_a_connection_take_turns(tmp_path: Path) -> None:
    made = archive(tmp_path, "one", "two")
    failures: list[StoreError] = []

    def write(id: str) -> None:
        try:
            for n in range(40):
                made.intake.apply([polled(id, [item(id, str(n), f"Title {n}")])], NOW)
        except StoreError as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(id,)) for id in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert made.reading.totals()["items"] == 80
    made.close()


def test_a_thread_of_the_web_server_ends_with_its_connection_and_takes_nothing_along(tmp_path: Path) -> None:
    """The server's threads are none that Python began, and end after half a minute without work; what Python knows of them
    is cleared then, with the connection that each reads over. Ends by a signal where that is not harmless."""
    archive(tmp_path, "one").close()
    done = script(
        """
import ctypes, threading
from aggregator.store.sqlite.archive import ReadOnlyArchive
local = threading.local()
def read(_):
    local.archive = ReadOnlyArchive(Path(sys.argv[1]))
    local.archive.reading.totals()
body = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(read)
libc = ctypes.CDLL(None)
for _ in range(20):
    thread = ctypes.c_ulong()
    assert libc.pthread_create(ctypes.byref(thread), None, body, None) == 0
    assert libc.pthread_join(thread, None) == 0
""",
        str(tmp_path / "aggregator.db"),
    )
    assert (done.returncode, done.stderr) == (0, "")


def filled(folder: Path) -> Path:
    made = archive(folder, "one")
    made.intake.apply([polled("one", [item("one", str(n), f"Title {n}", summary=TEXT) for n in range(300)])], NOW)
    made.close()
    return folder / "aggregator.db"


def test_f8_damaged_pages_are_found_at_the_start_and_the_file_is_left_alone(tmp_path: Path) -> None:
    path = filled(tmp_path)
    data = bytearray(path.read_bytes())
    chance = random.Random(3)
    for _ in range(5):
        start = 4096 * chance.randrange(10, len(data) // 4096)
        data[start : start + 4096] = chance.randbytes(4096)
    path.write_bytes(data)
    made = SqliteArchive(path)
    with pytest.raises(StoreCorrupt, match=r"left as it is.*aggregator backup.*cp BACKUP"):
        made.upkeep.check()
    made.close()
    assert path.read_bytes() == bytes(data)


def test_f8_prune_deletes_nothing_in_a_damaged_archive(tmp_path: Path) -> None:
    """It may not meet the damaged pages itself."""
    config = configuration(tmp_path, {"one": "https://one.example/feed"})
    path = filled(tmp_path / "instance")
    with closing(sqlite3.connect(path)) as raw:
        [page] = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'items'").fetchone()
    data = bytearray(path.read_bytes())
    data[4096 * (page - 1) : 4096 * page] = random.Random(3).randbytes(4096)
    path.write_bytes(data)
    done = aggregator(config, "prune")
    assert done.returncode == 1
    assert "cp BACKUP" in done.stderr
    assert path.read_bytes() == bytes(data)


def test_f8_a_copy_that_is_put_back_beside_the_log_of_the_damaged_archive_is_not_destroyed_by_it(
    tmp_path: Path,
) -> None:
    path = filled(tmp_path)
    made = SqliteArchive(path)
    made.upkeep.backup(tmp_path / "copy.db")
    made.intake.apply([polled("one", [item("one", f"late-{n}", f"Late {n}") for n in range(200)])], NOW)
    shutil.copytree(tmp_path, tmp_path / "killed")  # as the folder is when the process was killed
    made.close()
    path, log = tmp_path / "killed" / path.name, tmp_path / "killed" / f"{path.name}-wal"
    shutil.copy(tmp_path / "copy.db", path)
    (link := tmp_path / "link.db").symlink_to(path)
    for opened, at in product((SqliteArchive, ReadOnlyArchive), (path, link)):
        with pytest.raises(StoreError, match=f"Move {log.name} and {path.name}-shm"):
            opened(at)
    assert path.read_bytes() == (tmp_path / "copy.db").read_bytes()
    log.unlink()
    again = SqliteArchive(path)
    again.upkeep.check()
    assert again.reading.totals()["items"] == 300
    again.close()


def test_a_new_archive_leaves_the_log_of_one_that_was_moved_away(tmp_path: Path) -> None:
    """After a crash the newest items are in the log alone."""
    made = SqliteArchive(filled(tmp_path))
    made.intake.apply([polled("one", [item("one", "late", "Late")])], NOW)
    shutil.copytree(tmp_path, tmp_path / "killed")
    made.close()
    path, away = tmp_path / "killed" / "aggregator.db", tmp_path / "away.db"
    path.rename(away)
    with pytest.raises(StoreError, match="is the log of another archive"):
        SqliteArchive(path)
    away.rename(path)
    again = SqliteArchive(path)
    assert again.reading.totals()["items"] == 301
    again.close()


@pytest.mark.parametrize("replaced", [False, True])
def test_nothing_is_written_into_a_file_that_was_moved_away(tmp_path: Path, replaced: bool) -> None:
    """It would be gone with the process that holds it open."""
    path, away = filled(tmp_path), tmp_path / "away.db"
    made = SqliteArchive(path)
    path.rename(away)
    if replaced:
        shutil.copy(away, path)
    late = polled("one", [item("one", "late", "Late")])
    with pytest.raises(StoreError, match="was moved, replaced or deleted"):
        made.intake.apply([late], NOW)
    with pytest.raises(StoreError, match="was moved, replaced or deleted"):
        made.upkeep.note(notes.TICK, 1)
    assert made.reading.totals()["items"] == 300, "readers are served"
    away.rename(path)
    assert made.intake.apply([late], NOW) == [1], "it goes on once the file is back"
    made.close()


def test_what_was_being_written_when_the_file_moved_is_not_taken_for_stored(tmp_path: Path) -> None:
    path, away = filled(tmp_path), tmp_path / "away.db"
    made = SqliteArchive(path)
    with pytest.raises(StoreError, match="was moved, replaced or deleted"), made._connection.transaction():
        made._connection.write("DELETE FROM pending")
        path.rename(away)
    assert rows(away, "SELECT count(*) > 0 FROM pending") == [(1,)]
    made.close()


@pytest.mark.parametrize(
    "content", [b"no database at all, but long enough" * 200, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_f9_what_is_no_database_is_named_and_never_overwritten(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "aggregator.db"
    path.write_bytes(content)
    with pytest.raises((NotAStore, StoreCorrupt), match=str(path)):
        SqliteArchive(path)
    assert path.read_bytes() == content


def test_where_no_file_can_be_opened_the_archive_is_not_said_to_be_somebody_elses(tmp_path: Path) -> None:
    SqliteArchive(tmp_path / "a.db").close()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        with pytest.raises(StoreError, match=r"a\.db: cannot be opened: too many files are open here"):
            Connection(tmp_path / "a.db")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    Connection(tmp_path / "a.db").close()


def test_f9_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "aggregator.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE recipes (name)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(NotAStore, match="another program"):
        SqliteArchive(path)
    assert path.read_bytes() == before


def test_f10_deleted_wal_and_shm_cost_nothing_that_was_checkpointed(tmp_path: Path) -> None:
    path = filled(tmp_path)
    made = SqliteArchive(path)
    made._connection.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    made.intake.apply([polled("one", [item("one", "late", "Not checkpointed")])], NOW)
    shutil.copy(path, tmp_path / "kept.db")  # as the file is when the process was killed and its WAL deleted
    made.close()
    again = SqliteArchive(tmp_path / "kept.db")
    again.upkeep.check()
    assert again.reading.totals()["items"] == 300
    assert again.intake.apply([polled("one", [item("one", "late", "Not checkpointed")])], NOW) == [1]
    again.close()


def test_f24_a_migration_killed_at_any_statement_is_made_again_whole(tmp_path: Path) -> None:
    """Twenty kills from nothing, and one in each later migration of an archive with data."""
    done = script(
        """
from faults.test_archive_faults import earlier_program
from builders import NOW, item, polled, source
from pytest import MonkeyPatch
from aggregator.store.sqlite import schema
from aggregator.store.sqlite.archive import SqliteArchive
folder, whole, known = Path(sys.argv[1]), schema._statements, schema.migrations()
def killed(path, at):
    seen = 0
    def statements(text):
        nonlocal seen
        for statement in whole(text):
            if seen == at: os.kill(os.getpid(), signal.SIGKILL)
            seen += 1
            yield statement
    if os.fork() == 0:
        schema._statements = statements
        SqliteArchive(path)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.wait()[1]) == -9
print(sum(killed(folder / "a.db", at) for at in range(20)))
first, patch = 1, MonkeyPatch()
with patch.context() as earlier:
    earlier_program(first, earlier)
    made = SqliteArchive(folder / "b.db")
    made.sources.sync([source("one")])
    made.intake.apply([polled("one", [item("one", "a", "First")])], NOW)
    made.close()
until = [sum(len([*whole(text)]) for number, _, text in known if first < number <= last) for last, _, _ in known[first:]]
print(len(until) - sum(killed(folder / "b.db", at - 1) for at in until))
""",
        str(tmp_path),
    )
    assert done.stdout.split() == ["20", "0"], done.stderr
    for name in ("a.db", "b.db", "fresh.db"):
        SqliteArchive(tmp_path / name).close()
    schema = "SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2"
    assert rows(tmp_path / "a.db", schema) == rows(tmp_path / "b.db", schema) == rows(tmp_path / "fresh.db", schema)
    assert rows(tmp_path / "b.db", "SELECT title FROM texts") == [("First",)]


@pytest.mark.parametrize("known", [migrations(), postgres.migrations()])
def test_f24_no_two_migrations_have_one_number(known: list[tuple[int, str, str]]) -> None:
    """Two lines of work may each add the next one; of such twins an archive would get one alone."""
    numbers = [number for number, _, _ in known]
    assert numbers == sorted(set(numbers))


def earlier_program(last: int, patch: pytest.MonkeyPatch) -> None:
    """Stores as a program did that knew no migration after number `last`: nothing of which text an item waits with (before 21),
    nor of later columns of sources."""
    known = [one for one in migrations() if one[0] <= last]
    patch.setattr("aggregator.store.sqlite.schema.migrations", lambda: known)
    since = {"said": 13, "rhythm": 27, "held_until": 28}
    columns = tuple(name for name in STATE_COLUMNS if last >= since.get(name, 0))
    patch.setattr("aggregator.store.sources.STATE_COLUMNS", columns)
    if last < 21:
        patch.setattr("aggregator.store.sqlite.intake._WAIT", intake._WAIT.replace(", hash", ""))


@pytest.mark.parametrize("since", [number for number, _, _ in migrations()][:-1])
def test_f24_every_earlier_schema_is_brought_up_to_date_with_a_copy_before(
    tmp_path: Path, since: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.db"
    with monkeypatch.context() as earlier:
        earlier_program(since, earlier)
        made = SqliteArchive(path)
        made.sources.sync([source("one")])
        made.intake.apply([polled("one", [item("one", "a", "First")])], NOW)
        made.close()
        with sqlite3.connect(path) as held:
            held.execute("UPDATE sources SET lease_owner = 'an earlier worker', lease_until = 9e9")
        held.close()
    again = SqliteArchive(path)
    assert again.reading.totals()["items"] == 1
    assert again.sources.owners() == [], "it can store nothing any more"
    edition(again, policy(), lambda: int(NOW.timestamp()))
    assert again.edition.pending() == []
    again.close()
    SqliteArchive(tmp_path / "fresh.db").close()
    schema = "SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2"
    assert rows(path, schema) == rows(tmp_path / "fresh.db", schema)
    assert rows(tmp_path / f"a.before-{since + 1:04}.db", "PRAGMA user_version") == [(since,)]


def two_sources(path: Path, both: str, one: str) -> None:
    """An archive with the sources `one` and `two`, in whose rows stands what these settings (SQL) say of both, and of the first."""
    made = SqliteArchive(path)
    made.sources.sync([source("one"), source("two")])
    made.close()
    with closing(sqlite3.connect(path)) as held, held:
        held.execute(f"UPDATE sources SET {both}")
        held.execute(f"UPDATE sources SET {one} WHERE id = 'one'")


def test_f24_hosts_that_asked_an_earlier_program_to_wait_are_left_alone_after_an_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, asked = tmp_path / "a.db", "again in 15 min: the server asked for 10 min (Retry-After); 429 Too Many Requests"
    with monkeypatch.context() as earlier:
        earlier_program(27, earlier)
        two_sources(path, "last_attempt = 1000, next_poll = 1900", f"why = '{asked}'")
    SqliteArchive(path).close()
    assert rows(path, "SELECT id, held_until FROM sources ORDER BY id") == [("one", 1900), ("two", None)]


def test_f24_a_challenge_that_an_earlier_program_met_is_one_after_an_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the feed of health would announce a source as failing that it announced as challenged, and as challenged again after
    the next poll."""
    path, met = tmp_path / "a.db", "403 Forbidden: a challenge meant for browsers"
    with monkeypatch.context() as earlier:
        earlier_program(28, earlier)
        two_sources(path, "failures = 3, error_kind = 'http', error = '403 Forbidden'", f"error = '{met}'")
    again = SqliteArchive(path)
    assert [health(state)[0] for state in again.sources.states()] == ["challenge", "failing"]
    again.close()


def earlier_archive(path: Path, monkeypatch: pytest.MonkeyPatch, *titles: str) -> None:
    """An archive, or what was added to it, by a program that knows no migration but the first seven."""
    with monkeypatch.context() as earlier:
        earlier_program(7, earlier)
        made = SqliteArchive(path)
        made.sources.sync([source("one")])
        made.intake.apply([polled("one", [item("one", title, title, summary=TEXT) for title in titles])], NOW)
        made.close()


def test_f24_an_upgrade_without_room_for_the_copy_says_so_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(tmp_path / "small", "2m") as folder:
        path = folder / "a.db"
        earlier_archive(path, monkeypatch, *map(str, range(100)))
        (folder / "ballast").write_bytes(bytes(shutil.disk_usage(folder).free - path.stat().st_size // 2))
        with pytest.raises(StoreError, match=r"a\.db: .*earlier version.*no copy .*before-0008\.db: .*full"):
            SqliteArchive(path)
        assert sorted(file.name for file in folder.iterdir()) == ["a.db", "ballast"]
        assert rows(path, "PRAGMA user_version") == [(7,)]
        (folder / "ballast").unlink()
        SqliteArchive(path).close()


def test_f24_an_upgrade_that_fails_midway_leaves_the_archive_to_the_old_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.db"
    earlier_archive(path, monkeypatch, "First")
    for after in (8, 12):
        steps = [*(one for one in migrations() if one[0] <= after), (after + 1, "", "INSERT INTO nowhere VALUES (1);")]
        with monkeypatch.context() as upgrade, pytest.raises(StoreError, match="nowhere"):
            upgrade.setattr("aggregator.store.sqlite.schema.migrations", lambda steps=steps: steps)
            SqliteArchive(path)
    assert [file.name for file in tmp_path.glob("*.db")] == ["a.db"], "of a full disk the old version needs the rest"
    earlier_archive(path, monkeypatch, "Second")
    assert rows(path, "SELECT title FROM texts ORDER BY item") == [("First",), ("Second",)]


def test_f24_an_upgrade_of_a_file_that_may_not_be_written_says_so_and_copies_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.db"
    earlier_archive(path, monkeypatch, "First")
    with (
        read_only(path),
        pytest.raises(
            StoreReadOnly, match=r"a\.db: cannot be opened for writing; .* and that the disk is not read-only"
        ),
    ):
        SqliteArchive(path)
    assert list(tmp_path.glob("*before*")) == []


def test_f24_who_went_back_to_the_old_version_and_upgrades_again_gets_a_new_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, copy = tmp_path / "a.db", tmp_path / "a.before-0008.db"
    earlier_archive(path, monkeypatch, "First")
    SqliteArchive(path).close()
    path.write_bytes(copy.read_bytes())
    earlier_archive(path, monkeypatch, "Second")
    SqliteArchive(path).close()
    assert rows(copy, "SELECT title FROM texts ORDER BY item") == [("First",), ("Second",)]


def test_f24_texts_that_an_earlier_program_pruned_are_known_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.db"
    with monkeypatch.context() as earlier:
        earlier_program(7, earlier)
        made = SqliteArchive(path)
        made.sources.sync([source("one")])
        made.intake.apply([polled("one", [item("one", "a", "Old", summary="Words.")])], ago(days=100))
        made.intake.apply([polled("one", [item("one", "b", "Bare"), item("one", "c", "Full", summary="Words.")])], NOW)
        made._connection.raw.execute("UPDATE texts SET summary = '', content = '' WHERE item = 1")
        made.close()
    again = SqliteArchive(path)
    assert [one.pruned for one in again.edition.items([1, 2, 3])] == [True, False, False]
    again.close()


@pytest.mark.parametrize(
    ("url", "before", "schema"),
    [
        ("https://www.one.example/a-7?maca=en-rss-en-all-1573-xml-mrss", None, 21),
        ("https://one.example/%d0%bd", None, 21),
        ("https://one.example/day#entry-9", "https://one.example/day", 21),
        ("https://one.example/a%7Cb", None, 22),
    ],
)
def test_f24_an_article_is_the_same_although_addresses_are_compared_otherwise_now(
    tmp_path: Path, url: str, before: str | None, schema: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its key, where it has no guid, and what `stories:` names, are its address in a form that earlier programs wrote otherwise."""
    path = tmp_path / "a.db"
    known = item("one", "by its old address", "Title", url=url, canonical=before or url.replace("www.", ""))
    with monkeypatch.context() as earlier:
        earlier_program(schema, earlier)
        made = SqliteArchive(path)
        made.sources.sync([source("one")])
        made.intake.apply([polled("one", [known])], NOW)
        # Today's edition writes this column, which came with migration 24.
        made._connection.raw.execute("ALTER TABLE corroborations ADD COLUMN reached INTEGER NOT NULL DEFAULT 0")
        edition(made, policy(), lambda: int(NOW.timestamp()))
        made._connection.raw.execute("ALTER TABLE corroborations DROP COLUMN reached")
        made.close()
    again = SqliteArchive(path)
    now = canonical(url) or ""
    listed = item("one", "by its new address", "Title", url=url, canonical=now)
    addresses = again.intake.known_addresses({"one": [now]})["one"]
    assert addresses == {now: [known.id]}
    assert recognise([listed], StoredItems(again.intake.known([known.id]), addresses)).seen == (1,)
    assert list(again.edition.placed_at([now])) == [now]
    assert OverrideIndex(frozenset({now})).hides(again.edition.items([1])[0])
    again.close()


def headlines_with(store: SqliteArchive, word: str) -> list[str]:
    edition(store, policy(), lambda: int(NOW.timestamp()))  # only what has its place is listed
    query = StreamQuery("search", view="items", filter=Filter(words=(word,)))
    return [one.title for one in store.reading.items(query, int(NOW.timestamp()))[0]]


def test_f24_what_an_earlier_program_indexed_is_found_in_every_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.db"
    with monkeypatch.context() as earlier:
        earlier_program(10, earlier)
        made = SqliteArchive(path)
        made.sources.sync([source("one")])
        items = [item("one", "a", "中国稀土出口", summary="Aus Łódź"), item("one", "b", "Plain", summary="Words.")]
        made.intake.apply([polled("one", items)], NOW)
        made._connection.raw.execute("INSERT INTO search (search) VALUES ('delete-all')")
        made._connection.raw.execute(
            "INSERT INTO search (rowid, title, summary) SELECT item, title, summary FROM texts"
        )
        made.close()
    again = SqliteArchive(path)
    assert headlines_with(again, "稀土") == headlines_with(again, "lodz") == ["中国稀土出口"]
    assert headlines_with(again, "plain") == ["Plain"]
    assert again._connection.raw.execute(
        "SELECT count(*) FROM search WHERE search MATCH '中国稀土出口'"
    ).fetchone() == (0,)
    again.close()


@pytest.mark.parametrize(
    ("title", "word"),
    [("Σεισμός στην Αθήνα", "σεισμος"), ("🤔Trump", "trump"), ("U.S. Navy", "us"), ("Earthquake", "earthquake")],
)
def test_f24_what_an_earlier_program_indexed_is_found_as_people_type_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, title: str, word: str
) -> None:
    path = tmp_path / "a.db"
    with monkeypatch.context() as earlier:
        earlier_program(16, earlier)
        earlier.setattr("aggregator.store.sqlite.connection.indexed", lambda text: text)
        made = SqliteArchive(path)
        made.sources.sync([source("one")])
        items = [item("one", "a", title), item("one", "b", "Plain", summary="Words.")]
        made.intake.apply([polled("one", items)], NOW)
        made.close()
    again = SqliteArchive(path)
    assert headlines_with(again, word) == [title]
    assert headlines_with(again, "plain") == headlines_with(again, "words") == ["Plain"]
    n, *_ = again.intake.known([items[0].id])[items[0].id]
    again.intake.apply([polled("one", changed=[(n, replace(items[0], title="New", hash="new"))])], NOW)
    assert headlines_with(again, "new") == ["New"]
    assert headlines_with(again, word) == headlines_with(again, title) == []
    again.close()


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])  # in use, and as `backup` writes it
def test_f24_an_earlier_program_refuses_a_later_archive(tmp_path: Path, mode: str) -> None:
    path = filled(tmp_path)
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA user_version = 9000")
    raw.execute(f"PRAGMA journal_mode = {mode}")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(StoreTooNew, match="later version"):
        SqliteArchive(path)
    assert path.read_bytes() == before


def test_f24_an_earlier_program_that_runs_writes_nothing_into_what_a_later_one_migrated(tmp_path: Path) -> None:
    made = archive(tmp_path, "one")
    raw = sqlite3.connect(made.path)
    raw.execute("PRAGMA user_version = 9000")
    raw.close()
    with pytest.raises(StoreTooNew, match=r"aggregator\.db: was migrated by a later version .*restart"):
        made.intake.apply([polled("one", [item("one", "a", "First")])], NOW)
    assert made.reading.totals()["items"] == 0
    made.close()


@pytest.mark.parametrize("given_back", [False, True])
def test_f13_a_step_decided_before_a_long_sleep_does_not_undo_what_another_made_meanwhile(
    tmp_path: Path, given_back: bool
) -> None:
    asleep, other = archive(tmp_path, "alpha", "beta"), archive(tmp_path, "alpha", "beta")
    seconds = int(NOW.timestamp())
    asleep.intake.apply([polled("alpha", [item("alpha", "1", "Defense of the coast")])], NOW)
    assert asleep.edition.lease("asleep", seconds, 60)
    apply = asleep.edition.apply

    def wakes_up(batch: Batch) -> None:
        assert other.edition.lease("other", seconds + 100, 60)
        other.intake.apply([polled("beta", [item("beta", "1", "Defense of the coast")])], NOW)
        edition(other, policy(), lambda: seconds + 100)
        if given_back:
            other.edition.release("other")
        apply(batch)

    asleep.edition.apply = wakes_up  # type: ignore[method-assign]
    with pytest.raises(StoreBusy, match="took over the edition"):
        edition(asleep, policy(), lambda: seconds)
    asleep.edition.apply = apply  # type: ignore[method-assign]
    (story,) = asleep.reading.stories(StreamQuery("latest"), seconds + 200)[0]
    assert story.publishers == ("Alpha", "Beta")
    other.edition.release("other")
    assert asleep.edition.lease("asleep", seconds + 200, 60)
    asleep.intake.apply([polled("alpha", [item("alpha", "2", "Europe votes")])], NOW)
    assert edition(asleep, policy(), lambda: seconds + 200).items == 1, "and it goes on"
    asleep.close()
    other.close()


def test_a_backup_ends_though_somebody_writes_all_the_time(tmp_path: Path) -> None:
    store, writer, reader = (archive(tmp_path, "one") for _ in range(3))
    with store._connection.transaction() as raw:
        raw.execute("CREATE TABLE ballast (x)")
        raw.executemany("INSERT INTO ballast VALUES (?)", [(bytes(1 << 20),)] * 64)
    ended = threading.Event()

    def write() -> None:
        number = 0
        while not ended.is_set():
            writer.upkeep.note(notes.TICK, number := number + 1)

    def copy() -> None:
        reader.upkeep.backup(tmp_path / "copy.db")
        ended.set()

    threads = [threading.Thread(target=work, daemon=True) for work in (write, copy)]
    for thread in threads:
        thread.start()
    in_time = ended.wait(PATIENCE)
    ended.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert in_time, "each write makes it begin anew"
    assert rows(tmp_path / "copy.db", "SELECT count(*) FROM ballast") == [(64,)]
    for one in (store, writer, reader):
        one.close()


def test_a_backup_to_a_full_disk_names_that_disk_and_leaves_nothing_there(tmp_path: Path) -> None:
    store = archive(tmp_path, "one")
    with store._connection.transaction() as raw:
        raw.execute("CREATE TABLE ballast AS SELECT zeroblob(5000000)")
    with small_disk(tmp_path / "small", "64k") as folder:
        with pytest.raises(StoreError, match=r"small/copy.db: cannot be written: .*full"):
            store.upkeep.backup(folder / "copy.db")
        assert list(folder.iterdir()) == []
    store.upkeep.note(notes.TICK, 1)


def test_a_backup_of_an_archive_that_may_only_be_read_can_be_put_back(tmp_path: Path) -> None:
    """Its copy was made with the archive's permissions, and so could not be written by whoever made it; said was that of the copy."""
    with closing(archive(tmp_path, "one")) as store:
        (tmp_path / "aggregator.db").chmod(0o440)
        store.upkeep.backup(tmp_path / "copy.db")
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o640


def test_f6_the_index_of_the_log_that_was_made_while_the_archive_was_read_only_is_named(tmp_path: Path) -> None:
    """SQLite gives it the permissions of the archive, and keeps it; who had made the archive writable again looked in vain."""
    with closing(archive(tmp_path / "killed", "one")):
        shutil.copytree(tmp_path / "killed", tmp_path / "left")
    with (
        read_only(tmp_path / "left" / "aggregator.db-shm"),
        pytest.raises(StoreReadOnly, match=r"check that you may write .*aggregator\.db-shm"),
    ):
        archive(tmp_path / "left", "two")


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts")
def test_f6_what_another_container_writes_while_it_is_read_from_a_read_only_mount_is_not_mixed(tmp_path: Path) -> None:
    """A folder that may only be read here may be written elsewhere. Without a log it is read without locks."""
    here, there = tmp_path / "here", tmp_path / "there"
    archive(here, "one").close()
    there.mkdir()
    (there / "aggregator.db").hardlink_to(here / "aggregator.db")
    with read_only(here), closing(ReadOnlyArchive(here / "aggregator.db")) as store:
        archive(there, "two").close()
        for read in (store.edition.count, lambda: store.upkeep.backup(tmp_path / "copy.db")):
            with pytest.raises(StoreBusy, match="another process wrote it meanwhile; try again"):
                read()
    assert not list(tmp_path.glob("copy*"))


def test_a_backup_is_no_copy_of_damage(tmp_path: Path) -> None:
    store = archive(tmp_path, "one")
    with store._connection.transaction() as raw:
        raw.execute("CREATE TABLE ballast (x)")
        raw.executemany("INSERT INTO ballast VALUES (?)", [(TEXT,)] * 200)
    store.close()
    path = tmp_path / "aggregator.db"
    data = bytearray(path.read_bytes())
    data[-4096 * 20 :] = b"\xaa" * 4096 * 20
    path.write_bytes(data)
    store = archive(tmp_path)
    with pytest.raises(StoreCorrupt, match="the database is damaged"):
        store.upkeep.backup(tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy*"))
    store.close()


def test_neither_the_archive_nor_its_copies_are_readable_to_others(tmp_path: Path) -> None:
    """They hold the texts of feeds.yaml, which may not be either."""
    before = os.umask(0o022)
    try:
        store = SqliteArchive(tmp_path / "aggregator.db")
        store.upkeep.note(notes.TICK, 1)
        store.upkeep.backup(tmp_path / "copy.db")
        made = {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.glob("*.db*")}
        (tmp_path / "aggregator.db").chmod(0o600)
        store.upkeep.backup(tmp_path / "strict.db")
    finally:
        os.umask(before)
    assert made == dict.fromkeys(("aggregator.db", "aggregator.db-shm", "aggregator.db-wal", "copy.db"), "0o640")
    assert (tmp_path / "strict.db").stat().st_mode & 0o777 == 0o600
    store.close()


def test_of_two_backups_to_one_file_the_second_is_whole_and_the_first_says_that_it_gave_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first gave its name to what the second had copied by then, and said that this is the archive."""
    begun = tmp_path / "copy.db.unfinished"

    def meanwhile(self: Upkeep, raw: sqlite3.Connection) -> None:
        begun.unlink()
        begun.write_bytes(b"the second's")

    store = archive(tmp_path)
    monkeypatch.setattr(Upkeep, "_sound", meanwhile)
    with pytest.raises(StoreError, match=r"copy\.db: another process writes a copy of this name"):
        store.upkeep.backup(tmp_path / "copy.db")
    store.close()
    assert begun.read_bytes() == b"the second's"
    assert not (tmp_path / "copy.db").exists()


def test_a_backup_has_no_journal_that_a_kill_would_leave_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[str] = []
    monkeypatch.setattr(
        Upkeep, "_sound", lambda self, copy: modes.extend(copy.execute("PRAGMA journal_mode").fetchone())
    )
    store = archive(tmp_path)
    store.upkeep.backup(tmp_path / "copy.db")
    store.close()
    assert modes == ["memory"]


def test_a_backup_that_is_stopped_as_it_begins_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between making the file and noting which one it is."""

    def stopped(path: Path) -> None:
        raise KeyboardInterrupt

    store = archive(tmp_path)
    monkeypatch.setattr(copying, "identity", stopped)
    with pytest.raises(KeyboardInterrupt):
        store.upkeep.backup(tmp_path / "copy.db")
    store.close()
    assert not list(tmp_path.glob("copy*"))


class LockedAsItIsCopied:
    def __init__(self, raw: sqlite3.Connection, other: sqlite3.Connection) -> None:
        self.raw, self.other = raw, other

    def backup(self, copy: sqlite3.Connection, **options: Any) -> None:
        self.other.execute("BEGIN EXCLUSIVE")
        self.raw.backup(copy, **options)


@pytest.mark.parametrize("at", ["opening", "copying"])
def test_a_backup_to_a_disk_that_refuses_locks_ends_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """As a network drive without a lock service does, or here somebody who holds the lock. It waited for ever, deaf to Ctrl-C, or named
    the archive as what is locked."""
    archive(tmp_path).close()

    def made(path: Path) -> tuple[int, int] | None:
        monkeypatch.undo()
        other = held.enter_context(closing(sqlite3.connect(path, isolation_level=None)))
        if at == "opening":
            other.execute("BEGIN EXCLUSIVE")
        else:
            monkeypatch.setattr(connection, "raw", LockedAsItIsCopied(connection.raw, other))
        return identity(path)

    with closing(Connection(tmp_path / "aggregator.db", patience=0.1)) as connection, ExitStack() as held:
        monkeypatch.setattr(copying, "identity", made)
        with pytest.raises(
            StoreError, match=r"copy\.db: cannot be written: the file could not be locked, as on some network"
        ):
            save_copy(connection, tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy.db*"))


class LockedForAMoment(LockedAsItIsCopied):
    def backup(self, copy: sqlite3.Connection, **options: Any) -> None:
        def released(status: int, left: int, pages: int) -> None:
            options["progress"](status, left, pages)
            self.other.rollback()

        super().backup(copy, progress=released)


def test_a_backup_whose_lock_is_refused_once_after_a_long_time_of_copying_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than a lock is waited for: nothing of that time was spent on it."""
    archive(tmp_path).close()

    def made(path: Path) -> tuple[int, int] | None:
        monkeypatch.undo()
        other = held.enter_context(closing(sqlite3.connect(path, isolation_level=None)))
        monkeypatch.setattr(connection, "raw", LockedForAMoment(connection.raw, other))
        return identity(path)

    with closing(Connection(tmp_path / "aggregator.db", patience=0)) as connection, ExitStack() as held:
        monkeypatch.setattr(copying, "identity", made)
        save_copy(connection, tmp_path / "copy.db")
    with closing(SqliteArchive(tmp_path / "copy.db")) as copy:
        copy.upkeep.check()


def test_a_backup_leaves_the_part_of_another_that_began_at_the_same_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = tmp_path / "copy.db.unfinished"

    def faster(path: Path, missing_ok: bool = False) -> None:
        monkeypatch.undo()
        path.write_bytes(b"the other's")

    store = archive(tmp_path)
    monkeypatch.setattr(Path, "unlink", faster)
    with pytest.raises(StoreError, match=r"copy\.db: cannot be written"):
        store.upkeep.backup(tmp_path / "copy.db")
    store.close()
    assert begun.read_bytes() == b"the other's"
