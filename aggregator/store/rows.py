"""Converts between rows and values, for any backend. Rows are tuples; times are whole seconds since 1970 (UTC), ids the 16 bytes of a UUID,
and lists JSON text. SQLite has long texts compressed; PostgreSQL compresses by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from typing import Any, get_type_hints

import brotli
import msgspec
import orjson

from aggregator.model.item import Enclosure, Item, to_seconds
from aggregator.model.joining import Joining
from aggregator.model.judgement import Scores
from aggregator.model.source import SourceState
from aggregator.model.story import (
    Batch,
    EditionItem,
    Entry,
    ItemView,
    Placed,
    Report,
    StoryHead,
    StoryRank,
    StoryState,
    StoryView,
    headline,
)
from aggregator.model.stream import StreamName


class _Outlet(msgspec.Struct):
    publisher: str


class _Announced(msgspec.Struct):
    """The part of an `Entry` that `story_rank` decodes."""

    title: str
    link: str | None
    reports: tuple[_Outlet, ...]


class _Heading(msgspec.Struct):
    """The part of an `Entry` that `story_head` decodes."""

    title: str
    link: str | None
    summary: str
    lang: str | None
    publisher: str


decode_entry = msgspec.json.Decoder(Entry).decode
decode_joining = msgspec.json.Decoder(Joining).decode
_HEADING = msgspec.json.Decoder(_Heading)
_ANNOUNCED = msgspec.json.Decoder(_Announced)
_SCORES = msgspec.json.Decoder(Scores)
_NAMES = msgspec.json.Decoder(tuple[str, ...])
_ENCLOSURES = msgspec.json.Decoder(tuple[Enclosure, ...])
_encode = msgspec.json.Encoder().encode

LONG = 512  # characters; compressing a shorter text would save too little
QUALITY = 1  # of Brotli: 20 µs for an article of 2.5 kB; a higher quality would save only another 5 %


def at_time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def to_blob(identity: str) -> bytes:
    return bytes.fromhex(identity.replace("-", ""))


def to_id(blob: bytes) -> str:
    digits = blob.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def address_hash(canonical: str | None) -> int | None:
    if canonical is None:
        return None
    return int.from_bytes(hashlib.blake2b(canonical.encode(), digest_size=8).digest(), "big", signed=True)


def grouped(pairs: Iterable[Sequence[Any]]) -> dict[Any, list[Any]]:
    """Key → its values, from (key, value) rows in their order."""
    found: dict[Any, list[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def pack(text: str) -> str | bytes:
    """A text as SQLite has it: compressed if it is long, which saves a third of the archive."""
    if len(text) < LONG:
        return text
    packed: bytes = brotli.compress(text.encode("utf-8", "surrogatepass"), quality=QUALITY)
    return packed


def unpack(stored: str | bytes) -> str:
    if isinstance(stored, str):
        return stored
    text: str = brotli.decompress(stored).decode("utf-8", "surrogatepass")
    return text


def story_rank(row: Sequence[Any], time: int) -> StoryRank:
    """From the columns n, id, published, updated and entry."""
    n, id, published, updated, entry = row
    told = _ANNOUNCED.decode(entry)
    outlets = len({report.publisher for report in told.reports})
    return StoryRank(n, time, to_id(id), published, at_time(updated), outlets, told.title, told.link)


def decode_scores(text: str | None) -> Scores:
    return _SCORES.decode(text) if text else ()


def decode_names(text: str | None) -> tuple[str, ...]:
    """The names of topics, places or categories."""
    return _NAMES.decode(text) if text else ()


def decode_enclosures(text: str | None) -> tuple[Enclosure, ...]:
    return _ENCLOSURES.decode(text) if text else ()


ITEM = """
    i.n, i.id, s.id, t.publisher, t.title, t.summary, t.url, t.canonical, t.lang, t.categories, t.image, i.at, i.entered,
    i.first_seen, p.story, i.live, t.enclosures, t.pruned, p.hidden, t.hash, t.author, coalesce(p.publisher, '')
"""
ITEM_TABLES = """
    items i JOIN sources s ON s.n = i.source JOIN texts t ON t.item = i.n LEFT JOIN placements p ON p.item = i.n
"""


def edition_item(row: Sequence[Any]) -> EditionItem:
    (n, id, source, publisher, title, summary, url, canonical, lang, categories, image, at, entered, seen, story, live,
     enclosures, pruned, hidden, hash, author, counted_as) = row  # fmt: skip
    return EditionItem(
        n, to_id(id), source, publisher, title, summary, url, canonical, lang,
        decode_names(categories), image, at, entered, seen, story, bool(live),
        decode_enclosures(enclosures), bool(pruned), bool(hidden), hash, author, counted_as,
    )  # fmt: skip


def item_row(n: int, item: Item, source: int, at: int, now: int, *, live: bool) -> tuple[Any, ...]:
    """The row of an item. `at` is its time of publication; an item of the back-catalogue (not `live`) counts as entered at that time."""
    return n, to_blob(item.id), source, now if live else at, now, at, live, address_hash(item.canonical)


TEXT = (
    "item, key, url, canonical, title, summary, content, author, publisher, lang, published, categories, image, enclosures, "
    "hash, updated, listed"
)
"""The columns that `text_row` fills. Not `pruned`, which is false for a new text."""

TOLD = "url, title, summary, author, publisher, lang, image, enclosures"
"""Those of these columns that a feed shows of an item."""


def text_row(n: int, item: Item, now: int) -> tuple[Any, ...]:
    return (
        n, item.key, item.url, item.canonical, item.title, item.summary, item.content, item.author, item.publisher,
        item.lang, to_seconds(item.published),
        to_json(item.categories) if item.categories else None,
        item.image,
        _encode(item.enclosures).decode() if item.enclosures else None,
        item.hash, now, now,
    )  # fmt: skip


def story_row(story: StoryState, batch: Batch, moment: int) -> tuple[Any, ...]:
    return (
        story.n, to_blob(story.id), story.lead, story.published, story.entered, story.entry.updated, moment,
        story.section, to_json(story.scores), to_json(story.topics), len(story.publishers), _encode(story.entry).decode(),
        batch.epoch, story.hidden,
    )  # fmt: skip


EntryRow = tuple[int, int, int, int | None, int, bool]
"""(stream, story, entered, primary since, published, active)"""


def corroboration_rows(stories: Iterable[StoryState]) -> list[tuple[int, int, str, int, int]]:
    """The rows (story, k, k-th publisher, when it joined, when k was reached). If a story had k publishers and now has fewer, the row has
    -k: then no list finds the story by k, and if k is reached again, the story keeps its time."""
    return [
        (story.n, k if publisher else -k, *(publisher or ("", 0)), reached)
        for story in stories
        for k, (publisher, reached) in enumerate(zip_longest(story.publishers, story.reached), 1)
    ]


def entry_rows(stories: Iterable[StoryState], streams: Mapping[StreamName, int]) -> list[EntryRow]:
    """One row for each story and stream that it is or was in. `streams`: name → number."""
    return [
        (streams[one.stream], story.n, one.entered, one.primary_since, story.published,
         one.active and not story.hidden)
        for story in stories
        for one in story.streams
    ]  # fmt: skip


def placement_row(placed: Placed, changed: int) -> tuple[Any, ...]:
    judged = placed.judgement
    return (
        placed.item, placed.story, placed.publisher,
        judged.section, to_json(judged.scores), to_json(judged.topics), to_json(judged.places),
        placed.why, _encode(placed.joining).decode() if placed.joining else None, placed.hidden, changed,
    )  # fmt: skip


HEAD = "n, id, published, section, scores, topics, publishers, entry"


def story_head(row: Sequence[Any]) -> StoryHead:
    n, id, published, section, scores, topics, independent, text = row
    entry = _HEADING.decode(text)
    return StoryHead(
        id=to_id(id), n=n, title=headline(entry.title, entry.link, entry.publisher), summary=entry.summary, link=entry.link,
        lang=entry.lang, published=at_time(published), section=section, scores=decode_scores(scores), topics=decode_names(topics),
        independent=independent,
    )  # fmt: skip


STORY = "n, id, lead, published, updated, section, scores, topics, publishers, entry"


def story_view(row: Sequence[Any], time: int, reports: tuple[Report, ...], merged: Sequence[bytes]) -> StoryView:
    n, id, lead, published, updated, section, scores, topics, independent, text = row
    entry = decode_entry(text)
    return StoryView(
        id=to_id(id), n=n, title=headline(entry.title, entry.link, entry.publisher), summary=entry.summary, link=entry.link,
        image=entry.image, lang=entry.lang,
        published=at_time(published), updated=at_time(updated), entered=at_time(time), section=section,
        scores=decode_scores(scores), topics=decode_names(topics),
        publishers=tuple(dict.fromkeys(report.publisher for report in reports)) or (entry.publisher,),
        reports=reports or entry.reports, entry=entry, lead=lead,
        merged=tuple(map(to_id, merged)), independent=independent,
    )  # fmt: skip


SHOWN = """
    i.n, i.id, s.id, coalesce(p.publisher, t.publisher), t.title, t.summary, t.url, t.author, t.lang, t.image, t.enclosures,
    t.categories, i.at, t.updated, st.id, p.section, p.scores, p.topics, p.why, t.pruned
"""
SHOWN_TABLES = f"{ITEM_TABLES} LEFT JOIN stories st ON st.n = p.story"


def item_view(row: Sequence[Any], time: int) -> ItemView:
    (n, id, source, publisher, title, summary, url, author, lang, image, enclosures, categories, at, updated,
     story, section, scores, topics, why, pruned) = row  # fmt: skip
    return ItemView(
        id=to_id(id), n=n, source=source, publisher=publisher, title=headline(title, url, publisher), summary=summary,
        url=url, author=author, lang=lang, image=image,
        enclosures=decode_enclosures(enclosures),
        categories=decode_names(categories),
        published=at_time(at), updated=at_time(updated), entered=at_time(time),
        story=to_id(story) if story else None, section=section,
        sections=tuple(name for name, _ in decode_scores(scores)),
        topics=decode_names(topics), why=why, pruned=bool(pruned),
    )  # fmt: skip


STATE_FIELDS = SourceState.__struct_fields__
STATE_COLUMNS = tuple(name for name in STATE_FIELDS if name not in ("id", "root", "url"))
_HINTS = get_type_hints(SourceState).items()
_TIMES = [name for name, hint in _HINTS if hint == datetime | None]
_SPANS = [name for name, hint in _HINTS if hint == timedelta | None]


def source_state(row: Iterable[Any]) -> SourceState:
    values = dict(zip(STATE_FIELDS, row, strict=True))
    values["next_poll"] = values["next_poll"] or None
    for name in _TIMES:
        values[name] = None if values[name] is None else at_time(values[name])
    for name in _SPANS:
        values[name] = None if values[name] is None else timedelta(seconds=values[name])
    return SourceState(**values)


def state_columns(state: SourceState) -> dict[str, Any]:
    values = {name: getattr(state, name) for name in STATE_COLUMNS}
    for name in _TIMES:
        values[name] = to_seconds(values[name])
    for name in _SPANS:
        values[name] = None if values[name] is None else int(values[name].total_seconds())
    values["next_poll"] = values["next_poll"] or 0
    return values
