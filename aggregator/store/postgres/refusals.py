"""Handles a server that refuses sessions: the password has changed, it has no free connections, or it is not running."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

PAUSE = 0.5  # seconds before the second attempt; doubled after each attempt
AWAY = 1.0  # the longest pause if no server is running: attempts cost nothing, and it may be restarting
_SIGNS = "refused", "No such file", "the database system is"
"""Parts of the driver's message if no server is running or it is starting; there is no error code."""


class Refusals:
    """Limits the attempts to open a session.

    After a failure the next attempt is made after a pause, of at most `longest` seconds (or AWAY). Until then callers get the last error
    again.
    """

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._said: Exception | None = None
        self._pause = PAUSE
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
        self._said, self._pause = None, PAUSE
