"""Evaluates sections: `python -m benchmarks.eval_sections CORPUS [FEEDS_YAML]`.

Only title and summary are judged, without address, source or prior. The label is the outlet's own section. Outlets file the war in
Ukraine under Europe, so if a text names Ukraine, Russia or their places and leaders, both sections count as right. Rules are
tuned on one half of the corpus (by a hash of the id), and both halves are reported.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aggregator.categorise.judge import judge
from aggregator.categorise.receipts import receipts
from aggregator.categorise.rulebook import Rulebook, compile_rules
from aggregator.config.compile import compile_file
from aggregator.model.judgement import Case, Judgement

FEEDS = Path(__file__).parent.parent / "feeds.yaml"
IDS = {
    "America": "america",
    "Asia-Pacific": "asia-pacific",
    "Europe": "europe",
    "Middle East": "middle-east",
    "Africa": "africa",
    "Economy": "economy",
    "Defense": "defense",
    "Ukraine-Russia War": "ukraine-russia-war",
}
LEAST = 30  # items of a label that an outlet or year must have for its F1 to count
EITHER = frozenset(("europe", "ukraine-russia-war"))
# Kept apart from our own list of places, so that the measure does not move with it.
WAR = re.compile(
    r"ukrain|russia|kyiv|kiev|moscow|putin|zelensk|kremlin|crimea|donbas|donetsk|luhansk|kharkiv|kherson|mariupol|"
    r"bakhmut|zaporizh|lavrov|navaln|wagner|prigozhin|ode(?:s|ss)a\b|lviv|bucha\b|dnipro|medvedev|chernobyl|siberia|"
    r"st\.? petersburg|kaliningrad",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """`right` are the sections that count as right, `label` the outlet's own."""

    title: str
    summary: str
    label: str
    right: frozenset[str]
    tuned: bool  # in the half that rules were tuned on
    outlet: str = ""
    year: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    accuracy: float
    macro_f1: float
    recall_in_sections: float
    mean_sections: float
    by_label: dict[str, tuple[float, float, float, int]]  # precision, recall, F1, items
    confusion: Counter[tuple[str, str]]  # label, primary section


def read(corpus: Path) -> Iterator[Labelled]:
    with gzip.open(corpus / "sections/dev.jsonl.gz", "rt") as lines:
        for line in lines:
            row = json.loads(line)
            title, summary, label = row["title"], row["summary"] or "", IDS[row["label"]]
            both = label in EITHER and WAR.search(f"{title} {summary}") is not None
            even = hashlib.sha256(row["id"].encode()).digest()[-1] % 2 == 0
            outlet = row["source"].removeprefix("edition.").replace("bbc.com", "bbc.co.uk")
            right = EITHER if both else frozenset((label,))
            yield Labelled(title, summary, label, right, even, outlet, (row["published"] or "")[:4])


def measure(items: Sequence[Labelled], judgements: Iterable[Judgement]) -> Figures:
    confusion: Counter[tuple[str, str]] = Counter()
    recalled = sections = 0
    for item, found in zip(items, judgements, strict=True):
        confusion[item.label, item.label if found.section in item.right else found.section] += 1
        recalled += not item.right.isdisjoint(found.sections)
        sections += len(found.sections)
    labels = Counter(item.label for item in items)
    by_label = {label: _scores(confusion, label) for label in sorted(labels) if labels[label] >= LEAST}
    return Figures(
        accuracy=sum(confusion[label, label] for label in labels) / len(items),
        macro_f1=sum(scores[2] for scores in by_label.values()) / len(by_label),
        recall_in_sections=recalled / len(items),
        mean_sections=sections / len(items),
        by_label=by_label,
        confusion=confusion,
    )


def _scores(confusion: Counter[tuple[str, str]], label: str) -> tuple[float, float, float, int]:
    hits = confusion[label, label]
    predicted = sum(count for (_, found), count in confusion.items() if found == label)
    actual = sum(count for (own, _), count in confusion.items() if own == label)
    precision, recall = hits / max(predicted, 1), hits / max(actual, 1)
    return precision, recall, 2 * hits / max(predicted + actual, 1), actual


def table(figures: Figures) -> str:
    """The figures as text: one line of totals, one line a label, the confusion table."""
    lines = [
        f"accuracy {figures.accuracy:.3f}   macro-F1 {figures.macro_f1:.3f}   "
        f"recall in sections {figures.recall_in_sections:.3f} at {figures.mean_sections:.2f} sections an item"
    ]
    for label, (precision, recall, f1, count) in figures.by_label.items():
        lines.append(f"  {label:20} P {precision:.2f}  R {recall:.2f}  F1 {f1:.2f}  ({count})")
    found = sorted({section for _, section in figures.confusion})
    lines.append("label \\ primary       " + " ".join(f"{section[:8]:>8}" for section in found))
    for label in figures.by_label:
        lines.append(f"{label:21} " + " ".join(f"{figures.confusion[label, section]:8}" for section in found))
    return "\n".join(lines)


def travels(items: Sequence[Labelled], judgements: Sequence[Judgement]) -> str:
    """The figures of each outlet and each year on its own. Macro-F1 is over the labels it has."""
    lines = ["by outlet, by year      items  accuracy  macro-F1  labels"]
    for part in ("outlet", "year"):
        groups: dict[str, list[int]] = {}
        for number, item in enumerate(items):
            groups.setdefault(getattr(item, part), []).append(number)
        for name, numbers in sorted(groups.items()):
            if len(numbers) >= LEAST:
                figures = measure([items[n] for n in numbers], [judgements[n] for n in numbers])
                rest = f"{figures.accuracy:9.3f} {figures.macro_f1:9.3f} {len(figures.by_label):7}"
                lines.append(f"  {name:20} {len(numbers):6} {rest}")
    return "\n".join(lines)


def speed(book: Rulebook, items: Sequence[Labelled]) -> tuple[float, float]:
    """Items a CPU second on one core, receipts off and on."""
    began = time.process_time()
    for item in items:
        judge(book, Case(item.title, item.summary))
    middle = time.process_time()
    some = items[: len(items) // 4]
    for item in some:
        receipts(book, Case(item.title, item.summary))
    return len(items) / (middle - began), len(some) / (time.process_time() - middle)


def run(corpus: Path, feeds: Path = FEEDS) -> dict[str, Figures]:
    """Prints both halves and the whole; returns the figures by name."""
    settings = compile_file(feeds, {})[0]
    book = compile_rules(settings.sections, settings.topics, settings.fallback)
    items = list(read(corpus))
    found = [judge(book, Case(item.title, item.summary)) for item in items]
    halves = {"tuned half": [True], "half kept aside": [False], "all": [True, False]}
    results = {}
    for name, which in halves.items():
        chosen = [number for number, item in enumerate(items) if item.tuned in which]
        figures = measure([items[n] for n in chosen], [found[n] for n in chosen])
        results[name] = figures
        print(f"Sections, {name} ({len(chosen)} items)\n{table(figures)}\n")
    print(f"{travels(items, found)}\n")
    without, with_receipts = speed(book, items[:20_000])
    print(f"{without:,.0f} items a CPU second with topics, receipts off; {with_receipts:,.0f} with receipts\n")
    return results


if __name__ == "__main__":
    run(Path(sys.argv[1]), *map(Path, sys.argv[2:3]))
