"""Reloads the configuration: an edit is put in force as a whole or not at all, and the result is reported."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from aggregator.errors import ConfigError, Problem
from aggregator.model import notes
from aggregator.model.notes import BrokenEdit, Note
from aggregator.worker.engine import Reload, Shared

log = logging.getLogger(__name__)


class ConfigReload:
    """`reload()` returns what changed in the configuration since the last call, None if nothing did; it raises ConfigError if the file
    is broken."""

    def __init__(self, shared: Shared, reload: Callable[[], Reload | None]) -> None:
        self._current, self._clock = shared.current, shared.clock
        self._troubles, self._news = shared.troubles, shared.news
        self._reload = reload
        self._refused: ConfigError | None = None  # a broken edit of which nothing is told yet
        self._complaint: BrokenEdit | None = None  # the note about the broken file, as long as it is broken
        # Notes that are not stored yet; each check tries it. The first one removes that of an earlier process about a broken file.
        self._unwritten: dict[Note[Any], object] = {notes.BROKEN_EDIT: None}

    async def check(self) -> None:
        try:
            outcome = None
            try:
                outcome = await asyncio.to_thread(self._reload)
            except ConfigError as error:
                self._refused = error
            if outcome is not None:
                self._take(outcome)
            if self._refused is not None:
                self._refuse(self._refused)
                self._refused = None
            await self._write()
        except Exception as error:  # noqa: BLE001 (the next check tries again; reported as a problem)
            self._current.learn(error)
            self._troubles.report("configuration", error)
        else:
            self._troubles.recovered("configuration")

    def _take(self, outcome: Reload) -> None:
        if outcome.engine is not None:  # first, since it is in force whatever fails below
            self._current.engine = outcome.engine
            self._news.set()
            # the former engine contains reference cycles, and would otherwise be freed only after dozens of edits
            gc.collect()
        if outcome.valid:
            self._refused = None
        if outcome.valid and self._complaint is not None:
            self._complaint = self._unwritten[notes.BROKEN_EDIT] = None
            log.info("the configuration is valid again")
        if outcome.status is not None:
            log.info("%s", "\n".join(outcome.lines))
            self._unwritten[notes.CONFIGURATION] = outcome.status

    def _refuse(self, error: ConfigError) -> None:
        """Report a broken edit once; it changes nothing."""
        problems = tuple(_public(problem, error.main) for problem in error.problems)
        if self._complaint is not None and self._complaint.problems == problems:
            return
        log.error("the last edit of the configuration is broken and not in force:\n%s", error)
        self._complaint = BrokenEdit("\n".join(map(str, problems)), problems, int(self._clock().timestamp()))
        self._unwritten[notes.BROKEN_EDIT] = self._complaint

    async def _write(self) -> None:
        """Store the notes. That about the broken file also if it is gone: a worker on another machine removes it when it starts, or when
        its own file becomes valid again, although the file of this machine is still broken."""
        upkeep = self._current.engine.tools.archive.upkeep
        if self._complaint is not None and await asyncio.to_thread(upkeep.noted, notes.BROKEN_EDIT) is None:
            self._unwritten[notes.BROKEN_EDIT] = self._complaint
        for note, value in list(self._unwritten.items()):
            await asyncio.to_thread(upkeep.note, note, value)
            del self._unwritten[note]


def _public(problem: Problem, main: str) -> Problem:
    """The problem as readers of the status may see it: without the folders of this machine. Included files are named as in the main
    file."""
    name = Path(main).name
    file = name if problem.file == main else problem.file
    return replace(problem, file=file, message=problem.message.replace(main, name))
