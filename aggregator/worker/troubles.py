"""Reports problems of the worker: each once in the log, and to other processes outside the store, since the store may be the
problem."""

from __future__ import annotations

import logging
from collections.abc import Callable

from aggregator.errors import Lacking, StoreError, lack

log = logging.getLogger(__name__)


class Troubles:
    """`show` is called with the present problems (one line for each part that has one) whenever they change. Parts: `store`,
    `polling`, `editions`, …"""

    def __init__(self, show: Callable[[str], None] = lambda text: None) -> None:
        self._show = show
        self._open: dict[str, str] = {}

    def report(self, part: str, error: Exception | str) -> None:
        """Report that a part failed. `StoreError` and `Lacking` are reported with their message, an unexpected exception with its name
        only; the log has its traceback."""
        if isinstance(error, Exception):
            error = lack(error) or error
        unforeseen = None if isinstance(error, StoreError | Lacking | str) else error
        message = f"{type(error).__name__}, an error in this program: see the log" if unforeseen else str(error)
        if self._open.get(part) == message:
            return
        log.error("%s: %s", part, message, exc_info=unforeseen)
        self._open[part] = message
        self._show_all()

    def recovered(self, part: str) -> None:
        """Report that a part works, if it did not before."""
        if self._open.pop(part, None) is not None:
            log.info("%s: recovered", part)
            self._show_all()

    def _show_all(self) -> None:
        try:
            self._show("\n".join(f"{part}: {message.splitlines()[0]}" for part, message in self._open.items()))
        except OSError as error:  # the folder became read-only; the web notices that ticks are missing, too
            log.error("problems cannot be written for /readyz: %s", error.strerror)
