"""What the worker works with, and what changes when the configuration does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aggregator.errors import NotAStore, StoreCorrupt
from aggregator.model.notes import ConfigurationReport
from aggregator.pipeline.policy import Policy
from aggregator.pipeline.refresh import Tools
from aggregator.ports import Archive


@dataclass(frozen=True, slots=True)
class Engine:
    """What bootstrap makes of one configuration; replaced as a whole when that changes. `archive` is the edition's,
    over a connection of its own; `keep` is in seconds: the default, and those of single sources."""

    tools: Tools
    archive: Archive
    policy: Policy
    keep: tuple[int, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Reload:
    """The result of looking at the configuration. `engine` is the new one, None if the one in force stays. `of_file`:
    the file was read and is valid. `status` is for the API's status, `lines` for the log; `status` None: nothing to report."""

    engine: Engine | None = None
    of_file: bool = True
    status: ConfigurationReport | None = None
    lines: Sequence[str] = ()


@dataclass(slots=True)
class Current:
    """The engine in use. `halted`: the archive is damaged, and nothing is written until somebody has looked at it."""

    engine: Engine
    halted: bool = False

    def learn(self, error: Exception) -> None:
        self.halted = self.halted or isinstance(error, StoreCorrupt | NotAStore)
