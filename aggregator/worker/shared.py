"""What the parts of a worker share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct, field

from aggregator.model.measures import Measures
from aggregator.worker.engine import Current
from aggregator.worker.troubles import Troubles


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
