"""`make eval`: quality on labelled news, and on unlabelled news. What needs data that is absent is skipped, with the reason."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

CORPUS = Path(os.environ.get("AGGREGATOR_CORPUS", Path(__file__).resolve().parents[1] / "../shared/corpus"))


def parts() -> dict[str, Callable[[Path], object]]:
    from benchmarks import eval_parse, eval_sections, eval_stories, eval_topics, overlay

    return {
        "sections": eval_sections.run,
        "topics": eval_topics.run,
        "stories": eval_stories.run,
        "news told once": overlay.run,
        "parse": eval_parse.run,
    }


def main(names: list[str]) -> int:
    if not CORPUS.is_dir():
        print(f"Nothing is measured: the labelled news is not at {CORPUS} (set AGGREGATOR_CORPUS).", file=sys.stderr)
        return 0
    for name, run in parts().items():
        if not names or name in names:
            print(f"\n## {name.title()}\n", flush=True)
            run(CORPUS)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
