"""Tells files apart, and refuses one beside the log of another archive."""

from __future__ import annotations

import errno
import os
import threading
from contextlib import suppress
from pathlib import Path

from aggregator.errors import StoreError, StoreFull, StoreReadOnly

ALONE = b"\1\1"
"""The version bytes in the header of a database without WAL (https://www.sqlite.org/fileformat.html#file_format_version_numbers)."""

_PAGE = 4096  # bytes, of the archive, its log and the index of the log
_PART, _PAGES_OF_PART = 8 * _PAGE, 4096
"""The bytes of a part of the index, and of how many pages of the log it tells (https://www.sqlite.org/walformat.html)."""

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


def unchanging(path: Path) -> tuple[str, int] | None:
    """How SQLite opens the file (a parameter of its address), and when the file was written (st_mtime_ns), if it is on a read-only disk,
    and not beside both a log and its index; else None. SQLite would make what is missing, unless told that nobody writes the file, or, if
    there is a log, that it shares it with nobody: then it has the index in memory."""
    file = Path(os.path.realpath(path))
    with suppress(OSError):
        log, index = (file.with_name(file.name + end).exists() for end in ("-wal", "-shm"))
        if os.statvfs(file).f_flag & os.ST_RDONLY and not (log and index):
            return "vfs=unix-none" if log else "immutable=1", file.stat().st_mtime_ns
    return None


def look_before_opening(path: Path) -> None:
    """Refuses to open a file next to the log (-wal) of another archive, and one whose index of the log (-shm) has no room.

    SQLite would write that log into a file that was restored from a backup, and so destroy it. Next to a new file it would delete the
    log, which may have the newest data of an archive that was moved away. A log is foreign if the header of the file says that it has no
    log: this is so in a copy made by `backup`, until it is opened.

    A file is examined only before this process opens it for the first time: when any handle of a file is closed, the system releases all
    locks that the process holds on it (https://www.sqlite.org/howtocorrupt.html, 2.2).

    Raises:
        StoreError: the log is that of the archive that was there before.
        StoreFull: the index does not fit on the disk.
    """
    # If it is a link, the log is beside the file that it leads to. (`resolve` raises RuntimeError where links lead round in a circle.)
    file = Path(os.path.realpath(path))
    log, index = (file.with_name(file.name + end) for end in ("-wal", "-shm"))
    with _looking:
        if (found := identity(path)) in opened:
            return
        if _is_foreign(log, path):
            raise StoreError(
                f"{file}: {log.name} beside it is the log of another archive, which was there before; it would destroy this one, or be "
                f"deleted. Move {log.name} and {index.name} to where that was moved"
            )
        if _lacks_room(index, log):
            raise StoreFull(f"{path}: the disk is full; nothing was changed, even reading needs some room on it")
        opened.add(found)


def _lacks_room(index: Path, log: Path) -> bool:
    """Whether the disk has no room for the index of the log, and SQLite would not notice: it writes a byte to each page of the index, and
    then to all of it as memory. On a disk with smaller blocks (ext4 of less than 512 MB has 1 KiB) the first may succeed; at the second,
    the system ends the process without a word (SIGBUS). A file of that size tells it: the free space that the system names does not
    count what it reserves for root, nor quotas."""
    with suppress(OSError):  # SQLite will raise the error
        if os.statvfs(index.parent).f_frsize >= _PAGE:
            return False
        lacking = (1 + _allocated(log) // _PAGE // _PAGES_OF_PART) * _PART - _allocated(index)
        if lacking > 0:
            from tempfile import TemporaryFile  # few have such a disk

            with TemporaryFile(dir=index.parent, buffering=0) as file:
                try:
                    return file.write(bytes(lacking)) < lacking
                except OSError as error:
                    return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return False


def _allocated(file: Path) -> int:
    """The bytes that a file takes of the disk; 0 if there is none."""
    return file.stat().st_blocks * 512 if file.exists() else 0


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
