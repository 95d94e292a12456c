"""Copies the whole file consistently, even while others write."""

from __future__ import annotations

import math
import os
import sqlite3
import stat
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from aggregator.errors import StoreError
from aggregator.store.sqlite.connection import SLICE, Connection
from aggregator.store.sqlite.files import identity

LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
NO_LOCK = "the file could not be locked, as on some network drives; write to another disk and move the copy there"
OF_WHAT_IS_COPIED = (
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_IOERR_READ,
    sqlite3.SQLITE_IOERR_SHORT_READ,
    sqlite3.SQLITE_IOERR_CORRUPTFS,
)
"""Errors of copying that are caused by the archive; all others are caused by the target."""


def save_copy(
    archive: Connection, target: Path, examine: Callable[[sqlite3.Connection], None] = lambda copy: None
) -> None:
    """Copies the archive to `target`, which is replaced only if the copy is complete and `examine` raises nothing.

    A failure leaves no file behind.

    Raises:
        StoreError: the target cannot be written, or the archive cannot be read.
    """
    unfinished = target.with_name(target.name + ".unfinished")
    made: tuple[int, int] | None = None
    of_another = False
    until = math.inf

    def tried(status: int, left: int, pages: int) -> None:
        # Python tries again for ever, deaf to Ctrl-C. What is refused is the lock of the copy: that of the archive is held already.
        # It may be refused only at the end of a copy that took minutes, so patience begins with that.
        nonlocal until
        if status in LOCKED:
            now = time.monotonic()
            until = min(until, now + archive.patience)
            if now > until:
                raise StoreError(f"{target}: cannot be written: {NO_LOCK}")

    try:
        unfinished.unlink(missing_ok=True)
        # With the permissions of the archive, which may be read-only; O_EXCL, so that a file of another process is not overwritten.
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL, archive.path.stat().st_mode & 0o777 | stat.S_IWUSR))
        made = identity(unfinished)
        with closing(sqlite3.connect(unfinished, timeout=min(SLICE, archive.patience))) as copy:
            copy.execute("PRAGMA journal_mode = MEMORY")  # a kill or a full disk would leave a journal file behind
            # In one step: a backup in several steps starts again whenever another process writes in between, and may never end.
            archive.raw.backup(copy, progress=tried)
            archive.check_unchanged()
            copy.execute("PRAGMA journal_mode = MEMORY")  # again, since it is now a copy of what has a log (WAL)
            examine(copy)
        if identity(unfinished) != made:
            raise StoreError(f"{target}: another process writes a copy of this name; this one was given up")
        unfinished.replace(target)
    except (sqlite3.Error, OSError) as error:
        of_another = isinstance(error, FileExistsError)
        code = getattr(error, "sqlite_errorcode", None)
        if code in OF_WHAT_IS_COPIED:
            with archive.translate():
                raise
        raise StoreError(
            f"{target}: cannot be written: {NO_LOCK if code in LOCKED else getattr(error, 'strerror', error)}"
        ) from error
    finally:
        with suppress(OSError):
            if not of_another and (made is None or identity(unfinished) == made):
                unfinished.unlink()
