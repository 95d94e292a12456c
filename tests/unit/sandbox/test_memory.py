"""What a service needs no more goes back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

DOCUMENTS = """
import sys
from pathlib import Path
from aggregator.sandbox.memory import save_memory, save_memory_of_web

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 >> 20

if sys.argv[1] == "service":
    save_memory()
if sys.argv[1] == "web":
    save_memory_of_web()
for _ in range(3):
    b"x" * (10 << 20)
before = resident()
documents = [(b"x" * (4 << 20), b"x" * 100_000) for _ in range(20)]
kept = [small for _, small in documents]
del documents
print(resident() - before)
"""

THREADS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Lock
from aggregator.sandbox.memory import save_memory

if sys.argv[1] == "service":
    save_memory()
together, alone, kept = Barrier(6), Lock(), []

def edition():
    together.wait()
    with alone:
        answers = [bytes(2000) for _ in range(5_000)]
        kept.append(answers[-1])
        del answers

with ThreadPoolExecutor(6) as pool:
    for _ in range(3):
        list(pool.map(lambda _: edition(), range(6)))
    print(int(Path("/proc/self/statm").read_text().split()[1]) * 4096 >> 20)
"""


def printed(program: str, which: str) -> int:
    return int(subprocess.check_output([sys.executable, "-c", program, which]))


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries decide for themselves")
def test_documents_that_were_read_take_no_memory_though_something_small_was_kept_of_each() -> None:
    assert printed(DOCUMENTS, "service") < 10  # MiB, of 80
    assert printed(DOCUMENTS, "web") < 10
    assert printed(DOCUMENTS, "other") > 40, "the C library does so by itself now"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries decide for themselves")
def test_six_threads_take_no_more_than_one_that_does_all_their_work() -> None:
    assert printed(THREADS, "service") < 40  # MiB
    assert printed(THREADS, "other") > 50, "the C library does so by itself now"
