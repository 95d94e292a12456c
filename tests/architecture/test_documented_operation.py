"""What operators are told is what there is: metrics, and reasons for which something is dropped."""

from __future__ import annotations

import re
from pathlib import Path

from newsroom import NEWS, Newsroom

from aggregator.model import notes
from aggregator.model.item import Drop
from aggregator.model.notes import Measures
from aggregator.model.poll import PollResult
from aggregator.schedule.health import DROPS, health
from aggregator.worker.lock import WorkerLock

ROOT = Path(__file__).resolve().parents[2]


def test_the_metrics_of_the_table_are_those_that_are_served(tmp_path: Path) -> None:
    room = Newsroom(tmp_path)
    room.publish(*NEWS)
    state = room.archive.sources.states()[0]
    room.archive.intake.apply([PollResult(state, drops=(Drop("over-cap"),))], room.now)
    measures = Measures()
    measures.failed(["dns"])
    measures.edition(1.0, [1])
    room.archive.upkeep.note(notes.TICK, int(room.now.timestamp()))
    room.archive.upkeep.note(notes.MEASURES, measures)
    with WorkerLock(tmp_path) as lock:
        lock.report("store: full")
        text = room.client.get("/metrics").text
    room.close()
    labels = dict(re.findall(r"^(aggregator_\w+)\{(\w+)=", text, re.MULTILINE))
    served = {
        name if kind == "histogram" or name not in labels else f"{name}{{{labels[name]}}}"
        for name, kind in re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE)
    }
    table = re.findall(r"^\| (`aggregator_.*?) \|", (ROOT / "docs/operations/README.md").read_text(), re.MULTILINE)
    documented = {name for row in table for name in re.findall(r"`(aggregator_[\w{}]+)`", row)}
    assert served == documented


def test_every_state_of_a_source_is_explained() -> None:
    used = {"paused", *re.findall(r"`([a-z-]+)`", str(health.__doc__))}
    part = (ROOT / "docs/operations/README.md").read_text().partition("### States of sources")[2].partition("\n### ")[0]
    rows = re.findall(r"^\| (`.*?) \|", part, re.MULTILINE)
    assert used == {state for row in rows for state in re.findall(r"`([a-z-]+)`", row)}


def test_every_reason_for_a_drop_is_explained() -> None:
    used = {"unplaced"}
    for file in (ROOT / "aggregator").rglob("*.py"):
        text = file.read_text()
        used |= set(re.findall(r'drops\["([a-z-]+)"\]', text)) | set(re.findall(r'\bDrop\("([a-z-]+)"', text))
    known = (ROOT / "aggregator/normalise/recognition.py").read_text()
    used |= set(re.findall(r'"([a-z-]+)": len\(', known))
    part = (
        (ROOT / "docs/reliability.md").read_text().partition("## What is dropped or held back")[2].partition("\n## ")[0]
    )
    assert used == set(re.findall(r"^\| `([a-z-]+)` \|", part, re.MULTILINE))
    assert used == set(DROPS), "and told in words"
    assert {"over-cap", "repeated", "unsafe-address"} < used


def test_addresses_to_paste_are_written_as_a_server_takes_them() -> None:
    """The server answers 400 to a `"`, `<` or `>` that stands in an address as it is; so do most proxies."""
    told = [
        address
        for file in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
        for address in re.findall(r"`(http://127\.0\.0\.1:8000[^`]*)`", file.read_text())
    ]
    assert len(told) > 4
    assert [one for one in told if re.search(r'[\s"<>\\^{|}]', one)] == []
