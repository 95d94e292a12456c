"""Whether the files of a configuration were saved.

Editors write in place, rename over, or delete and create anew; files in containers are links that are switched. So the
paths are checked again and again, and nothing is kept open.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from aggregator.config.environment import expand
from aggregator.config.files import decode, read_bytes
from aggregator.config.project import Unreadable
from aggregator.config.tree import Items, read_tree

PATIENCE = 60
"""How many checks a file is left alone for while a process has it open for writing: half a minute, for the pauses of a slow
network. Not for ever, since some programs never close it."""

Stamp = tuple[tuple[int, int, int] | None, ...]


class Watch:
    """Watches the file and those it includes, even while it is broken."""

    def __init__(self, main: Path, environ: Mapping[str, str]) -> None:
        self._main = main
        self._environ = environ
        self._paths: tuple[Path, ...] = (main,)
        self._known: Stamp | None = None  # None: the next look reports an edit
        self._moving: Stamp | None = None
        self._patience = PATIENCE

    def saved(self) -> bool:
        """True once after each edit, when nothing has changed since the check before: a file that is being written is
        left alone until it is complete. The first two checks report an edit, since nobody knows what went before."""
        stamp = self._stamp()
        if stamp == self._known:
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
        """The current state is about to be read. Called before reading, so that no later edit is missed."""
        self._paths = (self._main, *self._included())
        self._known = self._stamp()
        self._moving = None
        self._patience = PATIENCE

    def forget(self) -> None:
        """What was taken could not be read: the next look reports it again."""
        self._known, self._moving = None, self._known

    def _stamp(self) -> Stamp:
        return tuple(_state(path) for path in self._paths)

    def _included(self) -> tuple[Path, ...]:
        """The included files as far as the file can be read, else those known before."""
        try:
            tree, _ = read_tree(self._main.name, decode(read_bytes(self._main)))
            listed = [] if tree is None else tree.get("include")
            texts = [name for name in listed if isinstance(name, str)] if isinstance(listed, Items) else []
            names = [expand(name, self._environ) for name in texts]
        except (Unreadable, KeyError):  # the latter: a variable that is not set
            tree = None
        if tree is None:
            return self._paths[1:]
        return tuple(self._main.parent / name for name in names if "\0" not in name)


def _state(path: Path) -> tuple[int, int, int] | None:
    """Differs after every save; None if there is no file, or none that may be read: to be allowed to is an edit too."""
    try:
        stat = path.stat()
        readable = os.access(path, os.R_OK)
    except (OSError, ValueError):
        return None
    return (stat.st_mtime_ns, stat.st_size, stat.st_ino) if readable else None


def _is_being_written(path: Path) -> bool:
    """Whether a process has it open for writing, as far as can be told: Linux does not grant a lease on such a file, and the
    file's owner may ask for one."""
    if sys.platform != "linux":
        return False
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (OSError, ValueError):
        return False
    try:
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)  # to us, from whoever opens it just now; SIGIO would end us
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(file)  # with the lease
    return False
