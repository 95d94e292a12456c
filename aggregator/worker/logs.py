"""The log of long-running commands: one line per event on standard error, as JSON unless that is a terminal."""

from __future__ import annotations

import logging
import math
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable

import orjson

from aggregator.errors import lack
from aggregator.normalise.characters import visible
from aggregator.text.plurals import counted

WEB = "aggregator.web"  # the logger of requests
LOOP = "asyncio"
MINUTE = 60.0  # seconds
DIFFERENT = 1000  # at most so many messages are remembered


class LineFormatter(logging.Formatter):
    """Formats an event as one line (JSON) or as text. Control characters, which may come from outside, are escaped."""

    def __init__(self, mask: Callable[[str], str], *, as_json: bool) -> None:
        super().__init__()
        self._mask = mask
        self._json = as_json
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        message = self._mask(record.getMessage())
        if record.exc_info:
            message += "\n" + self._mask(self.formatException(record.exc_info))
        message = visible(message)
        moment = self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ")
        if self._json:
            event = {"time": moment, "level": record.levelname.lower(), "logger": record.name, "message": message}
            return orjson.dumps(event).decode()
        return f"{moment} {record.levelname.lower():7} {message.rstrip().replace(chr(10), chr(10) + '    ')}"


class Unrepeated(logging.Filter):
    """Lets each error message of the web and of the event loop through only once a minute, then with the number of repetitions: while the
    database is unreachable every request logs one, and while no memory is left the loop logs thousands a second, which could fill the
    disk. Not affected are tracebacks, except those of what this machine lacks, and all messages of the worker: these report changes, and a
    failure that returns after a recovery must be seen."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._logged: dict[str, float] = {}  # message → when
        self._left_out: Counter[str] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name not in (WEB, LOOP) or record.levelno < logging.WARNING:
            return True
        if record.exc_info:
            error = record.exc_info[1]
            if error is None or not (lacking := lack(error)):
                return True
            record.msg = f"{record.getMessage().partition(chr(10))[0]}: {lacking}"
            record.args = ()
        message = record.getMessage()
        with self._lock:
            if 0 <= record.created - self._logged.get(message, -math.inf) < MINUTE:
                self._left_out[message] += 1
                return False
            if len(self._logged) >= DIFFERENT:
                self._logged.clear()
                self._left_out.clear()
            self._logged[message] = record.created
            if left_out := self._left_out.pop(message, 0):
                record.msg = f"{message} (repeated {counted(left_out, 'time')} since it was last logged)"
                record.args = ()
        return True


def start(mask: Callable[[str], str] = lambda text: text) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter(mask, as_json=not sys.stderr.isatty()))
    handler.addFilter(Unrepeated())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("aiohttp", "asyncio", "_granian"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # we report an unreachable server ourselves, once
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that takes longer than its interval is normal
