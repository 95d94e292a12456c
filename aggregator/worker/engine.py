"""What the parts of a worker share: the engine, which depends on the configuration, the connection to other workers, and their signals to
each other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from aggregator.errors import NotAStore, StoreCorrupt
from aggregator.model.notes import ConfigurationReport, Measures
from aggregator.pipeline.policy import Policy
from aggregator.pipeline.tools import Tools
from aggregator.ports import Archive
from aggregator.worker.troubles import Troubles


class Engine(Struct, frozen=True):
    """What `bootstrap` makes from one configuration; replaced as a whole when the configuration changes. `archive` is that of the
    edition, with its own connection. `keep`, in seconds: (the default, source id → its own value)."""

    tools: Tools
    archive: Archive
    policy: Policy
    keep: tuple[int, Mapping[str, int]]


class Reload(Struct, frozen=True):
    """The result of a check of the configuration. `engine` is the new engine, None if the present one stays. `valid`: the file, as
    it was read last, and what is in force are. `status` is for the status in the API, `lines` are for the log; if `status` is None,
    there is nothing to report."""

    engine: Engine | None = None
    valid: bool = True
    status: ConfigurationReport | None = None
    lines: Sequence[str] = ()


class Fleet(Struct, frozen=True):
    """How a worker is connected to others. `url`: the database address for the queue; `connection`: the class of its connections;
    `due()`: (source id, host) of sources that are due; `absent(identity)`: whether no such process is connected; `agree()`: raises
    StoreTooNew or ClockApart if this process must leave the work to others."""

    url: str
    connection: type[Any]
    due: Callable[[], Sequence[tuple[str, str]]]
    absent: Callable[[str], bool]
    agree: Callable[[], None]


class Current(Struct):
    """The engine in use. `halted`: the archive is damaged, so nothing more is written until somebody has looked at it."""

    engine: Engine
    halted: bool = False

    def learn(self, error: Exception) -> None:
        self.halted = self.halted or isinstance(error, StoreCorrupt | NotAStore)


class Shared(Struct, frozen=True):
    """`owner`: the identity under which the worker holds leases. `news` is set when an edition is to be made, `stopping` when all parts
    must end."""

    current: Current
    owner: str
    clock: Callable[[], datetime]
    troubles: Troubles = field(default_factory=Troubles)
    measures: Measures = field(default_factory=Measures)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
