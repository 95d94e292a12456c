"""Notes: small typed values by which processes tell each other something through the store (`Upkeep.note`). Among them are the counters of
the workers, so that the web can show them at /metrics and a restart does not reset them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from aggregator.errors import Problem

T = TypeVar("T")

BOUNDS = (60, 300, 900, 1800, 3600, 14_400, 86_400)
"""Upper bounds of the buckets of the histogram of delays: seconds from an item's publication to its appearance in our feeds."""
_BUCKETS = (*BOUNDS, None)


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


class Measures(Struct):
    """What the workers have counted. `delays` is a histogram: (upper bound in seconds, number of items in this bucket); the last bucket has
    the bound None."""

    errors: dict[str, int] = field(default_factory=dict)
    delays: list[tuple[int | None, int]] = field(default_factory=lambda: [(bound, 0) for bound in _BUCKETS])
    delay_seconds: int = 0
    editions: int = 0
    edition_seconds: float = 0.0
    last_edition_seconds: float = 0.0

    def __post_init__(self) -> None:
        if [bound for bound, _ in self.delays] != [*_BUCKETS]:
            raise ValueError("counted by other bounds")

    def onto(self, noted: Measures | None, since: Measures) -> Measures:
        """The sum of `noted`, the counters in the store, and what this process counted since it made the copy `since`. The figures
        about the last edition come from the process that made it."""
        total = noted or Measures()
        made_one = self.editions != since.editions
        errors = Counter(total.errors)
        errors.update(self.errors)
        errors.subtract(since.errors)
        counts = zip(total.delays, self.delays, since.delays, strict=True)
        return Measures(
            errors=dict(errors),
            delays=[(bound, held + count - counted) for (bound, held), (_, count), (_, counted) in counts],
            delay_seconds=total.delay_seconds + self.delay_seconds - since.delay_seconds,
            editions=total.editions + self.editions - since.editions,
            edition_seconds=round(total.edition_seconds + self.edition_seconds - since.edition_seconds, 3),
            last_edition_seconds=self.last_edition_seconds if made_one else total.last_edition_seconds,
        )

    def copy(self) -> Measures:
        return replace(self, errors=dict(self.errors), delays=list(self.delays))

    def failed(self, kinds: Iterable[str]) -> None:
        self.errors = dict(Counter(self.errors) + Counter(kinds))

    def edition(self, seconds: float, delays: Iterable[int]) -> None:
        self.editions += 1
        self.last_edition_seconds = round(seconds, 3)
        self.edition_seconds += self.last_edition_seconds
        for delay in delays:
            self.delay_seconds += delay
            n = bisect_left(BOUNDS, delay)
            bound, count = self.delays[n]
            self.delays[n] = bound, count + 1


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
