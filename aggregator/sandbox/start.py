"""Starts child processes without a thread for each."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping
from typing import TypeVarTuple

Given = TypeVarTuple("Given")


async def started(
    *command: str,
    env: Mapping[str, str],
    stdin: int | None = None,
    stdout: int | None = None,
    stderr: int | None = None,
) -> Process:
    """Start a child process in a process group of its own, so that a Ctrl-C in the terminal reaches only its parent."""
    return await asyncio.create_subprocess_exec(
        *command, env=env, stdin=stdin, stdout=stdout, stderr=stderr, process_group=0
    )


if sys.version_info < (3, 12) and sys.platform == "linux":

    class Ends(asyncio.ThreadedChildWatcher):
        """Waits for children as later versions of Python do. In 3.11 a thread waits for each, which is begun when the child runs already:
        where none could be begun, the child stayed, and each further attempt left another one."""

        def add_child_handler(self, pid: int, callback: Callable[[int, int, *Given], object], *args: *Given) -> None:
            loop, descriptor = asyncio.get_running_loop(), os.pidfd_open(pid)

            def ended() -> None:
                loop.remove_reader(descriptor)
                os.close(descriptor)
                code = 255  # as asyncio says where somebody else has waited for it
                with contextlib.suppress(ChildProcessError):
                    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                callback(pid, code, *args)

            loop.add_reader(descriptor, ended)

    with contextlib.suppress(OSError):  # an old kernel, or a container that does not allow it
        os.close(os.pidfd_open(os.getpid()))
        asyncio.set_child_watcher(Ends())
