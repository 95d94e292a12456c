"""What all tests share: nothing is timed, since a busy machine is no fault of the code; how many run at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
    # Under nohup, the services that are tested would ignore it, too. With a handler they begin with the default.
    signal.signal(signal.SIGHUP, lambda *_: None)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a third of the time of these tests is spent waiting for processes and timers."""
    return len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)) + 1


@pytest.fixture(scope="session", autouse=True)
def transactions_take_no_time() -> Iterator[None]:
    """What takes seconds to store is dated later (`versions.Change`); on a busy machine that may happen to one of two archives."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aggregator.store.versions.monotonic", lambda: 0.0)
        yield
