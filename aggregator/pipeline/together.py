"""Answers requests that come at about the same time by one call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from aggregator.pipeline.waiting import until_set

Q = TypeVar("Q")
A = TypeVar("A")


class Together(Generic[Q, A]):
    """Requests of many tasks become one call of `answer` in a thread. While a call is under way, further requests gather for the next: the
    slower the store, the more it gets at once.

    `answer` gets requests, `most` at most, and returns their answers in the same order; no two of them have the same `key`. `linger`:
    seconds that the first one waits for others. If it raises, all of them fail; but if `of_one(error)` says that another request
    might succeed, each is made alone, until an error of which it does not say so.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Q]], Sequence[A]],
        most: int,
        linger: float = 0.0,
        key: Callable[[Q], Hashable] = id,
        of_one: Callable[[Exception], bool] = lambda error: False,
    ) -> None:
        self._answer, self._most, self._linger, self._key, self._of_one = answer, most, linger, key, of_one
        self._asked: list[tuple[Q, asyncio.Future[A]]] = []
        self._enough = asyncio.Event()
        self._work: asyncio.Task[None] | None = None

    async def __call__(self, request: Q) -> A:
        """If the caller is cancelled before the call, its request is not made."""
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._asked.append((request, answer))
        if len(self._asked) >= self._most:
            self._enough.set()
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._answer_all())
        return await answer

    async def _answer_all(self) -> None:
        while self._asked:
            if self._linger and len(self._asked) < self._most:
                self._enough = asyncio.Event()
                await until_set(self._enough, self._linger)
            asked = self._next()
            found = await self._answered([request for request, _ in asked]) if asked else []
            for (_, answer), one in zip(asked, found, strict=True):
                if answer.done():
                    continue  # its caller was cancelled
                if isinstance(one, Exception):
                    answer.set_exception(one)
                else:
                    answer.set_result(one)
            await asyncio.sleep(0)  # whoever hears of a failure may cancel others before the next call

    def _next(self) -> list[tuple[Q, asyncio.Future[A]]]:
        """The requests of the next call, which wait no longer."""
        batch: dict[Hashable, tuple[Q, asyncio.Future[A]]] = {}
        left = []
        for asked in self._asked:
            if asked[1].done():
                continue
            if len(batch) < self._most and (key := self._key(asked[0])) not in batch:
                batch[key] = asked
            else:
                left.append(asked)
        self._asked = left
        return list(batch.values())

    async def _answered(self, requests: Sequence[Q]) -> list[A | Exception]:
        try:
            found = await asyncio.to_thread(self._answer, requests)
            return [one for _, one in zip(requests, found, strict=True)]
        except Exception as error:  # noqa: BLE001 (it is the callers')
            if len(requests) == 1 or not self._of_one(error):
                return [error] * len(requests)
        one_by_one: list[A | Exception] = []
        for request in requests:
            one_by_one += await self._answered([request])
            if isinstance(last := one_by_one[-1], Exception) and not self._of_one(last):
                break
        return one_by_one + one_by_one[-1:] * (len(requests) - len(one_by_one))
