"""Makes malloc return unused memory to the system. Only glibc (Linux) knows how; elsewhere nothing is done."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

LARGE = 4 << 20  # bytes
LARGE_RESPONSE = 256 << 10
_M_MMAP_THRESHOLD = -3  # malloc.h
_M_ARENA_MAX = -8


def save_memory() -> None:
    """Change two settings of malloc, for a process that runs long. To be called before threads start.

    - M_MMAP_THRESHOLD: blocks of at least LARGE bytes go back to the system when they are freed. By default glibc raises the threshold
      to the size of each large block that is freed, up to 32 MiB, and so keeps tens of megabytes after some documents and editions. A
      lower value would slow editions down, because all their arrays would be requested from the system.
    - M_ARENA_MAX: all threads share one arena. By default each has its own, and keeps as much as its largest edition or response ever
      needed. Sharing costs little, since Python runs only one thread at a time.
    """
    _call("mallopt", _M_MMAP_THRESHOLD, LARGE)
    _call("mallopt", _M_ARENA_MAX, 1)


def save_memory_of_web() -> None:
    """As the first setting of `save_memory`, for the web server, whose large blocks are responses. Its threads keep their own arenas."""
    _call("mallopt", _M_MMAP_THRESHOLD, LARGE_RESPONSE)


def give_back() -> None:
    """Return freed memory to the system. By default glibc keeps for each thread what its longest response needed."""
    _call("malloc_trim", 0)


def _call(function: str, *values: int) -> None:
    if sys.platform == "linux":
        with suppress(AttributeError):  # musl has no such function
            getattr(ctypes.CDLL(None), function)(*values)
