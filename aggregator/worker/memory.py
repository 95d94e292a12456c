"""Memory that a service needs no more."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

LARGE = 4 << 20  # bytes
_M_MMAP_THRESHOLD = -3  # malloc.h


def return_large_blocks() -> None:
    """Have blocks of LARGE bytes and more go back to the system as soon as they are freed, from any place between others. glibc would
    raise that bound to the size of each large block that is freed, up to 32 MiB, and keep tens of megabytes after some documents and
    editions. A lower one costs editions more time: their arrays would come from the system each time."""
    if sys.platform == "linux":
        with suppress(AttributeError):  # musl has no such setting
            ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, LARGE)
