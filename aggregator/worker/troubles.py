"""Problems of the worker, shown to others: in the log once, and outside the store, since the store may be the problem."""

from __future__ import annotations

import logging
from collections.abc import Callable

from aggregator.errors import OUT_OF_FILES, Lacking, StoreError, TooManyFiles

log = logging.getLogger(__name__)


class Troubles:
    """`show` gets a line for each part that has a problem, whenever that changes. Parts: `store`, `polling`,
    `editions`, …"""

    def __init__(self, show: Callable[[str], None] = lambda text: None) -> None:
        self._show = show
        self._open: dict[str, str] = {}

    def report(self, part: str, error: Exception | str) -> None:
        """A part failed. Errors of the store and what this machine lacks are reported in their own words; of an unexpected
        exception only the name, with the details in the log."""
        if isinstance(error, OSError) and error.errno in OUT_OF_FILES:
            error = TooManyFiles()
        expected = isinstance(error, StoreError | Lacking | str)
        message = str(error) if expected else f"{type(error).__name__}, an error in this program: see the log"
        if self._open.get(part) == message:
            return
        log.error("%s: %s", part, message, exc_info=error if isinstance(error, Exception) and not expected else None)
        self._open[part] = message
        self._show_all()

    def recovered(self, part: str) -> None:
        """This part works; if it did not before, that is reported."""
        if self._open.pop(part, None) is not None:
            log.info("%s: recovered", part)
            self._show_all()

    def _show_all(self) -> None:
        try:
            self._show("\n".join(f"{part}: {message.splitlines()[0]}" for part, message in self._open.items()))
        except OSError as error:  # a folder that became read-only; then ticks stop too, which the web notices
            log.error("problems cannot be written for /readyz: %s", error.strerror)
