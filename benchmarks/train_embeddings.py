"""Trains the word embeddings of the grouping, `aggregator/stories/data/embeddings.bin` (needs the extra `embeddings`).

    python -m benchmarks.train_embeddings CORPUS MODEL [--kept FILE]

A sentence encoder (all-MiniLM-L6-v2, Apache 2.0; MODEL is its folder) encodes headlines and the beginnings of leads of the
corpus of news, not of the labelled sets. Its output, reduced to its principal components, is approximated by a sum over the
words of each text with ridge regression. So each stem of the background gets a short vector, and words that are used alike in
the news are close. The file has them in the order of the background, one signed byte for each number. `--kept` keeps the
encoder's output between runs: encoding takes ten minutes.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.linalg import lsmr

from aggregator.stories.arrays import Floats
from aggregator.stories.candidate import Candidate
from aggregator.stories.embeddings import DIMENSIONS
from aggregator.stories.features import features
from aggregator.stories.rarity import listed
from benchmarks.eval_stories import load
from benchmarks.train_stories import DATA, NEWS

MOST = 45_000  # texts
BEGINNING = 140  # characters of a lead
RIDGE = 3.0


def texts(corpus: Path) -> list[str]:
    """Headline and beginning of the lead of at most `MOST` items in random order, each headline once."""
    found: dict[str, str] = {}
    for name in NEWS:
        for row in load(corpus / name):
            found.setdefault(row["title"], f"{row['title']}. {row['summary'][:BEGINNING]}")
    every = list(found.values())
    random.Random(0).shuffle(every)
    return every[:MOST]


def encoded(texts: Sequence[str], model: Path) -> Any:
    from sentence_transformers import SentenceTransformer  # a large import, not needed if the output was kept

    encoder = SentenceTransformer(str(model), device="cpu")
    encoder.max_seq_length = 40
    return encoder.encode(list(texts), batch_size=32, normalize_embeddings=True).astype(np.float16)


def embeddings(texts: Sequence[str], answers: Floats) -> Any:
    """Array of int8, of shape (stems of the background, DIMENSIONS). `answers` has one row of the encoder for each text."""
    words, shares = listed()
    weight = -np.log(shares)
    column = {word: number for number, word in enumerate(words.tolist())}
    rows = [
        [column[word] for word in features(Candidate(0, "", text, "", None, 0, None)).words if word in column]
        for text in texts
    ]
    start = np.cumsum([0, *map(len, rows)])
    stems = np.array([number for row in rows for number in row], dtype=np.int64)
    row = np.repeat(np.arange(len(rows)), np.diff(start))
    length = np.sqrt(np.bincount(row, weight[stems] ** 2, len(rows)))
    spread = csr_array((weight[stems] / length[row], stems, start), shape=(len(rows), len(words)))
    centred = answers - answers.mean(axis=0)
    main = np.linalg.svd(centred[:8_000], full_matrices=False)[2][:DIMENSIONS]
    solved = [lsmr(spread, centred @ direction, damp=RIDGE**0.5, maxiter=200)[0] for direction in main]
    found = np.column_stack(solved) * weight[:, None]
    return np.clip(np.round(found * (127 / np.quantile(np.abs(found), 0.999))), -127, 127).astype(np.int8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--kept", type=Path)
    given = parser.parse_args()
    read = texts(given.corpus)
    kept = given.kept
    answers = np.load(kept) if kept and kept.exists() else encoded(read, given.model)
    if kept and not kept.exists():
        np.save(kept, answers)
    (DATA / "embeddings.bin").write_bytes(embeddings(read, answers.astype(np.float64)).tobytes())


if __name__ == "__main__":
    main()
