"""Notes: small typed values by which processes tell each other something through the store (`Upkeep.note`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from msgspec import Struct

from aggregator.errors import Problem
from aggregator.model.measures import Measures

T = TypeVar("T")


class Note(Struct, Generic[T], frozen=True):
    """The name of a note and the type of its value. A stored value that does not have this type (a later version of the program may
    have written it) is treated as absent."""

    key: str
    type: type[T]


# The docstrings of ConfigurationReport and RePlacing appear in /openapi.json.
class ConfigurationReport(Struct, frozen=True):
    """The last edit of the configuration. `epoch` identifies the configuration in force; `at` is when the edit was read. `changed` says
    what it changed; `waiting`, what it would change if it waits for `aggregator apply`."""

    epoch: str | None
    at: str
    changed: Mapping[str, Any]
    waiting: Mapping[str, Any] | None = None


class BrokenEdit(Struct, frozen=True):
    """Why an edit of feeds.yaml was refused; `message` has one line for each problem, `at` is in epoch seconds."""

    message: str
    problems: tuple[Problem, ...]
    at: int


class RePlacing(Struct, frozen=True):
    """How many of the stored stories have been judged anew by the configuration `epoch`. At the end `done` equals `of`."""

    done: int
    of: int
    epoch: str

    @property
    def finished(self) -> bool:
        return self.done == self.of


TICK = Note("tick", int)
"""When a worker last looked for sources that are due, in epoch seconds."""
RETENTION_RESTS = Note("retention-rests", int)
"""Until when nothing is pruned, in epoch seconds. Set when the clock has leapt, since retention would delete too much."""
MEASURES = Note("measures", Measures)
"""What workers have counted, for /metrics."""
SET_ASIDE = Note("aside", dict[str, int])
"""Source → how many of its items the edition failed on and left out."""
CONFIGURATION = Note("configuration", ConfigurationReport)
BROKEN_EDIT = Note("config-error", BrokenEdit)
"""The last edit of feeds.yaml if it is broken; absent as soon as the file is valid again."""
EXAMPLES_HOLD = Note("examples", str)
"""The rules and the version of the program for which all examples were last found to hold, so that they need not be checked again."""
PROGRAM = Note("program", str)
"""The version of the program that started last. Only that version re-places stored stories: if two versions run side by side during
an upgrade, they would otherwise undo each other's placings."""
RENAMED = Note("renamed", dict[str, str])
"""Former section or topic (a stream name such as `section:defence`) → its present id, in the order in which they were renamed."""
RE_PLACING = Note("re-placing", RePlacing)
