"""A server that opens no session: its password was changed, it has no room, or it is not there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

PAUSE = 0.5  # seconds before the second attempt; doubled with each
AWAY = 1.0  # seconds between attempts, at the most, where no server is there: to ask costs nobody anything, and it may just start anew
_SIGNS = "refused", "No such file", "the database system is"
"""What the driver says then; there is no error code."""


class Refusals:
    """A session that could not be opened is tried again after a pause, of `longest` seconds (or AWAY) at the most. Whoever needs it sooner
    is told what the server said last."""

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
        """Around an attempt."""
        try:
            yield
        except Exception as error:
            self._said, self._until = error, time.monotonic() + self._pause
            longest = AWAY if any(sign in str(error) for sign in _SIGNS) else self._longest
            self._pause = min(2 * self._pause, longest)
            raise
        self._said, self._pause = None, PAUSE
