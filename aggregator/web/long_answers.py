"""Limits how many long answers (whole months, long lists) are made at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aggregator.sandbox.memory import give_back

AT_ONCE = 2  # each may take a thread for seconds, and a hundred megabytes
# further requests that may wait, each in a thread; all together fewer than there are threads (`cli/serve.py`)
WAITING = 2
PATIENCE = 30  # seconds that a request waits; proxies usually give up after a minute
RETRY_AFTER = 10  # seconds, sent with a refusal


class LongAnswers:
    """A limit that leaves threads free for requests for news."""

    def __init__(self) -> None:
        self._free = threading.BoundedSemaphore(AT_ONCE)
        self._queue = threading.BoundedSemaphore(WAITING)

    @contextmanager
    def one(self) -> Iterator[None]:
        """A context to hold while a long answer is made.

        Raises:
            ServiceUnavailable: AT_ONCE others are being made, and WAITING others wait already or none ends within PATIENCE.
        """
        if not self._enter():
            from werkzeug.exceptions import ServiceUnavailable  # brings a server, which a command need not wait for

            raise ServiceUnavailable(retry_after=RETRY_AFTER)
        try:
            yield
        finally:
            give_back()
            self._free.release()

    def _enter(self) -> bool:
        if not self._queue.acquire(blocking=False):
            return False
        try:
            return self._free.acquire(timeout=PATIENCE)
        finally:
            self._queue.release()
