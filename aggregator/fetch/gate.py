"""The limits of requests, and the gate that applies those of each host and of all requests together."""

from __future__ import annotations

import asyncio
import copy
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from math import ceil

from msgspec import Struct, field

from aggregator.fetch.failures import Stopped
from aggregator.model.source import LONGEST_HOLD, Freshness

Room = Callable[[], AbstractAsyncContextManager[None]]
"""Returns a context to hold during a request; entering it waits until there is memory for another document."""


class Limits(Struct, frozen=True):
    """Limits of a single request, and of all requests together."""

    deadline: float = 30.0  # seconds for a request with all its redirects, without the time of waiting at the gate
    body: int = 10 << 20  # bytes; for the decoded body, and for the bytes on the wire
    redirects: int = 5
    header_line: int = 63 << 10  # bytes; the Content-Security-Policy of some sites exceeds aiohttp's default of 8 KiB
    header_count: int = 128
    concurrency: int = 64
    per_host: int = 2
    spacing: float = 1.0  # seconds between the starts of two requests to one host


class _Lane(Struct):
    slots: asyncio.Semaphore
    users: int = 0
    next_start: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class HostGate:
    """Admits at most `limits.per_host` requests at a time to a host, `limits.spacing` seconds between their starts, and at most
    `limits.concurrency` requests in all, each within `room()`. For hosts for which `exempt(host)` is true only the last two apply."""

    def __init__(self, limits: Limits, exempt: Callable[[str], bool], room: Room = nullcontext) -> None:
        self._limits = limits
        self._overall = asyncio.Semaphore(limits.concurrency)
        self._exempt = exempt
        self._room = room
        self._lanes: dict[str, _Lane] = {}
        self._held: dict[str, float] = {}  # host or address → end of its pause, on the monotonic clock
        self._holding = threading.Lock()

    def exempting(self, exempt: Callable[[str], bool]) -> HostGate:
        """This gate for another client, with other exemptions: both count together, and know the same of hosts."""
        made = copy.copy(self)
        made._exempt = exempt
        return made

    def pause(self, held: str, seconds: float) -> None:
        """Make no requests for so many seconds (429 or 503 with Retry-After). `held` is a host, or the address of a single source. May be
        called in any thread: pauses that are known in the store come from others than the event loop's."""
        now = time.monotonic()
        with self._holding:
            if held not in self._held:  # so that it does not grow
                for ended in [one for one, until in self._held.items() if until <= now]:
                    del self._held[ended]
            self._held[held] = max(self._held.get(held, 0.0), now + min(seconds, LONGEST_HOLD))

    def _admit(self, *asked: str) -> None:
        """Raise Stopped of kind `waiting`, with the remaining seconds, if one of these is paused."""
        left = max(self._held.get(one, 0.0) for one in asked) - time.monotonic()
        if left > 0:
            raise Stopped("waiting", "its host asked for a pause", freshness=Freshness(retry_after=ceil(left)))

    @asynccontextmanager
    async def enter(self, host: str, address: str = "") -> AsyncIterator[None]:
        """A context for one request. While a request waits for its host, it takes no slot of the overall limit. Raises Stopped if the
        host or this address is paused."""
        if self._exempt(host):
            async with self._slot():
                yield
            return
        self._admit(host, address)
        lane = self._lanes.setdefault(host, _Lane(asyncio.Semaphore(self._limits.per_host)))
        lane.users += 1
        try:
            async with lane.slots, AsyncExitStack() as stack:
                await self._begin(lane, stack)
                self._admit(host, address)  # the previous request may have been told to pause
                yield
        finally:
            lane.users -= 1
            asyncio.get_running_loop().call_later(self._limits.spacing, self._forget_idle, host)

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        async with self._overall, self._room():
            yield

    async def _begin(self, lane: _Lane, stack: AsyncExitStack) -> None:
        """Take a slot of the overall limit, one request of the host after the other. So even if slots are scarce, the spacing is that
        between the starts of requests, and not between the times at which they began to wait."""
        clock = asyncio.get_running_loop().time
        async with lane.turn:
            await asyncio.sleep(lane.next_start - clock())
            await stack.enter_async_context(self._slot())
            lane.next_start = clock() + self._limits.spacing

    def _forget_idle(self, host: str) -> None:
        """Drop a host without requests once its spacing has passed, so that the table does not grow."""
        lane = self._lanes.get(host)
        if lane and not lane.users and lane.next_start <= asyncio.get_running_loop().time():
            del self._lanes[host]
