"""Translates SQLite's errors to ours."""

from __future__ import annotations

import os
import sqlite3
from contextlib import ExitStack, suppress
from pathlib import Path

from aggregator.errors import (
    OUT_OF_FILES,
    NotAStore,
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
    TooManyFiles,
    Unstorable,
)
from aggregator.store.migrations import OTHER_COLUMNS


def translated(error: sqlite3.DatabaseError, path: Path, patience: float) -> StoreError:
    """The error of the store. `patience`: the seconds after which an attempt was given up."""
    full_code = getattr(error, "sqlite_errorcode", None) or 0
    code, said = full_code & 0xFF, str(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(f"{path}: another process holds the database; tried for {patience:g} s")
    folder = os.path.isdir(path)  # noqa: PTH112 (False where it may not be looked at)
    if folder or code == sqlite3.SQLITE_NOTADB:
        what = (
            "is a folder; name the file of the database"
            if folder
            else "is not a database of this program; it was left untouched"
        )
        return NotAStore(f"{path}: {what}")
    no_file = code == sqlite3.SQLITE_CANTOPEN and _inodes_left(path.parent) == 0
    if no_file or code == sqlite3.SQLITE_FULL or full_code == sqlite3.SQLITE_IOERR_SHMSIZE:
        # SHMSIZE: the first process to open the archive could not create the shared index of the log (the -shm file). Without a log it is
        # a backup that was put back, which could not be prepared for one.
        opened = code == sqlite3.SQLITE_FULL and path.with_name(f"{path.name}-wal").exists()
        reads = "reading still works" if opened else "even reading needs some room on it"
        full = "takes no further file, however much room it has (see df -i)" if no_file else "is full"
        return StoreFull(f"{path}: the disk {full}; nothing was changed, {reads}")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        if code != sqlite3.SQLITE_CANTOPEN or _files_left():
            return StoreReadOnly(
                f"{path}: cannot be opened for writing; check that you may write the file, its folder, and {path.name}-wal and "
                f"{path.name}-shm if they are there, and that the disk is not read-only"
            )
        said = f"cannot be opened: {TooManyFiles()}"
    if full_code in (sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC):
        said += "; the disk fails, or a quota or a limit of the size of files (ulimit -f) is reached"
    if code == sqlite3.SQLITE_CORRUPT:
        return damaged(path)
    of_values = code in (sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_CONSTRAINT)
    made = Unstorable if of_values else StoreError
    return StoreTooNew(f"{path}: {OTHER_COLUMNS}") if "no such column" in said else made(f"{path}: {said}")


def damaged(path: Path, found: str = "") -> StoreCorrupt:
    return StoreCorrupt(
        f"{path}: the database is damaged{found and f' ({found})'} and is left as it is. Stop the service, move the file away, with "
        f"{path.name}-wal and {path.name}-shm, which belong to it, and put back a copy made by `aggregator backup` (cp BACKUP {path})"
    )


def _files_left() -> bool:
    """Whether this process can open the three files of an archive: the database, its log (-wal) and the index of the log (-shm)."""
    with ExitStack() as opened:
        try:
            for _ in range(3):
                opened.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        except OSError as error:
            return error.errno not in OUT_OF_FILES
    return True


def _inodes_left(folder: Path) -> int | None:
    """The number of files that can still be created on the disk; None if it has no limit, or is unknown."""
    with suppress(OSError):
        disk = os.statvfs(folder)
        return disk.f_favail if disk.f_files else None
    return None
