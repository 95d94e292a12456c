"""A pool of child processes that parse documents within limits. If a child fails, only its current document is lost."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from typing import TypeVar

import msgspec

from aggregator.errors import OUT_OF_FILES, NoReader, ParseError, SandboxError, TooManyFiles
from aggregator.model.item import NormalFeed, Told
from aggregator.model.source import Candidates, Fetched, ParseJob
from aggregator.sandbox import frames
from aggregator.sandbox.process import ChildProcess

A = TypeVar("A", frames.Done, frames.Text, frames.Found)

MEBIBYTE = 1024 * 1024
EXPECTED, FIRST = MEBIBYTE // 2, 2 * MEBIBYTE
"""Bytes that a request under way counts for, since the size of its document is not known yet: `EXPECTED`; in its first `SOON` seconds as
many as those before it brought to be read on average, if that is more; `FIRST` while nothing is known."""
SOON = 3.0
"""What is under way for longer may hang, and does not hold up others until its deadline."""
RECENT = 8
"""About so many requests are averaged."""
AFRESH = 10.0
"""Seconds after a child failed to start in which no other one is started, so that waiting documents are refused at once and do not each
wait for a child of their own."""
CLOSED = "the sandbox is closed"
SLICES = 15
"""A limit of time is counted in so many slices."""


class Sandbox:
    """Parses documents in up to `children` processes. Belongs to one event loop, and must be closed: `async with Sandbox() as …`.

    The first child starts with the first document, or with `start`. Starting another one takes as long as parsing some thirty
    documents; it is started when a document has waited for `patience` seconds, or, after the first `alone` documents, as soon as one
    has to wait.

    `wall`: seconds for one document; `starting`: seconds within which a child must have started; `memory`: bytes of address space of
    a child; `recycle`: number of documents after which a child is replaced (which frees memory that parsers leak); `backlog`: bytes of
    documents that are being fetched, wait or are being parsed, from which on `room` makes further requests wait.

    If a child ends as it starts, it may have been killed (where memory is short), and another one is started at once. If a child does not
    start but another one works, that one does all the work. If none works, waiting documents, and those of the next AFRESH seconds, fail
    with NoReader.
    """

    def __init__(
        self,
        *,
        children: int = 2,
        wall: float = 15.0,
        starting: float = 60.0,
        memory: int = 512 * MEBIBYTE,
        recycle: int = 2000,
        alone: int = 150,
        patience: float = 1.0,
        backlog: int = 64 * MEBIBYTE,
    ) -> None:
        self._wall, self._starting, self._memory, self._recycle = wall, starting, memory, recycle
        self._alone, self._patience = alone, patience
        self._slots = asyncio.Semaphore(1)
        self._children, self._further = children, children - 1  # all, and those that may still be started
        self._refusal = ""  # why a child did not start …
        self._afresh = 0.0  # … and when another one may be started, on the monotonic clock
        self._ended = 0  # children in a row that ended as they started
        self._slow = asyncio.Semaphore(max(1, children - 1))  # documents that may be slow never occupy all children
        self._stalled: set[str] = set()  # sources whose last document took too long
        self._idle: list[ChildProcess] = []
        self._busy: set[ChildProcess] = set()
        self._closed = False
        self._backlog, self._held = backlog, 0  # bytes
        self._begun, self._expected = 0, float(FIRST)  # requests of the last seconds; bytes of each
        self._room = asyncio.Event()
        self._room.set()

    async def parse(self, fetched: Fetched, job: ParseJob) -> NormalFeed:
        """Parse and normalise a document. Raises ParseError (not a feed), SandboxError (kind `timeout` or `crashed`) and NoReader."""
        task = frames.Task(fetched.content_type, fetched.url, job)
        try:
            done = await self._read(task, fetched.body, frames.Done, slow=job.source in self._stalled)
        except SandboxError as error:
            if error.kind == "timeout":
                self._stalled.add(job.source)
            raise
        self._stalled.discard(job.source)
        return done.feed

    async def extract(self, fetched: Fetched, told: Told) -> str:
        """Extract the text of an article page as safe HTML. Raises as `parse` does."""
        page = frames.Page(fetched.content_type, fetched.url, told)
        return (await self._read(page, fetched.body, frames.Text, slow=True)).content

    async def search(self, fetched: Fetched) -> Candidates:
        """Find the addresses at which a page may have its feeds. Raises as `parse` does; ParseError if it is no page."""
        search = frames.Search(fetched.content_type, fetched.url)
        return (await self._read(search, fetched.body, frames.Found)).candidates

    @contextlib.asynccontextmanager
    async def room(self) -> AsyncIterator[None]:
        """A context to hold while a document is fetched. It waits while there are too many documents: if they arrived faster than they
        are parsed, they would fill the memory."""
        while not self._room.is_set():
            await self._room.wait()
        with contextlib.ExitStack() as new:
            self._count(EXPECTED, begun=1)
            new.callback(self._count, begun=-1)
            asyncio.get_running_loop().call_later(SOON, new.close)
            try:
                yield
            finally:
                self._expected -= self._expected / RECENT
                self._count(-EXPECTED)

    @contextlib.contextmanager
    def _holding(self, size: int) -> Iterator[None]:
        self._expected += size / RECENT
        self._count(size)
        try:
            yield
        finally:
            self._count(-size)

    def _count(self, size: int = 0, begun: int = 0) -> None:
        self._held += size
        self._begun += begun
        if self._held + self._begun * max(0.0, self._expected - EXPECTED) < self._backlog:
            self._room.set()
        else:
            self._room.clear()

    async def _read(self, task: frames.Request, body: bytes, expected: type[A], *, slow: bool = False) -> A:
        with self._holding(len(body)):
            async with self._slow if slow else contextlib.nullcontext():
                while (answer := await self._answer(task, body)) is None:
                    pass
                await asyncio.sleep(0)  # send the next document to the child before the caller works on this answer
        if isinstance(answer, frames.Refused):
            raise ParseError(answer.kind, answer.message)
        if isinstance(answer, frames.Crashed):
            raise SandboxError("crashed", f"the document could not be read ({answer.what})")
        if not isinstance(answer, expected):
            raise SandboxError("crashed", "the process that reads documents gave an unexpected answer")
        return answer

    async def _answer(self, task: frames.Request, body: bytes) -> frames.Answer | None:
        """The answer to a task. None: this child did not start; try again, with another one that starts or, if this slot was given up, with
        those that work."""
        await self._acquire_slot()
        kept = True
        try:
            child = await self._child()
            return await self._ask(child, task, body)
        except NoReader:
            kept = self._further + 1 == self._children
            if kept:
                raise
            self._further += 1
            return None
        finally:
            if kept:
                self._slots.release()

    async def _acquire_slot(self) -> None:
        """Wait for a free child, or until another one may be started."""
        self._alone -= 1
        if self._further and self._slots.locked() and time.monotonic() >= self._afresh:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience if self._alone >= 0 else 0):
                    await self._slots.acquire()
                    return
            if self._further:
                self._further -= 1
                return
        await self._slots.acquire()

    async def _ask(self, child: ChildProcess, task: frames.Request, body: bytes) -> frames.Answer | None:
        """The answer of a child. None: it ended as it started, but another one may start."""
        self._busy.add(child)
        fine = False
        try:
            if not await self._ready(child):
                return None
            async with _within(self._wall):
                answer = await child.ask(task, body)
            fine = True
            return answer
        except TimeoutError as error:
            raise SandboxError("timeout", f"the document took longer than {self._wall:g} s to read") from error
        except (OSError, EOFError, ValueError, RecursionError, msgspec.MsgspecError) as error:
            raise SandboxError("crashed", "the process that read the document died") from error
        finally:
            self._busy.discard(child)
            if fine and not self._closed and child.asked < self._recycle:
                self._idle.append(child)
            else:
                await child.stop()

    async def _ready(self, child: ChildProcess) -> bool:
        """Wait until a child has started. False: it ended, the first in a row."""
        try:
            async with _within(self._starting):
                await child.ready()
        except TimeoutError as error:
            raise self._not_started(f"it takes longer than {self._starting:g} s") from error
        except (OSError, EOFError, ValueError) as error:
            if self._closed:
                raise SandboxError("crashed", CLOSED) from error
            self._ended += 1
            if self._ended == 1:
                return False
            raise self._not_started(
                "they end at once; `python -m aggregator.sandbox.child 0 0` may say why, or the system's log if they are killed"
            ) from error
        if not child.asked:
            self._ended = 0
        return True

    def _not_started(self, why: str) -> NoReader:
        self._refusal = f"no process that reads documents starts here: {why}"
        self._afresh = time.monotonic() + AFRESH
        return NoReader(self._refusal)

    async def _child(self) -> ChildProcess:
        if self._closed:
            raise SandboxError("crashed", CLOSED)
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                return child
            await child.stop()  # closes its pipes, whose other ends a process that it has started may hold
        if time.monotonic() < self._afresh:
            raise NoReader(self._refusal)
        try:
            return await ChildProcess.start(self._memory)
        except OSError as error:
            if error.errno in OUT_OF_FILES:
                raise TooManyFiles from error
            raise self._not_started(error.strerror or type(error).__name__) from error

    @property
    def pids(self) -> list[int]:
        """Process ids of the running children, for measuring memory."""
        return sorted(child.pid for child in [*self._idle, *self._busy] if child.alive)

    async def close(self) -> None:
        """Kill all children; documents that are being parsed are given up."""
        self._closed = True
        idle, self._idle = self._idle, []
        for child in [*idle, *self._busy]:
            await child.stop()

    async def start(self) -> None:
        """Start the first child now, to save time if documents are expected."""
        with contextlib.suppress(SandboxError, NoReader):  # parsing the first document will raise it again
            self._idle.append(await self._child())

    async def __aenter__(self) -> Sandbox:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


@contextlib.asynccontextmanager
async def _within(seconds: float) -> AsyncIterator[None]:
    """As `asyncio.timeout`, but time in which this process stood still (it was stopped, its machine paused) hardly counts: a child may have
    answered long ago. A slice that ends late by more than its length counts half, however long it took: so another one follows, but in a
    process that is always late the limit is reached, too."""
    loop, slice = asyncio.get_running_loop(), seconds / SLICES
    ending: asyncio.TimerHandle

    def count(halves: int) -> None:
        nonlocal ending
        halves -= 2 if loop.time() < ending.when() + slice else 1
        if halves > 0:
            ending = loop.call_later(slice, count, halves)
        else:
            limit.reschedule(loop.time())

    ending = loop.call_later(slice, count, 2 * SLICES)
    try:
        async with asyncio.timeout(None) as limit:
            yield
    finally:
        ending.cancel()
