"""Compares the service with other programs that poll feeds: whole commands on the same feeds from the same server, in turn.

    make bench-peers            (or python -m benchmarks.bench_peers [--feeds N] [--runs K])

Each run starts every program from nothing and makes three polls; in each poll all programs take turns, in a different order each
run. When ours returns, stories, sections, topics, search and sanitising are done; reader updates without its search. After each
poll the stored items are counted, and a program that does not have all of them is left out, with the reason. The table is
printed and written into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from statistics import median

from benchmarks.bench_ingest import ROWS, served
from benchmarks.feeds import write
from benchmarks.figures import ROOT, machine, middle
from benchmarks.figures import write as write_down
from benchmarks.measure import Cost, measure
from benchmarks.peers import OURS, Job, Peer, peers, reason

ENTRIES = 50
CHANGED = 0.1
LIMIT = 1800  # seconds for one command
ASKED = {"first poll": 4.0, "all 304": 1.5, "10 % changed": 3.0}
"""How many times faster than reader, by the clock, ours is meant to be at 1,000 feeds."""

Costs = dict[str, dict[str, list[Cost]]]
"""Poll → peer → the cost of each run."""


@dataclass
class Pages:
    """The served feeds, as they are first and with a tenth of them changed."""

    folder: Path
    feeds: int
    served: Path = field(init=False)

    def __post_init__(self) -> None:
        self.served = self.folder / "www"
        for name, changed in (("www", 0.0), ("first", 0.0), ("changed", CHANGED)):
            (self.folder / name).mkdir()
            if name != "www":
                write(self.folder / name, self.feeds, ENTRIES, changed=changed)
        self.size = sum(path.stat().st_size for path in (self.folder / "first").iterdir())
        shutil.copytree(self.folder / "first", self.served, dirs_exist_ok=True)

    @property
    def changing(self) -> int:
        return ceil(self.feeds * CHANGED)

    def turn(self, name: str) -> None:
        """Only what changes is touched; the server answers 304 for all else."""
        for number in range(self.changing):
            shutil.copyfile(self.folder / name / f"f{number}.xml", self.served / f"f{number}.xml")


@dataclass
class Race:
    """What was measured so far, and who fell out."""

    entrants: list[Peer]
    fallen: dict[str, str]
    costs: Costs = field(default_factory=lambda: {row: {} for row in ROWS})
    sizes: dict[str, list[int]] = field(default_factory=dict)

    def run(self, number: int, pages: Pages, folder: Path, port: int) -> None:
        """Everybody once from nothing through all polls."""
        pages.turn("first")
        turn = number % len(self.entrants)
        jobs = {peer.name: self._prepared(peer, folder, port, pages.feeds) for peer in self._left(turn)}
        for row in ROWS:
            if row == ROWS[2]:
                pages.turn("changed")
            expected = pages.feeds * ENTRIES + (pages.changing if row == ROWS[2] else 0)
            for peer in self._left(turn):
                job = jobs[peer.name]
                assert job is not None
                self._poll(row, peer, job, folder / peer.name, expected)
        for peer in self._left(turn):
            self.sizes.setdefault(peer.name, []).append(peer.size(folder / peer.name))

    def _left(self, turn: int) -> list[Peer]:
        ordered = [*self.entrants[turn:], *self.entrants[:turn]]
        return [peer for peer in ordered if peer.name not in self.fallen]

    def _prepared(self, peer: Peer, folder: Path, port: int, feeds: int) -> Job | None:
        place = folder / peer.name
        place.mkdir(parents=True)
        try:
            return peer.prepare(place, port, feeds)
        except (subprocess.SubprocessError, OSError) as error:
            self.fallen[peer.name] = f"could not be set up: {reason(error)}"
            return None

    def _poll(self, row: str, peer: Peer, job: Job, place: Path, expected: int) -> None:
        local = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        try:
            cost = measure(job.command, {**local, **dict(job.environment)}, LIMIT)
            count = peer.count(place)
        except (subprocess.SubprocessError, OSError, sqlite3.Error) as error:
            self.fallen[peer.name] = f"{row}: {reason(error)}"
            return
        if count != expected:
            self.fallen[peer.name] = f"{row}: has {count:,} of {expected:,} items"
            return
        print(f"{row}, {peer.name}: {cost.wall:.1f} s, CPU {cost.cpu:.1f} s, {cost.memory:.0f} MiB", file=sys.stderr)
        self.costs[row].setdefault(peer.name, []).append(cost)


def table(costs: Costs) -> list[str]:
    """A row for each poll and peer; ratios are of what ran in the same run."""
    lines = [
        "| poll | program | wall s | CPU s | memory MiB | wall, relative to ours | CPU, relative to ours |",
        "|---|---|---|---|---|---|---|",
    ]
    for row, by_peer in costs.items():
        ours = by_peer.get(OURS, [])
        for name, found in by_peer.items():
            ratios = (_ratio(found, ours, "wall"), _ratio(found, ours, "cpu"))
            shown = ("1 ×", "1 ×") if name == OURS else tuple(f"{one:.2f} ×" if one else "" for one in ratios)
            cells = (*(middle([getattr(one, of) for one in found]) for of in ("wall", "cpu")),)
            memory = middle([one.memory for one in found], 0)
            lines.append(f"| {row} | {name} | {' | '.join(cells)} | {memory} | {' | '.join(shown)} |")
    return lines


def _ratio(found: Sequence[Cost], ours: Sequence[Cost], of: str) -> float | None:
    """The median over runs; None where ours is not there to compare with."""
    ratios = [getattr(one, of) / getattr(own, of) for one, own in zip(found, ours, strict=False)]
    return median(ratios) if ratios else None


def against(costs: Costs, name: str = "reader") -> list[str]:
    """How many times faster ours is, by the clock, than the faster way to run `name`, beside what is asked for."""
    lines = []
    for row, by_peer in costs.items():
        ours = by_peer.get(OURS, [])
        ratios = [ratio for peer in by_peer if peer.startswith(name) and (ratio := _ratio(by_peer[peer], ours, "wall"))]
        if ratios:
            lines.append(
                f"- {row}: {min(ratios):.2f} times as fast as {name} at its faster setting ({ASKED[row]:g} was the target at 1,000 feeds)"
            )
    return lines


def report(race: Race, pages: Pages, runs: int, where: str) -> list[str]:
    versions = ", ".join(
        f"{peer.name} {peer.version}" for peer in race.entrants if not peer.name.startswith("reader, ")
    )
    sizes = "; ".join(f"{name} {middle([size / 2**20 for size in found], 0)}" for name, found in race.sizes.items())
    return [
        f"{pages.feeds:,} feeds × {ENTRIES} items ({pages.size / 1e6:,.0f} MB); {runs} "
        f"{'run' if runs == 1 else 'runs, medians (least–greatest)'}. {where}. {versions}.",
        "",
        *table(race.costs),
        "",
        *against(race.costs),
        *([f"- stored, MiB: {sizes}"] if sizes else []),
        *(f"- left out: {name}, {why}" for name, why in race.fallen.items()),
    ]


def main() -> None:
    asked = argparse.ArgumentParser(description="ours beside reader, newsboat and sfeed")
    asked.add_argument("--feeds", type=int, default=1000)
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--no-write", action="store_true", help="print only; docs/benchmarks.md stays")
    args = asked.parse_args()
    if args.feeds < 1 or args.runs < 1:
        asked.error("at least one feed and one run")
    os.chdir(ROOT)
    where = machine()
    race = Race(*peers())
    with tempfile.TemporaryDirectory(prefix="bench-peers-") as name:
        pages = Pages(Path(name), args.feeds)
        with served(pages.served) as port:
            for number in range(args.runs):
                folder = Path(name) / f"run-{number}"
                race.run(number, pages, folder, port)
                shutil.rmtree(folder)
        server = "nginx" if (Path(name) / "nginx.conf").exists() else "Python's own server"
        lines = report(race, pages, args.runs, f"{where}, through {server}")
    print("\n".join(lines))
    if not args.no_write:
        write_down("peers", lines)


if __name__ == "__main__":
    main()
