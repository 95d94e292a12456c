"""The end of a child process with its parent."""

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
