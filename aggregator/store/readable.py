"""The parts of an archive that readers use."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from aggregator.store.dialect import Writes
from aggregator.store.past import Past
from aggregator.store.reading import Reading
from aggregator.store.sources import Sources
from aggregator.store.upkeep import Upkeep

Connection_co = TypeVar("Connection_co", bound=Writes, covariant=True)
Upkeep_co = TypeVar("Upkeep_co", bound=Upkeep[Any], covariant=True)


class Readable(Generic[Connection_co, Upkeep_co]):
    """All over one connection. For one thread at a time. `upkeep` is the backend's own."""

    def __init__(self, connection: Connection_co, upkeep: Upkeep_co) -> None:
        self._connection = connection
        self.past = Past(connection)
        self.reading = Reading(connection)
        self.sources = Sources(connection)
        self.upkeep = upkeep

    def close(self) -> None:
        self._connection.close()
