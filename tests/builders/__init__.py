"""Small real values for tests: items, feeds as documents, configurations. Nothing here pretends to be a part of the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape

from aggregator.model.item import Item
from aggregator.model.judgement import Judgement, Scores
from aggregator.model.poll import PollResult, Recognition
from aggregator.model.settings import Defaults, Position, Source
from aggregator.model.source import SourceState
from aggregator.model.story import EditionItem
from aggregator.pipeline.edition import edition
from aggregator.pipeline.override_index import OverrideIndex
from aggregator.pipeline.policy import Policy
from aggregator.pipeline.tools import Tools
from aggregator.store.postgres.archive import PostgresArchive
from aggregator.store.sqlite.archive import SqliteArchive
from builders.postgres import fresh_database

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def source(id: str, **more: object) -> Source:
    values: dict[str, object] = {
        "id": id, "name": id.title(), "url": f"https://{id}.example/feed", "publisher": id.title(), "every": None,
        "keep": None, "usually": None, "section": None, "full_text": False, "wrapper": False, "enabled": True,
        "was": (), "headers": (), "labels": (), "lang": None, "at": Position("feeds.yaml", 1, 1),
    }  # fmt: skip
    return Source(**{**values, **more})  # type: ignore[arg-type]


def item(
    source: str, key: str, title: str, *, published: datetime | None = None, summary: str = "", **more: object
) -> Item:
    values: dict[str, object] = {
        "id": str(uuid5(NAMESPACE_URL, f"{source}\n{key}")), "source": source, "key": key,
        "url": f"https://{source}.example/{key}", "canonical": f"https://{source}.example/{key}", "title": title,
        "summary": summary, "content": f"<p>{escape(summary)}</p>" if summary else "", "author": None,
        "publisher": source.title(), "published": published, "lang": "en", "categories": (), "image": None,
        "enclosures": (), "hash": f"{title}|{summary}",
    }  # fmt: skip
    return Item(**{**values, **more})  # type: ignore[arg-type]


def polled(
    source: str,
    items: Sequence[Item] = (),
    *,
    live: bool = True,
    changed: Sequence[tuple[int, Item]] = (),
    **more: object,
) -> PollResult:
    state = SourceState(source, source, f"https://{source}.example/feed", state="ok")
    found = Recognition(new=tuple(items), changed=tuple(changed), **more)  # type: ignore[arg-type]
    return PollResult(state, found, live=live)


Store = SqliteArchive | PostgresArchive
"""An archive of either backend."""


@cache
def _migrated() -> str:
    """A database that holds an empty archive: to migrate one anew for each test would take twice as long."""
    url = fresh_database()
    PostgresArchive(url).close()
    return urlsplit(url).path.removeprefix("/")


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "aggregator.db"
        SqliteArchive(path).close()
        return path.read_bytes()


def empty_archive(folder: Path) -> None:
    """Puts the file of a new archive there, unless there is one: to migrate one anew for each test takes five times as long."""
    path = folder / "aggregator.db"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_empty())


def archive(folder: Path, *sources: str) -> SqliteArchive:
    empty_archive(folder)
    made = SqliteArchive(folder / "aggregator.db")
    made.sources.sync([source(id) for id in sources])
    return made


def postgres_archive(*sources: str) -> PostgresArchive:
    """In a database of its own; skips the test where no server can be started."""
    made = PostgresArchive(fresh_database(_migrated()))
    made.sources.sync([source(id) for id in sources])
    return made


def by_words(item: EditionItem) -> Judgement:
    """A judge whose rules a reader of a test can see: a word of the title names the section."""
    title = item.title.lower()
    found = tuple((name, 1.0) for name in ("defense", "europe", "asia-pacific") if name in title)
    topics = tuple(name for name in ("nato", "drones") if name in title)
    return Judgement(found[0][0] if found else "world", found or (("world", 0.0),), topics)


def mean(judged: Sequence[tuple[str, Judgement]]) -> Scores:
    """The mean over publishers, and at least a third of them."""
    publishers = {name for name, _ in judged}
    totals: dict[str, float] = {}
    for name in publishers:
        own = [judgement for publisher, judgement in judged if publisher == name]
        for judgement in own:
            for section, score in judgement.scores:
                totals[section] = totals.get(section, 0.0) + score / len(own) / len(publishers)
    ranked = sorted(
        ((name, score) for name, score in totals.items() if score > 0.33), key=lambda one: (-one[1], one[0])
    )
    return tuple(ranked) or (("world", 0.0),)


def policy(
    judge: Callable[[EditionItem], Judgement] = by_words,
    *,
    hidden: frozenset[str] = frozenset(),
    pinned: Mapping[str, str] = MappingProxyType({}),
    **more: object,
) -> Policy:
    values: dict[str, object] = {
        "configuration": "one", "judge": judge, "place": mean, "publisher": lambda item: item.publisher,
        "topic_titles": {"nato": "NATO", "drones": "Drones"}, "overrides": OverrideIndex(hidden, sections=pinned),
    }  # fmt: skip
    return Policy(**{**values, **more})  # type: ignore[arg-type]


def publish(store: Store, *polls: PollResult, at: datetime = NOW, placed: datetime = NOW) -> None:
    """Store what polls brought, and place it."""
    store.intake.apply(polls, at)
    edition(store, policy(), lambda: int(placed.timestamp()))


def tools(archive: Store, **more: object) -> Tools:
    """What a refresh needs; a test adds at least `fetch`, `parse`, `clock` and `sources`."""
    values: dict[str, object] = {
        "archive": archive, "lookup": archive, "jitter": lambda: 0.5,
        "defaults": Defaults(timedelta(minutes=15), timedelta(days=90)), "request": lambda one: (one.url, one.headers),
    }  # fmt: skip
    return Tools(**{**values, **more})  # type: ignore[arg-type]


def rss(
    entries: Sequence[tuple[str, str, datetime | None]], title: str = "Feed", host: str = "outlet.example"
) -> bytes:
    """An RSS document of (guid, title, date) entries, newest first as feeds have them."""
    rows = []
    for guid, text, moment in entries:
        date = f"<pubDate>{moment:%a, %d %b %Y %H:%M:%S} +0000</pubDate>" if moment else ""
        rows.append(
            f"<item><guid isPermaLink='false'>{escape(guid)}</guid><title>{escape(text)}</title>"
            f"<link>https://{host}/{escape(guid)}</link><description>{escape(text)}, in some more words.</description>{date}</item>"
        )
    head = f"<title>{escape(title)}</title><link>https://{host}/</link><description>News</description>"
    return f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>{head}{''.join(rows)}</channel></rss>".encode()


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)
