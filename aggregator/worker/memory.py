"""Returns memory that a service no longer needs to the system."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

LARGE = 4 << 20  # bytes
_M_MMAP_THRESHOLD = -3  # malloc.h


def return_large_blocks() -> None:
    """Make malloc give blocks of LARGE bytes and more back to the system as soon as they are freed, wherever they lie. By itself glibc
    raises that limit to the size of each large block that is freed, up to 32 MiB, and would keep tens of megabytes after some
    documents and editions. A lower limit would cost editions time: all their arrays would come from the system."""
    if sys.platform == "linux":
        with suppress(AttributeError):  # musl has no such setting
            ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, LARGE)
