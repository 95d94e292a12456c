"""What processes leave for each other in the store: small values under names, each of one type (`Upkeep.note`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from aggregator.errors import Problem
from aggregator.model.measures import Measures

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Note(Generic[T]):
    """The name of a note, and the type of its value. A value of another form, as a later version of the program may write it,
    counts as none."""

    key: str
    type: type[T]


@dataclass(frozen=True, slots=True)
class ConfigurationReport:
    """Which configuration is in force since when, what it changed, and what a saved edit would change that waits for `apply`."""

    epoch: str | None
    at: str
    changed: Mapping[str, Any]
    waiting: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class BrokenEdit:
    """What is wrong with the file; `message` has all problems, one a line, and `at` is in epoch seconds."""

    message: str
    problems: tuple[Problem, ...]
    at: int


@dataclass(frozen=True, slots=True)
class RePlacing:
    """How many stories of how many are judged anew, for the configuration `epoch`; at the end `done` equals `of`."""

    done: int
    of: int
    epoch: str

    @property
    def finished(self) -> bool:
        return self.done == self.of


TICK = Note("tick", int)
"""When a worker last looked for what is due, in epoch seconds."""
RETENTION_RESTS = Note("retention-rests", int)
"""Until when nothing is pruned, in epoch seconds: the clock has leapt."""
MEASURES = Note("measures", Measures)
"""What workers have counted, for /metrics."""
SET_ASIDE = Note("aside", dict[str, int])
"""Source → how many of its items the edition failed on and left out."""
CONFIGURATION = Note("configuration", ConfigurationReport)
BROKEN_EDIT = Note("config-error", BrokenEdit)
"""The last edit of the file, as long as it is broken and not in force."""
EXAMPLES_HOLD = Note("examples", str)
"""For which rules and program all examples were last found to hold."""
PROGRAM = Note("program", str)
"""The program that started last: stored stories follow that one, so that two versions running side by side during an upgrade do
not undo each other's placings."""
RENAMED = Note("renamed", dict[str, str])
"""Former ids of sections and topics, as streams, each with the id that it leads to: in the order in which they were given up."""
RE_PLACING = Note("re-placing", RePlacing)
