"""What a service needs no more goes back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

DOCUMENTS = """
import sys
from pathlib import Path
from aggregator.worker.memory import return_large_blocks

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 >> 20

if sys.argv[1] == "service":
    return_large_blocks()
for _ in range(3):
    b"x" * (10 << 20)
before = resident()
documents = [(b"x" * (4 << 20), b"x" * 100_000) for _ in range(20)]
kept = [small for _, small in documents]
del documents
print(resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries decide for themselves")
def test_documents_that_were_read_take_no_memory_though_something_small_was_kept_of_each() -> None:
    def left(which: str) -> int:
        return int(subprocess.check_output([sys.executable, "-c", DOCUMENTS, which]))

    assert left("service") < 10  # MiB, of 80
    assert left("other") > 40, "the C library does so by itself now"
