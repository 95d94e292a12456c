"""The SQLite file stops growing by texts once the first of them are deleted: later ones take their place."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

from builders import NOW, archive, item, polled, publish

from aggregator.store.sqlite.archive import SqliteArchive

ITEMS = 300


def filled(folder: Path, length: int) -> SqliteArchive:
    """An archive of items, each with a text of so many bytes that cannot be compressed, and half as much of the article."""
    chance, store = random.Random(7), archive(folder, "bbc")
    texts = [chance.randbytes(length).hex() for _ in range(ITEMS)]
    publish(store, polled("bbc", [item("bbc", str(n), f"Ferry {n}", content=text) for n, text in enumerate(texts)]))
    seconds = int(NOW.timestamp())
    for wanted in store.articles.claim(["bbc"], 0, ITEMS, seconds, seconds):
        store.articles.save(wanted.item, chance.randbytes(length // 4).hex(), None, seconds)
    return store


def pages(store: SqliteArchive) -> int:
    """Those of the file that are in use. Others are reused before the file grows."""
    all, free = (
        store._connection.raw.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count")
    )
    return int(all - free)


def test_the_space_of_deleted_texts_is_free_for_others(tmp_path: Path) -> None:
    headlines, texts = filled(tmp_path / "headlines", 0), filled(tmp_path / "texts", 1200)
    taken = pages(texts) - pages(headlines)
    assert taken > ITEMS / 3, "some three texts, or six of articles, to a page"
    later = NOW + timedelta(days=30)
    assert texts.upkeep.prune(int(later.timestamp()), 86_400, {}) == ITEMS
    headlines.upkeep.prune(int(later.timestamp()), 86_400, {})
    assert pages(texts) - pages(headlines) < taken / 10
    headlines.close()
    texts.close()
