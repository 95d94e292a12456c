"""What all tests share: nothing is timed, since a busy machine is no fault of the code; what is drawn at random is the same in each run,
unless `--draws` asks for more; how many run at once; a test may be a coroutine."""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.internal.conjecture import providers

os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # as a command does: idle threads of it take the processor from other tests
settings.register_profile("no chance", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no chance")
# What is drawn would also depend on the constants of all modules that earlier tests happen to have imported, and on the folder of the code.
_constants = providers._get_local_constants
providers._get_local_constants = lambda none=providers._local_constants: none  # type: ignore[misc]

for number in (signal.SIGHUP, signal.SIGINT):
    if signal.getsignal(number) == signal.SIG_IGN:
        # Under nohup, or in the background of a script, what is tested would ignore it, too. With a handler it begins with the default.
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else lambda *_: None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--draws",
        type=int,
        metavar="N",
        help="of the tests with examples drawn at random, N times as many, others each time; what failed is drawn again first",
    )


def pytest_collection() -> None:
    gc.disable()


def pytest_collection_finish() -> None:
    """What was collected stays to the end: nothing looks through it for garbage."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    times: int | None = config.getoption("--draws")
    if not times:
        return
    providers._get_local_constants = _constants
    holders: dict[Any, str] = {}  # what has the settings of a test → their name there
    for item in items:
        function, state_machine = getattr(item, "obj", None), getattr(item, "cls", None)
        if isinstance(getattr(state_machine, "settings", None), settings):
            holders[state_machine] = "settings"
        elif is_hypothesis_test(function):
            holders[getattr(function, "__func__", function)] = "_hypothesis_internal_use_settings"
    # The next run begins with what failed.
    failed = DirectoryBasedExampleDatabase(config.rootpath / ".hypothesis" / "examples")
    for holder, name in holders.items():
        own: settings = getattr(holder, name)
        more = settings(own, max_examples=own.max_examples * times, derandomize=False, database=failed)
        setattr(holder, name, more)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a third of the time of these tests is spent waiting for processes and timers."""
    return len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine function in an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    asked = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in asked}))
    return True


@pytest.fixture(scope="session", autouse=True)
def transactions_take_no_time() -> Iterator[None]:
    """What takes seconds to store is dated later (`versions.Change`); on a busy machine that may happen to one of two archives."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aggregator.store.versions.monotonic", lambda: 0.0)
        yield
