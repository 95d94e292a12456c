"""The parent's side of one child process: start, ask, stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys

from aggregator.sandbox import frames
from aggregator.sandbox.parent import module_path

_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "SYSTEMROOT")
_PIECE = 1 << 16  # bytes


class ChildProcess:
    """A child process that handles one document at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._ready = False
        self.asked = 0

    @classmethod
    async def start(cls, memory: int) -> ChildProcess:
        """Start a child with at most `memory` bytes of address space.

        It is started by exec with a reduced environment, so that it inherits no locks, descriptors or secrets. It has its own process
        group, so that a Ctrl-C in the terminal reaches only its parent, which kills the child when it is done."""
        passed = {name: value for name, value in os.environ.items() if name in _PASSED_ON or name.startswith("PYTHON")}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "aggregator.sandbox.child", str(os.getpid()), str(memory)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=1 << 20,
            env={**passed, **module_path()},
            process_group=0,
        )
        return cls(process)

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ready(self) -> None:
        """Wait until the child has started, which takes long on a busy machine. Raises as `ask` does."""
        reader = self._process.stdout
        assert reader is not None
        if not self._ready and await reader.readexactly(frames.LENGTH) != frames.READY:
            raise ValueError("the child does not say that it has started")
        self._ready = True

    async def ask(self, task: frames.Request, body: bytes) -> frames.Answer:
        """Send a task with its document to a child that is ready, and wait for the answer. Raises OSError, EOFError, ValueError or
        MsgspecError if the child fails."""
        reader, writer = self._process.stdout, self._process.stdin
        assert reader is not None and writer is not None
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
        reader, writer = self._process.stdout, self._process.stdin
        assert reader is not None and writer is not None
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        writer.close()
        # If nobody reads the rest of an answer, asyncio never sees the end of the pipe, and `wait` never returns. RuntimeError: `ask`
        # is still reading it.
        with contextlib.suppress(OSError, RuntimeError):
            while await reader.read(_PIECE):
                pass
        await self._process.wait()
