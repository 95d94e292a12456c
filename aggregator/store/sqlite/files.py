"""Tells files apart, and refuses one beside the log of another archive."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

from aggregator.errors import StoreError, StoreReadOnly

ALONE = b"\1\1"
"""The version bytes in the header of a database without WAL (https://www.sqlite.org/fileformat.html#file_format_version_numbers)."""

opened: set[tuple[int, int] | None] = set()
"""The files that this process has opened, by `identity`."""
_looking = threading.Lock()


def make_folder(folder: Path) -> None:
    """Make the folder of an archive, unless it is there.

    Raises:
        StoreReadOnly: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        at, why = folder, error.strerror
        if isinstance(error, FileExistsError):
            at = Path(error.filename)  # this folder, or one that it is in
            why = "this is a link to a folder that is not there" if at.is_symlink() else "this is a file"
        raise StoreReadOnly(f"{at}: the folder cannot be made: {why}") from error


def refuse_foreign_log(path: Path) -> None:
    """Refuses to open a file next to the log (-wal) of another archive.

    SQLite would write that log into a file that was restored from a backup, and so destroy it. Next to a new file it would delete the
    log, which may have the newest data of an archive that was moved away. A log is foreign if the header of the file says that it has no
    log: this is so in a copy made by `backup`, until it is opened.

    A file is examined only before this process opens it for the first time: when any handle of a file is closed, the system releases all
    locks that the process holds on it (https://www.sqlite.org/howtocorrupt.html, 2.2).

    Raises:
        StoreError: the log is that of the archive that was there before.
    """
    # If it is a link, the log is beside the file that it leads to. (`resolve` raises RuntimeError where links lead round in a circle.)
    file = Path(os.path.realpath(path))
    log = file.with_name(file.name + "-wal")
    with _looking:
        if (found := identity(path)) in opened:
            return
        if _is_foreign(log, path):
            raise StoreError(
                f"{file}: {log.name} beside it is the log of another archive, which was there before; it would destroy this one, or be "
                f"deleted. Move {log.name} and {file.name}-shm to where that was moved"
            )
        opened.add(found)


def _is_foreign(log: Path, path: Path) -> bool:
    with suppress(OSError):  # SQLite will raise the error
        if log.stat().st_size:
            with path.open("rb") as file:
                return file.read(20)[18:] in (ALONE, b"")
    return False


def identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of the file with this name, or None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
