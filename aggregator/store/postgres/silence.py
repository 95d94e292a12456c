"""A server that gives no answer, though nothing says that the connection to it is lost: a cable, a firewall, a host that hangs."""

from __future__ import annotations

import threading
import time

PAUSE = 2.0  # seconds between two attempts


class Silence:
    """While a server is silent, one asks it again every few seconds. All others are told so at once: if each waited for
    himself, no thread would be left for anything else."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._until = 0.0  # nobody asks before; 0: the server answers

    def admits(self, patience: float) -> bool:
        """Whether the caller may ask; if it is to find out about a silent server, it is the only one for as long as its
        patience lasts."""
        with self._turn:
            now = time.monotonic()
            if now < self._until:
                return False
            if self._until:
                self._until = now + patience
            return True

    def note(self, silent: bool) -> None:
        """What came of it."""
        self._until = time.monotonic() + PAUSE if silent else 0.0
