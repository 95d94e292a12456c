"""Health of a source: the state and its evidence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from aggregator.model.item import Drop, Item, NormalFeed
from aggregator.model.source import SourceState
from aggregator.parse.reader import parse
from aggregator.schedule.formatting import pace, span
from aggregator.schedule.health import ALL_NEW, FLAWS, REPAIRED, flaws, health, in_words

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OK = SourceState(
    "s",
    "s",
    "https://s.example/",
    first_success=NOW - 300 * DAY,
    last_success=NOW,
    last_attempt=NOW,
    last_new=NOW - DAY,
)


@pytest.mark.parametrize(
    ("state", "name", "evidence"),
    [
        (SourceState("s", "s", "u"), "new", "not polled yet"),
        (OK, "ok", "newest item 2026-11-23 12:00 UTC, last success 2026-11-24 12:00 UTC"),
        (
            replace(OK, last_new=NOW - 8 * DAY),
            "silent",
            "it answers, but nothing new has come since 2026-11-16 12:00 UTC",
        ),
        (replace(OK, last_new=NOW - 20 * DAY, rhythm=7 * DAY), "ok", "newest item 2026-11-04 12:00 UTC"),
        (
            replace(OK, last_new=NOW - 22 * DAY, rhythm=7 * DAY),
            "silent",
            "since 2026-11-02 12:00 UTC; it usually brings something every 7 d",
        ),
        (replace(OK, last_new=NOW - 8 * DAY, rhythm=DAY), "silent", "2026-11-16 12:00 UTC"),
        (replace(OK, last_new=NOW - 89 * DAY, rhythm=300 * DAY), "ok", "newest item 2026-08-27 12:00 UTC"),
        (replace(OK, last_new=NOW - 91 * DAY, rhythm=300 * DAY), "stale", "since 2026-08-25 12:00 UTC"),
        (
            replace(OK, last_new=NOW - 100 * DAY),
            "stale",
            "nothing new has come since 2026-08-16 12:00 UTC: its outlet may have given it up",
        ),
        (replace(OK, last_new=None), "stale", "since 2026-01-28 12:00 UTC"),
        (replace(OK, last_new=None, first_success=NOW), "ok", "no items yet, last success 2026-11-24 12:00 UTC"),
        # Not asked meanwhile: the service was off, or the source paused.
        (replace(OK, last_new=NOW - 18 * DAY, last_success=NOW - 17 * DAY), "ok", "last success 2026-11-07 12:00 UTC"),
        (replace(OK, last_new=NOW - 100 * DAY, last_success=NOW - 30 * DAY), "silent", "since 2026-08-16 12:00 UTC"),
        (
            replace(OK, failures=1, error="refused"),
            "failing",
            "1 failure in a row, last success 2026-11-24 12:00 UTC: refused",
        ),
        (SourceState("s", "s", "u", failures=2, error_kind="dns"), "failing", "never succeeded: dns"),
        (replace(OK, failures=1, error_kind="not-a-feed", error="a page"), "not-a-feed", "1 failure in a row"),
        (
            replace(OK, failures=1, error_kind="challenge", error="403 Forbidden: a challenge meant for browsers"),
            "challenge",
            "403",
        ),
        (replace(OK, flaws="truncated, undated"), "truncated", "breaks off"),
        (replace(OK, flaws="junk-after-end, undated"), "undated", "no plausible date"),
        (replace(OK, flaws="future-dated, thin"), "future-dated", "dated in the future"),
        (replace(OK, flaws="thin"), "thin", "headlines only"),
        (replace(OK, flaws="thin, guid-flood"), "guid-flood", "held back"),
        (replace(OK, flaws="thin", last_new=NOW - 8 * DAY), "silent", "2026-11-16 12:00 UTC"),
        (replace(OK, flaws="junk-after-end"), "ok", "newest"),
        (replace(OK, failures=3, last_status=410, error="410 Gone"), "gone", "said 410 Gone on 2026-11-24"),
        (replace(OK, moved_to="https://n.example/", moved_count=5), "moved", "set url: https://n.example/"),
        (replace(OK, moved_to="https://n.example/", moved_count=4), "ok", "newest"),
        (
            replace(OK, moved_to="https://n.example/", moved_count=5, failures=2, error="404 Not Found"),
            "failing",
            "404 Not Found; polled at https://n.example/, to which it moved permanently",
        ),
    ],
)
def test_states(state: SourceState, name: str, evidence: str) -> None:
    found, words = health(state)
    assert found == name
    assert evidence in words
    assert "None" not in words


def test_a_source_that_moved_to_the_address_of_another_is_not_advised_to_take_it() -> None:
    """`check` refuses two sources with one address."""
    moved = replace(OK, moved_to="https://n.example/", moved_count=5)
    words = health(moved, {"https://n.example/": "other"})[1]
    assert "set url" not in words
    assert words.endswith(
        "https://n.example/ is the address of source other: in feeds.yaml remove this source, and add `was: [s]` to other, "
        "so that its former addresses lead there"
    )
    assert "set url: https://n.example/" in health(moved, {"https://n.example/": "s"})[1]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"), (45, "45 s"), (60, "1 min"), (719, "12 min"), (3600, "1 h"), (5400, "1 h 30 min"),
        (86_399, "24 h"), (86_400, "1 d"), (97_200, "1 d 3 h"), (604_800, "7 d"), (1_205_000, "13 d 23 h"),
        (159_645_600, "1848 d"), (-5, "0 s"),
    ],
)  # fmt: skip
def test_spans_in_words(seconds: int, words: str) -> None:
    assert span(timedelta(seconds=seconds)) == words


def test_pace_in_words() -> None:
    assert pace(3.14159) == "75 new items a day"
    assert pace(0.1) == "2.4 new items a day"
    assert (pace(50), pace(1.0), pace(1 / 24)) == ("1,200 new items a day", "24 new items a day", "1 new item a day")
    assert pace(0.1 / 24) == "0.1 new items a day"
    assert pace(5e-9) == pace(0.0) == "less than one new item in ten days", "after a long silence"


def entry(
    number: int, published: datetime | None = NOW, summary: str = "more", content: str = "", hash: str = "h"
) -> Item:
    return Item(
        id=f"i{number}", source="s", key=str(number), url=None, canonical=None, title="t", summary=summary, content=content,
        author=None, publisher="p", published=published, lang=None, categories=(), image=None, enclosures=(), hash=hash,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("items", "drops", "held_back", "expected"),
    [
        ([entry(n) for n in range(6)], (), (), ()),
        ([entry(n, None if n < 3 else NOW) for n in range(6)], (), (), ("undated",)),
        ([entry(n, None if n < 2 else NOW) for n in range(6)], (), (), ()),
        ([entry(n, None) for n in range(2)], (), (), ()),
        ([entry(n, None) for n in range(3)], (), (), ("undated",)),
        ([entry(n) for n in range(6)], (Drop("future-date", 4),), (), ("future-dated",)),
        ([entry(n, summary="") for n in range(6)], (), (), ("thin",)),
        ([entry(n, summary="", content="<img>") for n in range(6)], (), (), ()),
        ([entry(n, summary="", hash="") for n in range(6)], (), (), ()),  # known, so they were not read again
        ([entry(n) for n in range(6)], (), (Drop("repeated", 6),), ("guid-flood",)),
        ([], (), (Drop("over-cap", 6),), ()),
    ],
)
def test_flaws_of_a_document(
    items: list[Item], drops: tuple[Drop, ...], held_back: tuple[Drop, ...], expected: tuple[str, ...]
) -> None:
    document = NormalFeed("rss", tuple(items), flaws=("truncated",), drops=drops)
    assert flaws(document, held_back) == ("truncated", *expected)


_HEAD, _ROOT = b'<?xml version="1.0" encoding="utf-8"?>', b'<rss version="2.0"><channel><title>T</title>'
_ITEM, _END = b"<item><title>A</title><link>https://a.example/1</link></item>", b"</channel></rss>"
_SOUND = _HEAD + _ROOT + _ITEM + _END


_UNSOUND = [
    b"hello" + _SOUND, _SOUND + b"<script>", _HEAD + _SOUND, _SOUND + _SOUND,
    _HEAD + b'<!DOCTYPE rss [<!ENTITY x "y">]>' + _ROOT + _END,
    _SOUND.replace(b"A", b"A\x01"), _SOUND.replace(b"A", b"A&#1;"), _SOUND.replace(b"A", b"<![CDATA[<![CDATA[A]]>]]>"),
    _HEAD + _ROOT + _ITEM + b"<item><title><![CDATA[B</title></item>" + _END, _HEAD + _ROOT + _ITEM + b"<!-- x" + _END,
    _SOUND.replace(b"A", b"A&nbsp;B"), _SOUND.replace(b"A", b"A < B"), _SOUND.replace(b"A", b"<b>A"), _SOUND.replace(b"A", b"A</i>"),
    _SOUND.replace(b"A", b"\xe9t\xe9"), _SOUND.replace(b"utf-8", b"x-none"), _SOUND[:-30],
    b'{"version": "", "title": "t", "items": [{"id": "1", "url": "https://a.example/1", "title": "x"}, 3]}',
    _SOUND.replace(b"</title><link>", b"<link>"), _SOUND.replace(b"A", b"\xc3\xa9" * 99 + b"\xe9t\xe9"),
    _SOUND.replace(b"</item>", b"<content:encoded>B</content:encoded></item>"), _SOUND.replace(b"A", b"<?php A"),
]  # fmt: skip


@pytest.mark.parametrize("document", _UNSOUND)
def test_what_is_wrong_with_a_document_is_told_in_words(document: bytes) -> None:
    """And not as `/api/v1/sources` names it for programs."""
    found = parse(document, None, "https://a.example/").flaws
    assert found
    assert not [flaw for flaw in found if "has a flaw" in in_words(flaw)]


def test_there_are_words_for_no_flaw_that_no_document_has() -> None:
    found = {flaw for document in _UNSOUND for flaw in parse(document, None, "https://a.example/").flaws}
    assert set(REPAIRED) == found - set(FLAWS) | {ALL_NEW}
