"""Invented reports of similar events, mixed into a day of real news: which different events the grouping unites, and which reports
of one event it does not.

    python -m benchmarks.probe_stories CORPUS [-v]      -v lists the kinds that failed
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from aggregator.stories.candidate import Candidate
from benchmarks.eval_stories import epoch, load, replay
from benchmarks.overlay import DAY, STREAM

PROBES = Path(__file__).parents[1] / "tests" / "unit" / "stories" / "probes.txt"
OUTLETS = ("anvil", "beacon", "courier", "dispatch", "echo")
HOUR = 3_600
NOON = 4 * DAY + 12 * HOUR  # after the stream's first day begins
AROUND = range(3, 5)  # days of the stream that the probes lie among


@dataclass(frozen=True, slots=True)
class Probe:
    kind: str
    event: str
    title: str
    summary: str
    lang: str


@dataclass(frozen=True, slots=True)
class Probed:
    """Of pairs of one kind: how many tell two events and how many of those were united, how many tell one event and
    how many of those were not; the same for whole kinds."""

    strange: int
    united: int
    same: int
    missed: int
    wrong: Sequence[str]  # kinds of which two events became one story
    apart: Sequence[str]  # an event told twice, as two stories


def probes(path: Path = PROBES) -> Iterator[Probe]:
    kind, lang = "", ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            kind, lang = line[3:].rsplit(" ", 1)
        elif line and not line.startswith("#"):
            event, title, summary = line.split(" | ")
            yield Probe(kind, event, title, summary, lang)


def laid(found: Sequence[Probe], at: int, first: int, bare: int = 0) -> list[Candidate]:
    """Of four outlets each, within some hours from `at`. Every `bare`-th is a headline alone (0: none)."""
    return [
        Candidate(
            first + n,
            one.title,
            "" if bare and n % bare == 0 else one.summary,
            OUTLETS[(n + n // 4) % len(OUTLETS)],
            None,
            at + n * 1_741 % (6 * HOUR),
            one.lang,
        )
        for n, one in enumerate(found)
    ]


def probed(corpus: Path, bare: int = 0) -> Probed:
    rows = load(corpus / STREAM)
    began = min(epoch(row["published"]) for row in rows) // DAY * DAY
    news = [row for row in rows if (epoch(row["published"]) - began) // DAY in AROUND]
    found = list(probes())
    asked = laid(found, began + NOON, len(news), bare)
    real = [
        Candidate(n, row["title"], row["summary"], row["source"], row["url"] or None, epoch(row["published"]), None)
        for n, row in enumerate(news)
    ]
    memory, _ = replay(sorted([*real, *asked], key=lambda one: one.at))
    story = [memory.story(one.item) for one in asked]
    pairs = [
        (found[a], found[b], story[a] == story[b])
        for a, b in combinations(range(len(found)), 2)
        if found[a].kind == found[b].kind
    ]
    strange = [(one.kind, met) for one, other, met in pairs if one.event != other.event]
    same = [(f"{one.kind} {one.event}", met) for one, other, met in pairs if one.event == other.event]
    return Probed(
        len(strange),
        sum(met for _, met in strange),
        len(same),
        sum(not met for _, met in same),
        list(dict.fromkeys(kind for kind, met in strange if met)),
        [event for event, met in same if not met],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("-v", action="store_true", dest="verbose")
    given = parser.parse_args()
    for name, bare in (("as written", 0), ("every second a headline alone", 2), ("headlines alone", 1)):
        of = probed(given.corpus, bare=bare)
        print(f"{name}:")
        print(f"  pairs of two events: {of.strange}, united {of.united}; kinds with one: {len(of.wrong)}")
        print(f"  pairs of one event: {of.same}, missed {of.missed}")
        if given.verbose:
            print("  united:", ", ".join(of.wrong))
            print("  missed:", ", ".join(of.apart))


if __name__ == "__main__":
    main()
