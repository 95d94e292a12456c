"""Returns memory that a service no longer needs to the system."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

LARGE = 4 << 20  # bytes
_M_MMAP_THRESHOLD = -3  # malloc.h
_M_ARENA_MAX = -8


def save_memory() -> None:
    """Two settings of glibc's malloc, for a process that runs for long; before it starts threads.

    - Blocks of LARGE bytes and more go back to the system as soon as they are freed, wherever they lie. By itself glibc raises that
      limit to the size of each large block that is freed, up to 32 MiB, and would keep tens of megabytes after some documents and
      editions. A lower limit would cost editions time: all their arrays would come from the system.
    - All threads share one arena. By itself each has its own, and keeps what the largest edition or answer took that it ever made,
      while Python lets only one of them run anyway.
    """
    if sys.platform == "linux":
        with suppress(AttributeError):  # musl has no such settings
            libc = ctypes.CDLL(None)
            libc.mallopt(_M_MMAP_THRESHOLD, LARGE)
            libc.mallopt(_M_ARENA_MAX, 1)
