"""`classify` and the process that groups for it: whichever of them ends, the other does, and nobody waits for it."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen, run

import pytest
from builders.process import (
    PATIENCE,
    aggregator,
    children,
    configuration,
    running,
    runs,
    until,
    without_further_processes,
)

from aggregator.cli.child_process import beside
from aggregator.cli.main import main
from aggregator.errors import AggregatorError, OutOfMemory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere one process does all")


@pytest.fixture
def several_cores() -> None:
    if len(os.sched_getaffinity(0)) == 1:
        pytest.skip("with one core one process does all")


@contextmanager
def on_one_core() -> Iterator[None]:
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def failing() -> None:
    raise AggregatorError("no such word")


def waiting() -> None:
    signal.pause()


@pytest.mark.usefixtures("several_cores")
def test_the_work_is_done_by_another_process_and_its_error_told_here() -> None:
    with beside(os.getpid) as worker:
        assert worker() != os.getpid()
    with beside(failing) as told, pytest.raises(AggregatorError, match="no such word"):
        told()


def test_with_one_core_one_process_does_all() -> None:
    with on_one_core(), beside(os.getpid) as worker:
        assert worker() == os.getpid()


@pytest.mark.usefixtures("several_cores")
def test_a_result_that_nobody_asks_for_keeps_nobody_waiting() -> None:
    before = children(os.getpid()).keys()
    with pytest.raises(KeyboardInterrupt), beside(waiting):
        (child,) = children(os.getpid()).keys() - before
        raise KeyboardInterrupt
    assert not runs(child)


@pytest.mark.usefixtures("several_cores")
def test_of_one_that_is_killed_is_told_in_one_line() -> None:
    before = children(os.getpid()).keys()
    with beside(waiting) as result:
        (child,) = children(os.getpid()).keys() - before
        os.kill(child, signal.SIGKILL)
        with pytest.raises(AggregatorError, match="a child process was killed"):
            result()


@contextmanager
def half_done(folder: Path) -> Iterator[tuple[Popen[str], int]]:
    """A `classify` with much to do, as from a terminal of its own: its process, and the one that groups."""
    config, items = configuration(folder, {}), folder / "items.jsonl"
    items.write_text("".join(f'{{"title": "Thing{n} happened at place{n} on day {n % 7}"}}\n' for n in range(200_000)))
    with running(config, "classify", str(items), under=["setsid"]) as process:
        until(lambda: children(process.pid))
        (groups,) = children(process.pid)
        yield process, groups


@pytest.mark.usefixtures("several_cores")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_they_end_together(tmp_path: Path, ending: signal.Signals) -> None:
    with half_done(tmp_path) as (process, groups):
        process.send_signal(ending)
        assert process.wait(PATIENCE) == (130 if ending == signal.SIGINT else -ending)
        until(lambda: not runs(groups))
    assert (tmp_path / "log").read_text() == ""


@pytest.mark.usefixtures("several_cores")
def test_ctrl_c_in_a_terminal_which_tells_both_ends_them_without_a_word(tmp_path: Path) -> None:
    with half_done(tmp_path) as (process, groups):
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(PATIENCE) == 130
        assert not runs(groups)
    assert (tmp_path / "log").read_text() == ""


STARTING = """
import os, signal, sys, time
from aggregator.cli.child_process import beside, run_in_child

def work(*_):
    if sys.argv[1] == "after_in_parent":
        time.sleep(600)  # the first does not wait for it
    return "done"

os.register_at_fork(**{sys.argv[1]: lambda: os.kill(os.getpid(), signal.SIGINT)})
nothing = lambda: None
try:
    with beside(work) as result:
        print(result())
except KeyboardInterrupt:
    print("interrupted")
try:
    print(run_in_child(work, prepare=nothing, before=nothing, meanwhile=nothing))
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.usefixtures("several_cores")
@pytest.mark.parametrize(
    ("told", "printed"), [("after_in_child", "done\ndone\n"), ("after_in_parent", "interrupted\ninterrupted\n")]
)
def test_ctrl_c_while_the_other_process_starts_is_for_the_first_alone(told: str, printed: str) -> None:
    done = run([sys.executable, "-c", STARTING, told], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.stdout, done.stderr, done.returncode) == (printed, "", 0)


def test_a_caller_that_waits_for_ctrl_c_in_another_way_keeps_it_blocked() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        with beside(os.getpid) as worker:
            worker()
        assert signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def test_one_process_or_two_print_the_same(tmp_path: Path) -> None:
    config, items = configuration(tmp_path, {}), tmp_path / "items.jsonl"
    told = [("a", "Missile hits Kyiv"), (7, "Frigate \u2028 sinks\x00"), ("é", "Frigate \u2028 sinks off Oslo")]
    items.write_text("".join(json.dumps({"id": id, "title": title}) + "\n" for id, title in told))
    two = aggregator(config, "classify", str(items))
    assert [json.loads(line)["id"] for line in two.stdout.split("\n")[:-1]] == [id for id, _ in told]
    with on_one_core():
        one = aggregator(config, "classify", str(items))
    alone = without_further_processes(config, "classify", str(items))
    for done in (one, alone):
        assert (done.returncode, done.stdout, done.stderr) == (0, two.stdout, "")


LACKING = """
import resource, sys
from unittest.mock import patch
from aggregator.cli import classify
from aggregator.cli.main import main

def judged(*told, **also):
    held = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + 100_000, resource.RLIM_INFINITY))
    import scipy.sparse

with patch.object(classify, "_read", judged):
    sys.exit(main(["--config", sys.argv[1], "classify"]))
"""


def test_a_module_that_does_not_fit_into_the_memory_is_told_without_traceback(tmp_path: Path) -> None:
    """numpy says so in other words and another kind of error than `MemoryError`."""
    done = run(
        [sys.executable, "-c", LACKING, str(configuration(tmp_path, {}))],
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, f"aggregator: {OutOfMemory()}\n")


def test_who_types_the_items_is_told_that_they_are_waited_for(tmp_path: Path) -> None:
    typed, stdin = os.openpty()
    os.write(typed, b'{"title": "Rain"}\n\x04')
    command = [sys.executable, "-m", "aggregator", "--config", str(configuration(tmp_path, {})), "classify"]
    told = run(command, stdin=stdin, capture_output=True, text=True, timeout=PATIENCE, check=True)
    os.close(typed)
    os.close(stdin)
    assert told.stderr == "Type items as JSON Lines, then Ctrl-D.\n"
    assert json.loads(told.stdout)["id"] == "line-1"


def test_a_file_in_another_encoding_is_told_as_that(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (items := tmp_path / "items.jsonl").write_bytes('{"title": "café"}\n'.encode("latin-1") + b'{"title": "Rain"\n')
    assert main(["--config", str(configuration(tmp_path, {})), "classify", str(items)]) == 1
    first, second, _ = capsys.readouterr().err.splitlines()
    assert first == f"{items}:1: is not UTF-8: save the file as UTF-8"
    assert second.startswith(f"{items}:2: is not JSON: ")
