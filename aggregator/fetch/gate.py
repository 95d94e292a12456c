"""How hard one host, and the network as a whole, may be asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Lane:
    slots: asyncio.Semaphore
    users: int = 0
    next_start: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class HostGate:
    """At most `per_host` requests at once to a host, their starts `spacing` seconds apart, and `overall` requests
    in all. Hosts for which `exempt` holds pass with the overall cap alone."""

    def __init__(self, *, per_host: int, spacing: float, overall: int, exempt: Callable[[str], bool]) -> None:
        self._per_host = per_host
        self._spacing = spacing
        self._overall = asyncio.Semaphore(overall)
        self._exempt = exempt
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def enter(self, host: str) -> AsyncIterator[None]:
        """Held for one request. Who waits for its host holds no place of the overall cap meanwhile."""
        if self._exempt(host):
            async with self._overall:
                yield
            return
        lane = self._lanes.setdefault(host, _Lane(asyncio.Semaphore(self._per_host)))
        lane.users += 1
        try:
            async with lane.slots:
                await self._wait_turn(lane)
                async with self._overall:
                    yield
        finally:
            lane.users -= 1
            self._forget_idle(host, lane)

    async def _wait_turn(self, lane: _Lane) -> None:
        clock = asyncio.get_running_loop().time
        async with lane.turn:
            await asyncio.sleep(max(0.0, lane.next_start - clock()))
            lane.next_start = clock() + self._spacing

    def _forget_idle(self, host: str, lane: _Lane) -> None:
        """Lanes of hosts that nobody asks for are dropped once their spacing has passed, lest the table grow."""
        if lane.users:
            return
        loop = asyncio.get_running_loop()
        if loop.time() >= lane.next_start:
            self._lanes.pop(host, None)
        else:
            loop.call_at(lane.next_start, self._drop_if_idle, host, lane)

    def _drop_if_idle(self, host: str, lane: _Lane) -> None:
        if not lane.users and self._lanes.get(host) is lane and asyncio.get_running_loop().time() >= lane.next_start:
            del self._lanes[host]
