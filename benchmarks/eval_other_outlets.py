"""Evaluates sections on outlets that the rules were not tuned on: `python -m benchmarks.eval_other_outlets CORPUS [FEEDS_YAML]`.

The stream of the corpus has no labels, but the addresses of some outlets contain the section. Only title and summary are judged.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from aggregator.categorise.judge import judge
from aggregator.categorise.rulebook import compile_rules
from aggregator.config.compile import compile_file
from aggregator.model.judgement import Case
from benchmarks.eval_sections import FEEDS, Labelled, measure, table

TIMES_OF_INDIA, WSJ = r"timesofindia[^/]*/", r"wsj\.com/"
ADDRESSES = {
    "america": rf"theguardian\.com/us-news/|{TIMES_OF_INDIA}world/us/|abcnews\.go\.com/(US|Politics)/|nbcnews\.com/politics|"
    rf"nbcnews\.com/news/us-news|foxnews\.com/(politics|us)/|{WSJ}(politics|us-news)/|lemonde\.fr/en/united-states|"
    r"washingtonpost\.com/(politics|nation|dc-md-va)/",
    "asia-pacific": rf"theguardian\.com/australia-news/|{TIMES_OF_INDIA}(city|india|world/(china|south-asia|pakistan))/|"
    rf"japantoday\.com/category/(national|politics|crime)/|scmp\.com/news/(china|asia|hong-kong)/|{WSJ}world/(china|asia|india)/",
    "europe": rf"theguardian\.com/(uk-news|politics)/|{TIMES_OF_INDIA}world/(europe|uk)/|telegraph\.co\.uk/politics/|"
    rf"{WSJ}world/(europe|uk)/|lemonde\.fr/en/(france|europe|politics)/",
    "middle-east": rf"{TIMES_OF_INDIA}world/middle-east/|{WSJ}world/middle-east/",
    "africa": rf"allafrica\.com/stories|{WSJ}world/africa|lemonde\.fr/en/le-monde-africa",
    "economy": rf"theguardian\.com/business/|{TIMES_OF_INDIA}business/|japantoday\.com/category/business/|"
    r"scmp\.com/(economy|business)/|abcnews\.go\.com/Business/|nbcnews\.com/business/|telegraph\.co\.uk/business/|"
    rf"{WSJ}(finance|business|economy|articles/[a-z-]*market-talk|articles/global-stocks)|lemonde\.fr/en/economy",
}
PATTERNS = {section: re.compile(pattern) for section, pattern in ADDRESSES.items()}


def read(corpus: Path) -> Iterator[Labelled]:
    """Items whose address tells the section, each headline once. `tuned`: misses of this half were read."""
    seen: set[str] = set()
    with gzip.open(corpus / "stream/2023-10.jsonl.gz", "rt") as lines:
        for line in lines:
            row = json.loads(line)
            label = next((section for section, found in PATTERNS.items() if found.search(row["url"])), None)
            if label and row["title"] not in seen:
                seen.add(row["title"])
                odd = int(hashlib.sha256(row["id"].encode()).hexdigest(), 16) % 2 == 1
                yield Labelled(row["title"], row["summary"] or "", label, frozenset((label,)), odd, row["source"])


def run(corpus: Path, feeds: Path = FEEDS) -> None:
    settings = compile_file(feeds, {})[0]
    book = compile_rules(settings.sections, settings.topics, settings.fallback)
    items = list(read(corpus))
    for name, which in {"half whose misses were read": True, "the other half": False}.items():
        chosen = [item for item in items if item.tuned is which]
        figures = measure(chosen, [judge(book, Case(item.title, item.summary)) for item in chosen])
        print(f"Other outlets, {name} ({len(chosen)} items)\n{table(figures)}\n")


if __name__ == "__main__":
    run(Path(sys.argv[1]), *map(Path, sys.argv[2:3]))
