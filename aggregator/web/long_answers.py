"""Limits how many long answers are made at once."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

AT_ONCE = 2  # each may hold a thread for seconds and a hundred megabytes
WAITING = 2  # … and these hold one each: fewer in all than there are threads (`cli/serve.py`)
PATIENCE = 30  # seconds to wait for one's turn; proxies wait for a minute
RETRY_AFTER = 10  # seconds, for one whose turn did not come


class LongAnswers:
    """So that those who ask for whole months and long lists leave threads to those who read news."""

    def __init__(self) -> None:
        self._free = threading.BoundedSemaphore(AT_ONCE)
        self._queue = threading.BoundedSemaphore(WAITING)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Held while a long answer is made.

        Raises:
            ServiceUnavailable: AT_ONCE others are being made, and none ends soon or WAITING others wait.
        """
        if not self._enter():
            from werkzeug.exceptions import ServiceUnavailable  # brings a server, which a command need not wait for

            raise ServiceUnavailable(retry_after=RETRY_AFTER)
        try:
            yield
        finally:
            _give_back()
            self._free.release()

    def _enter(self) -> bool:
        if not self._queue.acquire(blocking=False):
            return False
        try:
            return self._free.acquire(timeout=PATIENCE)
        finally:
            self._queue.release()


def _give_back() -> None:
    """Return freed memory to the system. By itself glibc keeps for each thread what its longest answer took."""
    if sys.platform == "linux":
        with suppress(AttributeError):  # musl has no such function
            ctypes.CDLL(None).malloc_trim(0)
