"""The pure parts of the benchmark of peers: ratios, the table, who falls out, and where figures are written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from builders.process import until

from benchmarks.bench_ingest import ROWS
from benchmarks.bench_peers import Costs, Race, against, table
from benchmarks.figures import DOCUMENT, middle, replaced
from benchmarks.measure import Cost, measure
from benchmarks.peers import OURS, Job, Peer, reason

COSTS: Costs = {
    ROWS[0]: {
        OURS: [Cost(10, 8, 200), Cost(20, 8, 300)],
        "reader": [Cost(40, 40, 30), Cost(60, 40, 30)],  # 4 and 3 times as long
        "reader, 20 workers": [Cost(30, 44, 40), Cost(40, 44, 40)],  # 3 and 2 times
    }
}


def peer(command: tuple[str, ...], count: int) -> Peer:
    return Peer("one", "1", lambda *_: Job(command), lambda folder: folder.glob("*.db"), lambda _: count)


def test_ratios_are_of_the_same_run_and_the_faster_setting_is_compared() -> None:
    rows = table(COSTS)[2:]
    assert rows[0] == "| first poll | ours | 15.0 (10.0–20.0) | 8.0 (8.0–8.0) | 250 (200–300) | 1 × | 1 × |"
    assert rows[1].endswith("| 3.50 × | 5.00 × |")
    assert against(COSTS) == [
        "- first poll: 2.50 times as fast as reader at its faster setting (4 was the target at 1,000 feeds)"
    ]


def test_without_ours_there_are_no_ratios() -> None:
    alone: Costs = {ROWS[0]: {"reader": [Cost(40, 40, 30)]}}
    assert table(alone)[2] == "| first poll | reader | 40.0 | 40.0 | 30 |  |  |"
    assert against(alone) == []


@pytest.mark.parametrize(
    ("command", "count", "why"),
    [
        ((sys.executable, "-c", "pass"), 50, None),
        ((sys.executable, "-c", "pass"), 49, "first poll: has 49 of 50 items"),
        ((sys.executable, "-c", "raise SystemExit('no disk')"), 50, "first poll: no disk"),
        (("/nonexistent/program",), 50, "No such file"),
    ],
)
def test_who_does_not_do_the_work_falls_out(
    tmp_path: Path, command: tuple[str, ...], count: int, why: str | None
) -> None:
    race = Race([peer(command, count)], {})
    race._poll(ROWS[0], race.entrants[0], Job(command), tmp_path, 50)
    assert race.fallen.keys() == ({"one"} if why else set())
    assert (why or "") in race.fallen.get("one", "")
    assert bool(race.costs[ROWS[0]]) == (why is None)


def test_a_command_that_takes_too_long_ends_with_all_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    inner = f"import os, pathlib, time; pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(600)"
    command = [sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"]
    with pytest.raises(subprocess.TimeoutExpired) as caught:
        measure(command, limit=1)
    assert reason(caught.value) == "not done after 1 s"
    inside = int(mark.read_text())
    until(lambda: not psutil.pid_exists(inside) or psutil.Process(inside).status() == psutil.STATUS_ZOMBIE)


def test_cost_holds_what_children_cost() -> None:
    work = "import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: pass"
    cost = measure([sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {work!r}])"])
    assert cost.cpu >= 0.2


def test_a_rerun_replaces_what_stands_between_the_marks_and_nothing_else() -> None:
    text = "# Head\n<!-- peers: begin -->\nold\n<!-- peers: end -->\ntail <!-- other: begin -->x<!-- other: end -->\n"
    once = replaced(text, "peers", ["new", "lines"])
    assert (
        once
        == "# Head\n<!-- peers: begin -->\nnew\nlines\n<!-- peers: end -->\ntail <!-- other: begin -->x<!-- other: end -->\n"
    )
    assert replaced(once, "peers", ["new", "lines"]) == once


@pytest.mark.parametrize(
    "text", ["", "<!-- a: begin -->", "<!-- a: end --><!-- a: begin -->", "<!-- a: begin --><!-- a: end -->" * 2]
)
def test_marks_that_are_not_there_once_are_told(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        replaced(text, "a", [])


def test_the_document_has_the_marks() -> None:
    for name in ("peers",):
        replaced(DOCUMENT.read_text("utf-8"), name, [])


def test_middle_shows_the_spread_where_there_is_one() -> None:
    assert middle([3.0, 1.0, 2.0]) == "2.0 (1.0–3.0)"
    assert middle([1234.5]) == "1,234.5"
