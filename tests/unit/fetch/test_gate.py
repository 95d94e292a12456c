"""Spacing and caps: per host, overall, and not for hosts that are exempt."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest
from builders.process import PATIENCE, cancelled, until_async

from aggregator.fetch.failures import Stopped
from aggregator.fetch.gate import HostGate, Limits
from aggregator.model.source import Failed


async def crowd(gate: HostGate, hosts: list[str], hold: float = 0.01) -> tuple[Counter[str], Counter[str], list[float]]:
    """Send one request a host through the gate: the most at once by host and overall, and when each began."""
    now: Counter[str] = Counter()
    most: Counter[str] = Counter()
    begun: list[float] = []

    async def one(host: str) -> None:
        async with gate.enter(host):
            begun.append(asyncio.get_running_loop().time())
            for key in (host, "all"):
                now[key] += 1
                most[key] = max(most[key], now[key])
            await asyncio.sleep(hold)
            now[host] -= 1
            now["all"] -= 1

    await asyncio.gather(*map(one, hosts))
    return most, now, begun


async def test_caps_hold_per_host_and_overall() -> None:
    gate = HostGate(Limits(per_host=2, spacing=0, concurrency=5), exempt=lambda _: False)
    most, now, _ = await crowd(gate, ["a"] * 8 + ["b"] * 8 + list("cdefgh"))
    assert most["a"] == 2
    assert most["all"] == 5
    assert sum(now.values()) == 0


class Leaping(asyncio.SelectorEventLoop):
    """Its clock stands still while something is done, and leaps while all wait."""

    def __init__(self) -> None:
        super().__init__()
        self._now, select = 0.0, self._selector.select  # type: ignore[attr-defined]

        def leap(wait: float | None) -> Any:
            self._now += wait or 0.0
            return select(0)

        self._selector.select = leap  # type: ignore[attr-defined]

    def time(self) -> float:
        return self._now


def leaping(main: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=Leaping) as runner:
        runner.run(main)


def test_starts_on_one_host_are_spaced_and_other_hosts_do_not_wait() -> None:
    async def main() -> None:
        gate = HostGate(Limits(per_host=4, spacing=5, concurrency=50), exempt=lambda _: False)
        (_, _, slow), (_, _, quick) = await asyncio.gather(crowd(gate, ["a"] * 5), crowd(gate, list("bcdef")))
        assert all(later - earlier >= 4.99 for earlier, later in pairwise(slow))
        assert quick == [0] * 5

    leaping(main())


def test_a_request_is_spaced_from_one_that_has_ended_though_others_were_asked_between() -> None:
    async def main() -> None:
        gate = HostGate(Limits(per_host=2, spacing=5, concurrency=9), exempt=lambda _: False)
        begun = [(await crowd(gate, [host], hold=0))[2][0] for host in "abca"]
        assert begun[3] - begun[0] >= 4.99

    leaping(main())


def test_a_client_that_takes_over_keeps_the_spacing_and_pauses_and_its_own_exemptions() -> None:
    async def main() -> None:
        gate = HostGate(Limits(per_host=2, spacing=5, concurrency=9), exempt=lambda _: False)
        later = gate.exempting(lambda host: host == "b")
        _, _, begun = await crowd(gate, ["a"], hold=0)
        _, _, spaced = await crowd(later, ["a", "b", "b"], hold=0)
        assert sorted(spaced) == pytest.approx([0, 0, begun[0] + 5], abs=0.01)
        for one, other in ((gate, later), (later, gate)):
            one.pause(f"c{id(one)}", 60)
            with pytest.raises(Stopped):
                await crowd(other, [f"c{id(one)}"])

    leaping(main())


def test_starts_on_one_host_are_spaced_also_where_they_waited_for_a_place_of_the_overall_cap() -> None:
    async def main() -> None:
        gate = HostGate(Limits(per_host=2, spacing=5, concurrency=2), exempt=lambda _: False)
        slow = asyncio.create_task(crowd(gate, ["b", "c"], hold=20))
        await asyncio.sleep(1)
        _, _, begun = await crowd(gate, ["a"] * 4)
        assert all(later - earlier >= 4.99 for earlier, later in pairwise(begun))
        await slow

    leaping(main())


async def test_exempt_hosts_know_the_overall_cap_alone() -> None:
    gate = HostGate(Limits(per_host=1, spacing=60, concurrency=3), exempt=lambda host: host == "127.0.0.1")
    most, _, _ = await asyncio.wait_for(crowd(gate, ["127.0.0.1"] * 20), PATIENCE)
    assert most["127.0.0.1"] == 3


async def test_who_waits_for_its_host_holds_no_place_of_the_others() -> None:
    gate = HostGate(Limits(per_host=1, spacing=10 * PATIENCE, concurrency=1), exempt=lambda _: False)
    async with gate.enter("a"):
        pass
    waiting = [asyncio.create_task(crowd(gate, ["a"])) for _ in range(5)]
    await asyncio.wait_for(crowd(gate, ["b"]), PATIENCE)
    await cancelled(waiting)
    await asyncio.wait_for(crowd(gate, ["c", "d"]), PATIENCE)  # cancelled ones gave everything back


@pytest.mark.parametrize("exempt", [False, True])
async def test_none_begins_without_room_and_who_no_longer_waits_for_it_gives_everything_back(exempt: bool) -> None:
    room = asyncio.Semaphore(1)

    @asynccontextmanager
    async def taken() -> AsyncIterator[None]:
        async with room:
            yield

    gate = HostGate(Limits(per_host=2, spacing=0, concurrency=3), exempt=lambda _: exempt, room=taken)
    most, _, _ = await crowd(gate, ["a", "a", "b", "c", "d"])
    assert most["all"] == 1
    async with room:
        waiting = [asyncio.create_task(crowd(gate, ["a"])) for _ in range(5)]
        await asyncio.sleep(0.01)
        await cancelled(waiting)
    await asyncio.wait_for(crowd(gate, ["a", "b", "c"]), PATIENCE)


async def test_hosts_that_nobody_asks_any_more_are_forgotten() -> None:
    gate = HostGate(Limits(per_host=1, spacing=0.01, concurrency=9), exempt=lambda _: False)
    await crowd(gate, [f"host{number}" for number in range(100)])
    await until_async(lambda: not gate._lanes)


@pytest.mark.parametrize(
    ("asked", "begun"),
    [
        # (second, duration): the second request goes on, and the third takes the other of two places; the last waits.
        ([(0, 15), (5, 60), (30, 60), (31, 1)], [0, 5, 30, 65]),
        # One that began lately has ended: the last is spaced from it.
        ([(0, 5), (9, 0.5), (11, 1)], [0, 9, 14]),
    ],
)
def test_a_host_is_not_forgotten_while_it_is_asked_or_its_spacing_lasts(
    asked: list[tuple[float, float]], begun: list[float]
) -> None:
    """It would be asked by more at once, or sooner, than it may be."""

    async def main() -> None:
        gate = HostGate(Limits(per_host=2, spacing=5, concurrency=50), exempt=lambda _: False)
        began: dict[int, float] = {}

        async def one(number: int, second: float, duration: float) -> None:
            await asyncio.sleep(second)
            async with gate.enter("a"):
                began[number] = asyncio.get_running_loop().time()
                await asyncio.sleep(duration)

        await asyncio.gather(*(one(number, *times) for number, times in enumerate(asked)))
        assert [began[number] for number in range(len(asked))] == pytest.approx(begun, abs=0.01)

    leaping(main())


async def test_a_host_that_asked_for_a_pause_is_left_alone_by_all_who_wait_for_it() -> None:
    gate = HostGate(Limits(per_host=1, spacing=0.02, concurrency=5), exempt=lambda host: host == "named")
    asked = []

    async def one(host: str) -> Failed | None:
        try:
            async with gate.enter(host):
                asked.append(host)
                await asyncio.sleep(0.01)
                gate.pause(host, 0 if host == "b" else 86_400)
        except Stopped as stopped:
            return stopped.failed
        return None

    outcomes = await asyncio.gather(*map(one, ["a", "a", "a", "b", "b", "named", "named"]))
    assert sorted(asked) == ["a", "b", "b", "named", "named"]
    waiting = [outcome for outcome in outcomes if outcome]
    assert [(failed.kind, failed.freshness.retry_after) for failed in waiting] == [("waiting", 3600)] * 2


async def test_who_comes_to_a_host_that_asked_for_a_pause_is_told_so_without_waiting_for_a_turn() -> None:
    gate = HostGate(Limits(per_host=1, spacing=60, concurrency=9), exempt=lambda _: False)
    async with gate.enter("a"):
        gate.pause("a", 600)
        for _ in range(3):
            with pytest.raises(Stopped):
                await asyncio.wait_for(crowd(gate, ["a"]), PATIENCE)


async def test_a_pause_that_is_asked_for_holds_also_for_who_waits_for_a_place_of_the_overall_cap() -> None:
    gate = HostGate(Limits(per_host=2, spacing=0, concurrency=1), exempt=lambda _: False)
    async with gate.enter("b"):
        waiting = asyncio.create_task(crowd(gate, ["a"]))
        await asyncio.sleep(0.01)
        gate.pause("a", 60)
        gate.pause("a", 1)  # as another request that was under way was told
    with pytest.raises(Stopped) as stopped:
        await waiting
    assert stopped.value.failed.freshness.retry_after == 60
    await asyncio.wait_for(crowd(gate, ["b"]), PATIENCE)  # the place was given back


async def test_pauses_that_several_threads_tell_at_once_all_hold() -> None:
    """Those of other processes are adopted in threads, while answers bring further ones. Some got lost, or the poll ended in an error."""
    gate = HostGate(Limits(), exempt=lambda _: False)
    with ThreadPoolExecutor(4) as threads:
        for told in [threads.submit(gate.pause, f"{n}.example", 600) for n in range(1000)]:
            told.result()
    for n in range(1000):
        with pytest.raises(Stopped):
            async with gate.enter(f"{n}.example"):
                pass
