"""Ties a child process to its parent: it ends when the parent ends, and finds the same modules."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(parent: int | None) -> None:
    """Have the kernel kill this process when its parent dies (Linux only). `parent` is the parent's process id: if it died before this
    call, another process has adopted us by now. None: do not check.

    Raises:
        SystemExit: the parent has died already.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if parent is not None and os.getppid() != parent:
            sys.exit(0)


def module_path() -> dict[str, str]:
    """Environment variables with which a child process finds the same modules as this one, and none in the current folder."""
    return {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONSAFEPATH": "1"}
