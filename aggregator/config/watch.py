"""Notices that the files of a configuration were saved.

Editors write in place, rename a new file over the old one, or delete and create anew; in containers, files may be links that are changed
to lead elsewhere. So the paths are checked again and again, and no file is kept open.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from aggregator.config.environment import expand
from aggregator.config.project import Unreadable, decode, read_bytes
from aggregator.config.tree import Items, read_tree

PATIENCE = 60
"""For so many checks (half a minute) a file is not read while a process has it open for writing, since a slow network may pause. Not for
ever, since some programs never close it."""

State = tuple[int, int, int, int]
Stamp = tuple[State | None, ...]


class Watch:
    """Watches the main file and those it includes, even while the main file is invalid."""

    def __init__(self, main: Path, environ: Mapping[str, str]) -> None:
        self._main = main
        self._environ = environ
        self._paths: tuple[Path, ...] = (main,)
        self.known: Stamp | None = None  # the state that was last taken; None: there is an edit to report
        self._moving: Stamp | None = None  # another state, which the last check found
        self._patience = PATIENCE

    def saved(self) -> bool:
        """True once after each edit, as soon as nothing has changed since the check before: a file is not read while it is being written.

        If no state was taken before, two checks report an edit, since nobody knows what changed earlier.
        """
        stamp = self._stamp()
        if stamp == self.known:
            self._moving = None
            return False
        if stamp != self._moving:
            self._moving = stamp
            return False
        if self._patience and any(map(_is_being_written, self._paths)):
            self._patience -= 1
            return False
        self.take()
        return True

    def take(self) -> None:
        """Takes the current state as the one that is read. To be called before reading, so that no later edit is missed."""
        read = _state(self._main)  # before it is read for its includes, so that a save meanwhile is another state
        self._paths = (self._main, *self._included())
        self.known = (read, *self._stamp()[1:])
        self._moving = None
        self._patience = PATIENCE

    def forget(self) -> None:
        """To be called if what was taken could not be read: the next check reports it again."""
        self.known, self._moving = None, self.known

    def _stamp(self) -> Stamp:
        return tuple(_state(path) for path in self._paths)

    def _included(self) -> tuple[Path, ...]:
        """The included files that the main file names; if it cannot be read, those that were known before."""
        try:
            tree, _ = read_tree(self._main.name, decode(read_bytes(self._main)))
            if tree is None:
                return self._paths[1:]
            listed = tree.get("include")
            texts = [name for name in listed if isinstance(name, str)] if isinstance(listed, Items) else []
            names = [expand(name, self._environ) for name in texts]
        except (Unreadable, KeyError):  # KeyError: a variable is not set
            return self._paths[1:]
        return tuple(self._main.parent / name for name in names if "\0" not in name)


def _state(path: Path) -> State | None:
    """A value that differs after every save: some programs restore the time of the last change (st_mtime), none that of the last change
    of the file's state (st_ctime), but not every file system keeps that. None if the file does not exist or may not be read; so a
    permission to read it is an edit."""
    try:
        stat = path.stat()
        readable = os.access(path, os.R_OK)
    except (OSError, ValueError):
        return None
    return (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino) if readable else None


def _is_being_written(path: Path) -> bool:
    """Whether a process has the file open for writing, as far as can be known.

    Linux refuses a read lease on such a file. Only the file's owner can ask for a lease.
    """
    if sys.platform != "linux":
        return False
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (OSError, ValueError):
        return False
    try:
        # The signal that we get if the file is opened for writing just now: the default, SIGIO, would end this process.
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(file)  # ends the lease too
    return False
