"""Processor time by part: functions are timed as they run, each without the timed functions that it calls."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class CpuTime:
    """`spent`: part → processor seconds of the thread that ran it; `called`: part → number of calls."""

    def __init__(self, clock: Callable[[], float] = time.thread_time) -> None:
        self.spent: Counter[str] = Counter()
        self.called: Counter[str] = Counter()
        self._clock = clock
        self._inner = threading.local()

    def timed(self, part: str, function: Callable[P, T]) -> Callable[P, T]:
        """The function, with its time counted for `part`."""

        def run(*args: P.args, **named: P.kwargs) -> T:
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


class Timed:
    """An archive, or a part of one such as `archive.edition`, with all calls timed. `part` returns what a call counts for, given
    the names of the part of the archive and of the method."""

    def __init__(self, of: Any, cpu_time: CpuTime, part: Callable[[str, str], str], section: str = "") -> None:
        self._of, self._cpu_time, self._part, self._section = of, cpu_time, part, section

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._of, name)
        if not self._section and not callable(value):
            return Timed(value, self._cpu_time, self._part, name)
        return self._cpu_time.timed(self._part(self._section, name), value) if callable(value) else value
