"""Limits on requests to one host, and to the network as a whole."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from math import ceil

from aggregator.fetch.failures import Stopped
from aggregator.model.source import LONGEST_HOLD, Freshness

Room = Callable[[], AbstractAsyncContextManager[None]]
"""Gives what is to be held while something is fetched, and waits for room for it."""


@dataclass(slots=True)
class _Lane:
    slots: asyncio.Semaphore
    users: int = 0
    next_start: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class HostGate:
    """At most `per_host` requests at a time to a host, their starts `spacing` seconds apart, and `overall` requests in
    all, as far as there is `room` for what they bring. Hosts for which `exempt` holds are bound only by the latter two."""

    def __init__(
        self,
        *,
        per_host: int,
        spacing: float,
        overall: int,
        exempt: Callable[[str], bool],
        room: Room = nullcontext,
    ) -> None:
        self._per_host = per_host
        self._spacing = spacing
        self._overall = asyncio.Semaphore(overall)
        self._exempt = exempt
        self._room = room
        self._lanes: dict[str, _Lane] = {}
        self._held: dict[str, float] = {}  # host or address → until when no request is made, on the monotonic clock

    def pause(self, held: str, seconds: float) -> None:
        """A host asked us to wait (429 or 503 with Retry-After): all its sources wait, or those at the address that answered."""
        now = time.monotonic()
        self._held = {one: until for one, until in self._held.items() if until > now}  # the table does not grow
        self._held[held] = max(self._held.get(held, 0.0), now + min(seconds, LONGEST_HOLD))

    def _admit(self, *asked: str) -> None:
        """Raises Stopped `waiting`, with the seconds that are left."""
        left = max(self._held.get(one, 0.0) for one in asked) - time.monotonic()
        if left > 0:
            raise Stopped("waiting", "its host asked for a pause", freshness=Freshness(retry_after=ceil(left)))
        for one in asked:
            self._held.pop(one, None)

    @asynccontextmanager
    async def enter(self, host: str, address: str = "") -> AsyncIterator[None]:
        """Held for one request. A request that waits for its host takes no slot of the overall limit meanwhile. Raises
        Stopped if the host asked for a pause, or asked for it at this address."""
        if self._exempt(host):
            async with self._slot():
                yield
            return
        self._admit(host, address)
        self._forget_idle()
        lane = self._lanes.setdefault(host, _Lane(asyncio.Semaphore(self._per_host)))
        lane.users += 1
        try:
            async with lane.slots, AsyncExitStack() as stack:
                await self._begin(lane, stack)
                self._admit(host, address)  # what the one before was told
                yield
        finally:
            lane.users -= 1

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        async with self._overall, self._room():
            yield

    async def _begin(self, lane: _Lane, stack: AsyncExitStack) -> None:
        """Take a slot in the host's turn: if slots are scarce, the spacing is still that between starts, not between the times
        when each began to wait."""
        clock = asyncio.get_running_loop().time
        async with lane.turn:
            await asyncio.sleep(lane.next_start - clock())
            await stack.enter_async_context(self._slot())
            lane.next_start = clock() + self._spacing

    def _forget_idle(self) -> None:
        """Hosts that nobody asks any more are dropped once their spacing has passed, so that the table does not grow."""
        now = asyncio.get_running_loop().time()
        self._lanes = {host: lane for host, lane in self._lanes.items() if lane.users or lane.next_start > now}
