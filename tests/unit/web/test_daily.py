"""What the daily brief of a section says: which days, which stories in which order, and word for word one of its entries."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest
from newsroom import CONFIG, Newsroom, Rooms, item

from aggregator.store.reading import Reading

HOUR = timedelta(hours=1)
AUCKLAND = CONFIG.replace("timezone: UTC", "timezone: Pacific/Auckland")  # at noon in UTC the next day is an hour old
MANY = (
    "anchors rust", "boilers burst", "cooks strike", "divers drown", "engines stall", "flags fade", "guns jam", "hulls leak",
    "islands shelled", "jetties collapse", "kitchens close", "lighthouses sold", "maps lost", "nets tangle", "oars break",
    "pilots resign", "quays flooded",
)  # fmt: skip


def test_one_entry_a_day_of_the_sites_zone_for_a_week(rooms: Rooms) -> None:
    room = rooms(AUCKLAND)
    ages = {"today": 0.5, "yesterday late": 2, "yesterday early": 24, "a week ago": 24 * 7, "before that": 24 * 7 + 2}
    room.publish(*(item(f"Navy {MANY[n]}: {when}", age=age * HOUR) for n, (when, age) in enumerate(ages.items())))
    feed = room.client.get("/sections/defense/daily.json").get_json()
    assert [one["title"] for one in feed["items"]] == [
        "Defense, Tuesday 24 November 2026",
        "Defense, Wednesday 18 November 2026",
    ]
    yesterday, week = (one["content_html"] for one in feed["items"])
    assert yesterday.index("early") < yesterday.index("late")
    assert yesterday.count("<li>") == 2
    assert "a week ago" in week
    assert week.count("<li>") == 1
    assert feed["title"] == "Test Wire – Defense, day by day"
    assert feed["description"] == "Defense, one entry per day: the stories that most outlets reported."


def test_as_many_days_as_asked_for(room: Newsroom) -> None:
    room.publish(*(item(f"Navy {MANY[n]}", age=(1 + n) * 24 * HOUR) for n in range(4)))
    found = room.client.get("/sections/defense/daily.json").get_json()
    few = room.client.get("/sections/defense/daily.json?limit=2").get_json()
    assert few["items"] == found["items"][:2]
    assert few["feed_url"] == found["feed_url"] + "?limit=2"
    assert room.client.get("/sections/defense/daily.rss?limit=2").text.count("<item>") == 2
    assert len(room.client.get("/sections/defense/daily.json").get_json()["items"]) == 4


def test_a_page_without_briefs_says_when_the_first_comes(room: Newsroom) -> None:
    room.publish(item("Navy tows frigate", age=HOUR))
    assert room.client.get("/sections/defense/daily.json").get_json()["items"] == []
    page = room.client.get("/sections/defense/daily").text
    assert "Nothing of the last seven days. What is news today comes here when the day is over." in page
    room.now += 12 * HOUR
    assert len(room.client.get("/sections/defense/daily.json").get_json()["items"]) == 1, (
        "though nothing came meanwhile"
    )


def test_a_brief_word_for_word(rooms: Rooms) -> None:
    room = rooms(CONFIG.replace("{name: Kyodo, url", '{name: Kyodo, publisher: "K & <Sons>", url'))
    first = item("Navy <b>tows</b> & sinks a frigate", age=20 * HOUR, summary="Nobody was <hurt> & all is well.")
    second = item("Navy buys potatoes", "kyodo", publisher="K & <Sons>", age=19 * HOUR, summary="")
    third = item("Navy <b>tows</b> & sinks a frigate", "reuters", age=18 * HOUR, summary="")
    room.publish(second)
    room.publish(first)
    room.publish(third)
    (brief,) = room.client.get("/sections/defense/daily.json").get_json()["items"]
    at = "https://wire.example.org/news"
    assert 'id="d-2026-11-23"' in room.client.get("/sections/defense/daily").text
    assert brief.pop("id").startswith("urn:uuid:")
    assert brief == {
        "url": f"{at}/sections/defense/daily#d-2026-11-23",
        "title": "Defense, Monday 23 November 2026",
        "summary": "Navy <b>tows</b> & sinks a frigate; Navy buys potatoes",
        "content_html": f'<ol><li><a href="{at}/stories/{first.id}">Navy &lt;b&gt;tows&lt;/b&gt; &amp; sinks a frigate</a> (BBC, Reuters)'
        "<br>Nobody was &lt;hurt&gt; &amp; all is well.</li>"
        f'<li><a href="{at}/stories/{second.id}">Navy buys potatoes</a> (K &amp; &lt;Sons&gt;)</li></ol>',
        "date_published": "2026-11-24T00:00:00Z",  # when the day was over
        "date_modified": "2026-11-24T12:00:00Z",  # when its stories came
        "authors": [{"name": "Test Wire – Defense, day by day"}],
        "tags": [],
    }


def test_a_busy_day_is_cut_and_days_of_sections_are_entries_of_their_own(room: Newsroom) -> None:
    room.publish(*(item(f"Navy {what}", age=(20 - n / 10) * HOUR, summary="") for n, what in enumerate(MANY)))
    room.publish(item("Rain is expected", age=20 * HOUR), item("Tokyo builds a tower", age=20 * HOUR))
    (brief,) = room.client.get("/sections/defense/daily.json").get_json()["items"]
    assert brief["content_html"].count("<li>") == 15
    assert brief["summary"] == "Navy anchors rust; Navy boilers burst; Navy cooks strike"
    sections = ("defense", "asia-pacific", "world")
    ids = {room.client.get(f"/sections/{section}/daily.json").get_json()["items"][0]["id"] for section in sections}
    assert len(ids) == 3


def test_matches_columns_and_live_pages_come_after_news_of_as_many_outlets(room: Newsroom) -> None:
    told = (
        ("Navy beats Army 27-14", "https://outlet{}.example/sport/navy"),
        ("Navy frigate inquiry - live", "https://outlet{}.example/news/inquiry"),
        ("Navy divers find wreck", "https://outlet{}.example/news/wreck"),
    )
    room.publish(
        *(
            item(title, source, age=(20 - n) * HOUR, summary="", url=url.format(m))
            for n, (title, url) in enumerate(told)
            for m, source in enumerate(("bbc-world", "kyodo"))
        ),
        item("Navy buys potatoes", age=21 * HOUR, summary=""),
    )
    (brief,) = room.client.get("/sections/defense/daily.json").get_json()["items"]
    assert brief["summary"] == "Navy divers find wreck; Navy buys potatoes; Navy frigate inquiry - live"
    assert brief["content_html"].count("<li>") == 4


def test_of_a_busy_day_only_what_is_shown_is_read_in_full(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reports of each story, to show fifteen of thousands took three times as long."""
    room.publish(*(item(f"Navy {what}", age=20 * HOUR) for what in MANY))
    read: list[int] = []
    reports = Reading._reports

    def counted(self: Reading, stories: Collection[int]) -> Any:
        read.append(len(stories))
        return reports(self, stories)

    monkeypatch.setattr(Reading, "_reports", counted)
    (brief,) = room.client.get("/sections/defense/daily.json").get_json()["items"]
    assert brief["content_html"].count("<li>") == 15
    assert sum(read) == 15
