"""Requests that come at about the same time are answered by one call."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest
from builders.process import PATIENCE, until_async

from aggregator.pipeline.together import Together


class Slow:
    """A store that takes its time: `go_on` lets it answer."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.go_on = threading.Event()

    def __call__(self, requests: Sequence[str]) -> list[str]:
        self.calls.append(list(requests))
        assert self.go_on.wait(PATIENCE)
        if "bad" in requests:
            raise ZeroDivisionError
        return [request.upper() for request in requests]


async def test_what_is_asked_during_a_call_waits_for_the_next_and_a_lone_request_for_nothing() -> None:
    slow = Slow()
    together = Together(slow, 3)
    first = asyncio.create_task(together("a"))
    await until_async(lambda: slow.calls)
    others = [asyncio.create_task(together(name)) for name in "bcde"]
    await asyncio.sleep(0)
    slow.go_on.set()
    assert [await one for one in (first, *others)] == ["A", "B", "C", "D", "E"]
    assert slow.calls == [["a"], ["b", "c", "d"], ["e"]]


async def test_two_requests_with_one_key_are_in_two_calls_in_their_order() -> None:
    slow = Slow()
    slow.go_on.set()
    together = Together(slow, 3, key=lambda name: name[0])
    assert await asyncio.gather(*map(together, ("a1", "b1", "a2", "c1", "d1"))) == ["A1", "B1", "A2", "C1", "D1"]
    assert slow.calls == [["a1", "b1", "c1"], ["a2", "d1"]]


async def test_the_first_waits_for_others_until_there_are_enough() -> None:
    slow = Slow()
    slow.go_on.set()
    together = Together(slow, 2, linger=PATIENCE)
    first = asyncio.create_task(together("a"))
    await asyncio.sleep(0)
    assert await together("b") == "B"
    assert await first == "A"
    assert slow.calls == [["a", "b"]]


def test_it_goes_on_in_another_loop() -> None:
    slow = Slow()
    slow.go_on.set()
    together = Together(slow, 2, linger=0.01)
    assert [asyncio.run(together_alone(together, name)) for name in "ab"] == ["A", "B"]


async def together_alone(together: Together[str, str], name: str) -> str:
    return await together(name)


async def test_what_fails_for_one_is_asked_of_each_alone() -> None:
    slow = Slow()
    slow.go_on.set()
    together = Together(slow, 3, of_one=lambda error: isinstance(error, ZeroDivisionError))
    asked = [asyncio.create_task(together(name)) for name in ("a", "bad", "c")]
    await asyncio.wait(asked)
    assert isinstance(asked[1].exception(), ZeroDivisionError)
    assert [asked[n].result() for n in (0, 2)] == ["A", "C"]


async def test_a_call_that_fails_fails_those_in_it_and_no_others() -> None:
    slow = Slow()
    together = Together(slow, 2)
    asked = [asyncio.create_task(together(name)) for name in ("a", "bad", "c")]
    slow.go_on.set()
    await asyncio.wait(asked)
    assert [type(one.exception()) for one in asked[:2]] == [ZeroDivisionError] * 2
    assert asked[2].result() == "C"


@pytest.mark.parametrize("lacking", ["thread", "answer"])
async def test_nobody_waits_for_ever_for_a_call_that_cannot_be_made_or_leaves_out_an_answer(
    lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Polls waited for it, and kept their leases. A thread is lacking where the system allows no more of them."""

    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    together: Together[str, str] = Together(lambda requests: ["A"], 2)
    with monkeypatch.context() as broken:
        if lacking == "thread":
            broken.setattr(threading.Thread, "start", start)
        asked = [asyncio.create_task(together(name)) for name in "ab"]
        done, _ = await asyncio.wait(asked, timeout=PATIENCE)
    kind = RuntimeError if lacking == "thread" else ValueError
    assert [type(one.exception()) for one in done] == [kind] * 2
    assert await together("a") == "A", "it goes on"


async def test_a_request_whose_caller_is_cancelled_during_the_call_is_no_matter_and_one_before_is_not_made() -> None:
    slow = Slow()
    together = Together(slow, 2)
    asked = [asyncio.create_task(together(name)) for name in ("a", "b", "c", "d", "e")]
    await until_async(lambda: slow.calls)
    for n in (0, 2, 4):
        asked[n].cancel()
    await asyncio.wait([asked[n] for n in (0, 2, 4)])
    slow.go_on.set()
    assert [await asked[n] for n in (1, 3)] == ["B", "D"]
    assert slow.calls == [["a", "b"], ["d"]]
    later = asyncio.create_task(together("f"))
    await asyncio.sleep(0)
    later.cancel()
    assert await together("g") == "G"
    assert slow.calls[2:] == [["g"]]


async def test_who_hears_of_a_failure_may_cancel_others_before_the_next_call() -> None:
    calls, asked = list[list[str]](), list[asyncio.Task[str]]()

    def answer(names: Sequence[str]) -> list[str]:
        calls.append(list(names))
        raise OSError

    together = Together(answer, 2)

    async def ask(name: str) -> str:
        try:
            return await together(name)
        except OSError:
            for other in asked[2:]:
                other.cancel()
            raise

    asked += [asyncio.create_task(ask(name)) for name in "abcd"]
    await asyncio.gather(*asked, return_exceptions=True)
    await asyncio.gather(together("e"), return_exceptions=True)
    assert calls == [["a", "b"], ["e"]]


async def test_of_what_is_asked_alone_nothing_is_asked_after_a_failure_of_all() -> None:
    """Each would wait as long for a locked archive, and what was stored after it was taken for not stored."""
    calls = list[str]()

    def answer(names: Sequence[str]) -> list[str]:
        if len(names) > 1:
            raise ZeroDivisionError
        calls.extend(names)
        if "locked" in names:
            raise OSError
        return list(names)

    together = Together(answer, 3, 9.0, of_one=lambda error: isinstance(error, ZeroDivisionError))
    found = await asyncio.gather(*map(together, ("a", "locked", "c")), return_exceptions=True)
    assert [type(one) for one in found] == [str, OSError, OSError]
    assert calls == ["a", "locked"]
