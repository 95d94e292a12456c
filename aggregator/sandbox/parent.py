"""What ties a child process to its parent: it ends with it, and finds the same modules."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(parent: int | None) -> None:
    """Have the kernel kill this process when its parent dies (on Linux), even if the parent died before this call, so that
    another process has adopted us. `parent` is its process id; None: whichever it is.

    Raises:
        SystemExit: it has died.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if parent is not None and os.getppid() != parent:
            sys.exit(0)


def module_path() -> dict[str, str]:
    """Variables with which a child process finds the modules that this one finds, and none of the current folder."""
    return {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONSAFEPATH": "1"}
