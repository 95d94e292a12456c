"""Spares a server that is unwell, and those who wait for it: one that refuses sessions (the password has changed, it has no free
connections, or it is not running), and one that does not answer although the connection does not fail (a broken cable, a firewall, a
host that hangs)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

REFUSED = 0.5  # seconds before the second attempt to open a session; doubled after each attempt
AWAY = 1.0  # the longest pause if no server is running: attempts cost nothing, and it may be restarting
_SIGNS = "refused", "No such file", "the database system is"
"""Parts of the driver's message if no server is running or it is starting; there is no error code."""
SILENT = 2.0  # seconds between two attempts to get an answer


class Refusals:
    """Limits the attempts to open a session. After a failure the next attempt is made after a pause, of at most `longest` seconds (or
    AWAY). Until then callers get the last error again."""

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._said: Exception | None = None
        self._pause = REFUSED
        self._until = 0.0  # on the monotonic clock

    def heed(self) -> None:
        if self._said and time.monotonic() < self._until:
            raise self._said.with_traceback(None)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Wraps an attempt, and notes whether it failed."""
        try:
            yield
        except Exception as error:
            self._said, self._until = error, time.monotonic() + self._pause
            longest = AWAY if any(sign in str(error) for sign in _SIGNS) else self._longest
            self._pause = min(2 * self._pause, longest)
            raise
        self._said, self._pause = None, REFUSED


class Silence:
    """While a server is silent, only one thread at a time asks it again, every few seconds. All others get an error at once. If all of them
    waited, no thread would be left for requests that do not need the database."""

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
        self._until = time.monotonic() + SILENT if silent else 0.0
