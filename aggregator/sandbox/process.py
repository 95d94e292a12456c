"""The parent's side of one child process: start, ask, stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys

from aggregator.sandbox import frames
from aggregator.sandbox.parent import module_path
from aggregator.sandbox.start import started

_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "SYSTEMROOT")
_BUFFER = 1 << 20  # bytes


class ChildProcess:
    """A child process that handles one document at a time. Its answers come from `reader`, until `pipe` is closed."""

    def __init__(
        self, process: asyncio.subprocess.Process, reader: asyncio.StreamReader, pipe: asyncio.ReadTransport
    ) -> None:
        self._process, self._reader, self._pipe = process, reader, pipe
        self._ready = False
        self.asked = 0

    @classmethod
    async def start(cls, memory: int) -> ChildProcess:
        """Start a child with at most `memory` bytes of address space.

        It is started by exec with a reduced environment, so that it inherits no locks, descriptors or secrets. A Ctrl-C in the terminal
        reaches only its parent, which kills the child when it is done."""
        passed = {name: value for name, value in os.environ.items() if name in _PASSED_ON or name.startswith("PYTHON")}
        reader = asyncio.StreamReader(limit=_BUFFER)
        ours, theirs = os.pipe()
        try:
            pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ours, "rb", buffering=0)
            )
            try:
                process = await started(
                    *(sys.executable, "-m", "aggregator.sandbox.child", str(os.getpid()), str(memory)),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=theirs,
                    stderr=asyncio.subprocess.DEVNULL,
                    env={**passed, **module_path()},
                )
            except BaseException:
                pipe.close()
                raise
        finally:
            os.close(theirs)
        return cls(process, reader, pipe)

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ready(self) -> None:
        """Wait until the child has started, which takes long on a busy machine. Raises as `ask` does."""
        if not self._ready and await self._reader.readexactly(frames.LENGTH) != frames.READY:
            raise ValueError("the child does not say that it has started")
        self._ready = True

    async def ask(self, task: frames.Request, body: bytes) -> frames.Answer:
        """Send a task with its document to a child that is ready, and wait for the answer. Raises OSError, EOFError, ValueError or
        MsgspecError if the child fails."""
        reader, writer = self._reader, self._process.stdin
        assert writer is not None
        self.asked += 1
        writer.write(frames.encode(task) + frames.length(body))
        writer.write(body)
        await writer.drain()
        length = int.from_bytes(await reader.readexactly(frames.LENGTH), "big")
        if length > frames.MAX_FRAME:
            raise ValueError("the answer is longer than any answer may be")
        return frames.decode_answer(await reader.readexactly(length))

    async def stop(self) -> None:
        """Kill the child, and wait until it has ended. It holds nothing that a kill would lose."""
        writer = self._process.stdin
        assert writer is not None
        if self.alive:
            # Not by `Process.kill`, which may reap it: asyncio would log that it knows no such process.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        # Both pipes are closed at our end. asyncio would wait for the other one, which a process may hold that the child has started,
        # if it was taken over; and it sees no end of an answer that nobody reads.
        self._pipe.close()
        if not writer.is_closing():
            writer.transport.abort()
        await self._process.wait()
