"""Handles a server that does not answer although the connection does not fail: a broken cable, a firewall, a host that hangs."""

from __future__ import annotations

import threading
import time

PAUSE = 2.0  # seconds between two attempts


class Silence:
    """While a server is silent, only one thread at a time asks it again, every few seconds. All others get an error at once.

    If all of them waited, no thread would be left for requests that do not need the database.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._until = 0.0  # no thread may ask before this time (monotonic clock); 0: the server answers

    def admits(self, patience: float) -> bool:
        """Whether the caller may ask the server. If it is silent, only one caller may, for the duration of its `patience`."""
        with self._turn:
            now = time.monotonic()
            if now < self._until:
                return False
            if self._until:
                self._until = now + patience
            return True

    def note(self, silent: bool) -> None:
        """Notes whether the server was silent."""
        self._until = time.monotonic() + PAUSE if silent else 0.0
