"""Processor seconds by part: functions that are timed while they run, each without what it calls that is timed too."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Ledger:
    """`spent` is processor seconds of the thread that worked, by part; `called` how often."""

    def __init__(self, clock: Callable[[], float] = time.thread_time) -> None:
        self.spent: Counter[str] = Counter()
        self.called: Counter[str] = Counter()
        self._clock = clock
        self._inner = threading.local()

    def timed(self, part: str, function: Callable[..., T]) -> Callable[..., T]:
        def run(*args: Any, **named: Any) -> T:
            outer: float = getattr(self._inner, "seconds", 0.0)
            self._inner.seconds = 0.0
            began = self._clock()
            try:
                return function(*args, **named)
            finally:
                took = self._clock() - began
                self.spent[part] += took - self._inner.seconds
                self.called[part] += 1
                self._inner.seconds = outer + took

        return run


class Clocked:
    """An archive, or a room of one, whose every call is timed. `part` names the part from the names of room and call."""

    def __init__(self, of: Any, ledger: Ledger, part: Callable[[str, str], str], room: str = "") -> None:
        self._of, self._ledger, self._part, self._room = of, ledger, part, room

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._of, name)
        if not self._room and not callable(value):
            return Clocked(value, self._ledger, self._part, name)
        return self._ledger.timed(self._part(self._room, name), value) if callable(value) else value
