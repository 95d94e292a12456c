"""Trains the grouping (needs the extra `train`): writes `background.bin`, `places.bin`, `capitals.bin` and `trees.json` of
`aggregator/stories/data`.

    python -m benchmarks.train_stories CORPUS [--half tuned] [--keep-background]

The background counts stems over the corpus of news (only those in at least five items, so that no text can be reconstructed).
If it changes, `benchmarks.train_embeddings` must run before the trees are trained, and `benchmarks.build_locations` after.

The trees learn whether a nominated pair is one story from the labelled sets, each with the same weight. These sets contain
hardly anything but stories, while most news of a day is reported once. So the trees also learn from pairs of the unlabelled
stream that cannot be one story because they are days apart (`benchmarks/overlay.py`). With `--half tuned` they are trained on
one half of each set only; then the figures under "held" of `benchmarks.eval_stories` are for news that they have not seen.
"""

from __future__ import annotations

import argparse
import json
import re
from calendar import day_name, month_name
from collections import Counter
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import lightgbm
import numpy

from aggregator.stories.batch_context import read
from aggregator.stories.candidate import Candidate
from aggregator.stories.comparison import Comparison
from aggregator.stories.feature_cache import FeatureCache
from aggregator.stories.features import features, readable
from aggregator.stories.grouping import in_order
from aggregator.stories.memory import Memory
from aggregator.stories.names import UNKNOWN
from aggregator.stories.rarity import listed
from aggregator.stories.similarity import EVIDENCE
from aggregator.text.places import gazetteer
from aggregator.text.words import stem, stems, tokens, word_id
from benchmarks.eval_stories import SETS, candidates, epoch, half, load, subject
from benchmarks.overlay import LEARNED, STREAM, TRIED, overlay, strangers

DATA = Path(__file__).parents[1] / "aggregator" / "stories" / "data"
NEWS = (STREAM, "sections/dev.jsonl.gz")
APART = "apart"  # the name of the pairs that cannot be one story
STRANGERS = 0.4  # total weight of those pairs, relative to that of a labelled set
SHORT = 3  # words of at most this many letters name no place
CAPITALS = 0.9  # share of capitalised occurrences from which a word is taken for a name
DATES = frozenset(stem(name) for name in (*day_name, *month_name) if name)
LEAST = 5  # items that must contain a word for it to be listed
ROUNDS = 100
LEARNING = {
    "objective": "binary", "max_depth": 3, "num_leaves": 8, "learning_rate": 0.15, "min_data_in_leaf": 60,
    "bagging_fraction": 0.8, "bagging_freq": 1, "feature_fraction": 0.7, "lambda_l2": 5, "seed": 7,
    "monotone_constraints": [direction for _, direction in EVIDENCE],
    "verbose": -1, "num_threads": 2, "deterministic": True, "force_row_wise": True,
}  # fmt: skip


def background(corpus: Path) -> bytes:
    """The content of background.bin. Equal headlines count once."""
    counts: Counter[str] = Counter()
    seen: set[frozenset[str]] = set()
    for name in NEWS:
        for row in load(corpus / name):
            headline = _stems(row["title"])
            if headline not in seen:
                seen.add(headline)
                counts.update(_stems(row["title"], row["summary"]))
    common = sorted((word_id(word), count) for word, count in counts.items() if count >= LEAST)
    words, held = zip(*common, strict=True)
    return numpy.array([len(seen), *words, *held], dtype="<i8").tobytes()


def _stems(title: str, summary: str = "") -> frozenset[str]:
    one = Candidate(0, title, summary, "", None, 0, None)
    return frozenset(readable(one, features(one).words).values())


def places(corpus: Path) -> bytes:
    """The content of places.bin: one-word names of countries, cities and bodies, without those that the news mostly writes in
    lower case (reading, nice)."""
    shares = _capitals(corpus)
    named = {
        stem(needle.word)
        for needle, place in zip(gazetteer().matcher.needles, gazetteer().places, strict=True)
        if place.kind in ("country", "city", "body") and " " not in needle.word and len(needle.word) > SHORT
    }
    ids = sorted(word_id(name) for name in named if shares.get(name, 1.0) >= CAPITALS)
    return numpy.array(ids, dtype="<i8").tobytes()


def capitals(corpus: Path) -> bytes:
    """The content of capitals.bin. Days, months and single letters are no names."""
    known = {word_id(name): round(255 * share) for name, share in _capitals(corpus).items()}
    nameless = {word_id(name) for name in (*DATES, *ascii_lowercase)}
    shares = [0 if word in nameless else known.get(word, UNKNOWN) for word in listed()[0].tolist()]
    return numpy.array(shares, dtype=numpy.uint8).tobytes()


@cache
def _capitals(corpus: Path) -> dict[str, float]:
    """Stem → share of its occurrences inside sentences of leads that are capitalised, for those with at least three."""
    met, capital = Counter[str](), Counter[str]()
    for lead in {row["summary"] for name in NEWS for row in load(corpus / name)}:
        for sentence in re.split(r"(?<=[.!?:])\s+", lead):
            words = tokens(sentence)[1:]
            if sum(word[0].isupper() for word in words) <= 0.6 * len(words):  # not a headline in title case
                met.update(stems(words))
                capital.update(stems([word for word in words if word[0].isupper()]))
    return {name: (capital[name] + 1) / (count + 2) for name, count in met.items() if count >= 3}


def examples(corpus: Path, part: str) -> Iterator[tuple[str, list[list[float]], list[bool]]]:
    """(set, evidence of nominated pairs, whether each is one story). Each set is used as a whole and in parts, because the
    neighbours of an item depend on how many other items there are."""
    for name, file in SETS.items():
        rows = [row for row in load(corpus / "stories" / file) if part in ("all", half(row["cluster"]))]
        yield name, *_pairs(rows)
        if part == "all":
            for piece in ("tuned", "held"):
                yield name, *_pairs([row for row in rows if half(row["cluster"]) == piece])
        parts = 4 if part == "all" else 2
        for number in range(parts):
            yield name, *_pairs([row for row in rows if _dealt(row["cluster"], parts) == number])
    news = load(corpus / STREAM)
    for days in (LEARNED, TRIED) if part == "all" else (LEARNED,):
        laid = overlay(news, *days)
        apart = [row for batches in (1, 3) for row in strangers(laid, batches)]
        yield APART, apart, [False] * len(apart)


def _dealt(cluster: str, parts: int) -> int:
    """The part, out of `parts`, of a cluster: at random, but the same for clusters of one subject."""
    return blake2b(subject(cluster).encode(), digest_size=2).digest()[1] % parts


def _pairs(rows: list[dict[str, Any]]) -> tuple[list[list[float]], list[bool]]:
    ordered = sorted(rows, key=lambda row: epoch(row.get("published")))
    items = candidates(ordered)
    compared = Comparison(read(sorted(items, key=in_order), Memory(), FeatureCache()))
    found = list(compared.evidence())
    return [list(row) for _, row in found], [ordered[a]["cluster"] == ordered[b]["cluster"] for (a, b), _ in found]


def learn(corpus: Path, part: str) -> dict[str, Any]:
    """The content of trees.json."""
    found = list(examples(corpus, part))
    evidence = numpy.array([row for _, rows, _ in found for row in rows], dtype=float)
    labels = numpy.array([one for _, _, marks in found for one in marks])
    names = [name for name, _, marks in found for _ in marks]
    sizes = Counter(names)
    weighs = {name: STRANGERS if name == APART else 1.0 for name in sizes}  # each labelled set the same
    weight = numpy.array([10_000 * weighs[name] / sizes[name] for name in names])
    model = lightgbm.train(LEARNING, lightgbm.Dataset(evidence, labels, weight=weight), num_boost_round=ROUNDS)
    trees = [_tree(tree["tree_structure"]) for tree in model.dump_model()["tree_info"]]
    return {"evidence": [name for name, _ in EVIDENCE], "start": 0.0, "trees": trees}


def _tree(node: dict[str, Any]) -> list[Any] | float:
    if "leaf_value" in node:
        return round(float(node["leaf_value"]), 4)
    below = [_tree(node["left_child"]), _tree(node["right_child"])]
    return [node["split_feature"], round(float(node["threshold"]), 5), *below]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--half", default="all", choices=("all", "tuned", "held"))
    parser.add_argument("--keep-background", action="store_true")
    given = parser.parse_args()
    DATA.mkdir(exist_ok=True)
    if not given.keep_background:
        (DATA / "background.bin").write_bytes(background(given.corpus))
        (DATA / "places.bin").write_bytes(places(given.corpus))
        (DATA / "capitals.bin").write_bytes(capitals(given.corpus))
    learned = json.dumps(learn(given.corpus, given.half), separators=(",", ":"))
    (DATA / "trees.json").write_text(learned + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
