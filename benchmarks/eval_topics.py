"""Evaluates topics: `python -m benchmarks.eval_topics CORPUS [FEEDS_YAML] [-v]`.

Only title and summary are judged, as for sections. The labels (`benchmarks/topics/labels.tsv`, whose head says how they were made)
hold ids and topics; the texts are the corpus's. Rules are mended after reading the halves called A alone, so the worst topics, and
what `-v` lists, are of these.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aggregator.categorise.judge import judge
from aggregator.categorise.rulebook import compile_rules
from aggregator.config.compile import compile_file
from aggregator.model.judgement import Case
from benchmarks.eval_sections import FEEDS

LABELS = Path(__file__).parent / "topics/labels.tsv"
FILES = {"stream": "stream/2023-10.jsonl.gz", "sections": "sections/dev.jsonl.gz"}
READ = ("A", "rare-A", "new-A")  # the halves whose wrong answers are read
WORST = 12  # topics listed


@dataclass(frozen=True, slots=True)
class Labelled:
    title: str
    summary: str
    topics: frozenset[str]
    set: str  # of FILES
    half: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many topics of items are found and right, labelled but missed, found but wrong."""

    hits: int = 0
    missed: int = 0
    wrong: int = 0

    @property
    def precision(self) -> float:
        return self.hits / max(self.hits + self.wrong, 1)

    @property
    def recall(self) -> float:
        return self.hits / max(self.hits + self.missed, 1)

    @property
    def f1(self) -> float:
        return 2 * self.hits / max(2 * self.hits + self.missed + self.wrong, 1)


@dataclass(frozen=True, slots=True)
class Figures:
    items: int
    micro: Counts  # of all topics together
    by_topic: dict[str, Counts]


def read(corpus: Path, labels: Path = LABELS) -> Iterator[Labelled]:
    """The labelled items that the corpus has, in the order of the labels."""
    texts = {name: _texts(corpus / path) for name, path in FILES.items()}
    for name, half, item, topics in rows(labels):
        if item in texts[name]:
            yield Labelled(*texts[name][item], frozenset(topics.split()), name, half)


def rows(labels: Path = LABELS) -> list[list[str]]:
    """Set, half, id and topics of each labelled item."""
    lines = labels.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def _texts(path: Path) -> dict[str, tuple[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return {row["id"]: (row["title"], row["summary"] or "") for row in map(json.loads, lines)}


def measure(items: Sequence[Labelled], answers: Iterable[Iterable[str]]) -> Figures:
    hits: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for item, answer in zip(items, map(frozenset, answers), strict=True):
        hits.update(item.topics & answer)
        missed.update(item.topics - answer)
        wrong.update(answer - item.topics)
    names = sorted(hits | missed | wrong)
    return Figures(
        items=len(items),
        micro=Counts(hits.total(), missed.total(), wrong.total()),
        by_topic={name: Counts(hits[name], missed[name], wrong[name]) for name in names},
    )


def table(figures: Mapping[str, Figures]) -> str:
    """One line for each part of the items."""
    lines = ["                       items  topics  precision  recall     F1"]
    for name, one in figures.items():
        micro = one.micro
        counts = f"{one.items:6} {micro.hits + micro.missed:7}"
        lines.append(f"{name:22}{counts} {micro.precision:10.3f} {micro.recall:7.3f} {micro.f1:6.3f}")
    return "\n".join(lines)


def worst(figures: Figures, most: int = WORST) -> str:
    """The topics with the most wrong answers, missed or too many."""
    ranked = sorted(figures.by_topic.items(), key=lambda entry: -(entry[1].missed + entry[1].wrong))
    lines = ["worst of the halves read right  missed  wrong     F1"]
    for name, one in ranked[:most]:
        if one.missed or one.wrong:
            lines.append(f"  {name:20} {one.hits:6} {one.missed:7} {one.wrong:6} {one.f1:6.2f}")
    return "\n".join(lines)


def disagreements(items: Sequence[Labelled], answers: Sequence[Iterable[str]]) -> Iterator[str]:
    """What is wrong in the halves that may be read: missed topics with a minus, topics too many with a plus."""
    for item, answer in zip(items, map(frozenset, answers), strict=True):
        signs = [f"-{name}" for name in sorted(item.topics - answer)]
        signs += [f"+{name}" for name in sorted(answer - item.topics)]
        if signs and item.half in READ:
            yield f"{' '.join(signs)}: {item.title} | {item.summary}"


def run(corpus: Path, feeds: Path = FEEDS, *, labels: Path = LABELS, verbose: bool = False) -> dict[str, Figures]:
    """Prints each half of each set, and both sets together; returns the figures by name."""
    settings = compile_file(feeds, {})[0]
    book = compile_rules(settings.sections, settings.topics, settings.fallback)
    items = list(read(corpus, labels))
    answers = [judge(book, Case(item.title, item.summary)).topics for item in items]
    results: dict[str, Figures] = {}
    for half in sorted({item.half for item in items}):
        for name, sets in {**{name: (name,) for name in FILES}, "both": tuple(FILES)}.items():
            chosen = [n for n, item in enumerate(items) if item.half == half and item.set in sets]
            results[f"{name}, half {half}"] = measure([items[n] for n in chosen], [answers[n] for n in chosen])
    absent = len(rows(labels)) - len(items)
    if absent:
        print(f"{absent} labelled items are not in this corpus.\n")
    known = [n for n, item in enumerate(items) if item.half in READ]
    print(f"{table(results)}\n\n{worst(measure([items[n] for n in known], [answers[n] for n in known]))}\n")
    if verbose:
        print("\n".join(disagreements(items, answers)))
    return results


if __name__ == "__main__":
    corpus, *feeds = (Path(argument) for argument in sys.argv[1:] if argument != "-v")
    run(corpus, *feeds[:1], verbose="-v" in sys.argv)
