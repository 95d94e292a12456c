"""Polls of one source, one after the other: each article is one item, also where most of a document is not read again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path

import pytest
from builders import NOW, archive, source, tools
from builders.documents import item, rss

from aggregator.model.source import Fetched, FetchRequest, Freshness, NotModified
from aggregator.pipeline.refresh import refresh
from aggregator.sandbox.pool import Sandbox

FRONT = "https://example.org/"


@dataclass(frozen=True)
class Entry:
    title: str
    link: str = FRONT
    guid: str = ""
    minute: int | None = 0  # that it is dated

    def __str__(self) -> str:
        when = (
            f"<pubDate>{format_datetime(NOW + timedelta(minutes=self.minute))}</pubDate>"
            if self.minute is not None
            else ""
        )
        return item(f"<description>What it says.</description>{when}", title=self.title, link=self.link, guid=self.guid)


def titles(folder: Path, *polls: tuple[int, Sequence[Entry]]) -> list[list[str]]:
    """Of what is stored after each poll, in a given minute, of a server that answers whether its document has changed."""
    store = archive(folder, "f")
    listed: Sequence[Entry] = ()
    now, found = NOW, []

    async def fetch(request: FetchRequest) -> Fetched | NotModified:
        body = rss([str(entry) for entry in listed])
        tag = f'"{sha256(body).hexdigest()}"'
        if request.etag == tag:
            return NotModified(request.url, tag, None, Freshness())
        return Fetched(request.url, 200, body, None, tag, None, Freshness(), None, len(body))

    async def run() -> None:
        nonlocal listed, now
        async with Sandbox() as sandbox:
            made = tools(store, fetch=fetch, parse=sandbox.parse, clock=lambda: now, sources={"f": source("f")})
            for minute, document in polls:
                listed = document
                now = NOW + timedelta(minutes=minute)
                await refresh(made, store.sources.claim("test", now, timedelta(minutes=1), due_only=False))
                found.append(sorted(one.title for one in store.edition.items(range(1, 1000)) if one.source == "f"))

    asyncio.run(run())
    store.close()
    return found


def placed(*articles: str) -> list[Entry]:
    """A document whose guids are the places of its entries."""
    return [Entry(title, f"https://example.org/{title[:1]}", str(place)) for place, title in enumerate(articles, 1)]


def test_where_guids_are_places_an_edit_of_one_entry_is_one_of_its_article(tmp_path: Path) -> None:
    """The others, which were not read, did not tell that guids are places: it overwrote what had its guid first."""
    *_, found = titles(
        tmp_path,
        (0, placed(*"edcba")),
        (60, placed(*"fedcb")),
        (120, placed("f once more", *"edcb")),
        (180, placed("g", "f once more", *"edc")),
    )
    assert found == ["a", "b", "c", "d", "e", "f once more", "g"]


def test_where_guids_are_places_a_short_document_that_grows_tells_it(tmp_path: Path) -> None:
    *_, found = titles(tmp_path, *((60 * n, placed(*"gfedcba"[4 - n :])) for n in range(5)))
    assert found == list("abcdefg")


@pytest.mark.parametrize("guid", ["alarm-{}", ""])
def test_an_alarm_in_the_same_words_is_news_where_the_last_was_not_read_twice(tmp_path: Path, guid: str) -> None:
    """Its document did not change as long as it was listed, nor thereafter: it was never told."""
    polls = [
        (minute + later, [Entry("Alarm", guid=guid.format(minute), minute=minute - 1)])
        for minute in (0, 600)
        for later in (0, 60, 120)
    ]
    found = titles(tmp_path, *polls)
    assert found[2] == ["Alarm"]
    assert found[4:] == [["Alarm", "Alarm"]] * 2, "at the latest when its date is no longer that of the answer"


def test_an_alarm_without_a_date_is_told_by_its_guid(tmp_path: Path) -> None:
    found = titles(tmp_path, *((60 * n, [Entry("Alarm", guid=f"alarm-{n // 2}", minute=None)]) for n in range(4)))
    assert found[-1] == ["Alarm", "Alarm"]


def test_words_that_two_entries_of_one_document_share_tell_neither(tmp_path: Path) -> None:
    def episodes(*numbers: int) -> list[Entry]:
        return [Entry("Headlines", guid=f"episode-{n}", minute=60 * n) for n in numbers]

    *_, found = titles(
        tmp_path,
        (0, [*episodes(0), Entry("Headlines", guid="episode-z", minute=-1)]),
        (60, episodes(1, 0)),
        (61, episodes(1, 0)),
    )
    assert found == ["Headlines"] * 3
