"""Value for value what the API tells of a story, an item, a section, a topic, a source and the service."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from msgspec.structs import replace
from newsroom import CONFIG, NEWS, Newsroom, Rooms, item

from aggregator.errors import Problem
from aggregator.model import notes
from aggregator.model.notes import BrokenEdit, ConfigurationReport, RePlacing
from aggregator.model.poll import PollResult
from aggregator.render.formats import FORMATS

ROOT = "https://wire.example.org/news"
STORY = "urn:uuid:e9c35c8b-891b-546d-a46f-232c3b1c75dd"
ITEM = "urn:uuid:4d887af9-88bb-56dc-b8f8-705092d8dc63"
TITLE = "China grants rare earth licenses to suppliers of US automakers"
REPORTS = [
    ("BBC", "bbc-world", "https://bbc-world.example/e9c35c8b", NEWS[0].title, "2026-11-24T07:00:00Z"),
    ("Kyodo", "kyodo", "https://kyodo.example/4d887af9", TITLE, "2026-11-24T08:00:00Z"),
    ("Reuters", "reuters", "https://reuters.example/e6b8cf5b", NEWS[2].title, "2026-11-24T09:00:00Z"),
]


def told(client: FlaskClient, path: str) -> Any:
    got = client.get(f"/api/v1/{path}")
    assert got.status_code == 200
    return got.get_json()


def test_a_story(client: FlaskClient) -> None:
    (row,) = told(client, "stories?q=licenses")["stories"]
    assert {name: value for name, value in row.items() if name not in ("receipts", "related")} == {
        "id": STORY,
        "url": f"{ROOT}/stories/{STORY.removeprefix('urn:uuid:')}",
        "title": NEWS[0].title,
        "summary": f"{NEWS[0].title}, says bbc-world at greater length.",
        "link": "https://bbc-world.example/e9c35c8b",
        "published": "2026-11-24T07:00:00Z",
        "updated": "2026-11-24T09:00:00Z",
        "section": "asia-pacific",
        "sections": ["asia-pacific"],
        "topics": ["rare-earths", "china", "united-states"],
        "publishers": ["BBC", "Kyodo", "Reuters"],
        "sources": [
            {"publisher": publisher, "source": source, "url": url, "title": title, "published": published}
            for publisher, source, url, title, published in REPORTS
        ],
        "image": "https://bbc.example/a.jpg",
        "lang": "en",
        "merged": [],
    }
    lines = CONFIG.split("\n")
    at = [int(receipt["at"].removeprefix("feeds.yaml:")) for receipt in row["receipts"]]
    assert [receipt["section"] for receipt in row["receipts"]] == ["asia-pacific", "rare-earths"]
    assert "places: [CN" in lines[at[0] - 1]
    assert "words: [rare earth" in lines[at[1] - 1]
    assert [*row["receipts"][0]] == ["section", "score", "rule", "matched", "runner_up", "at"]
    assert row["related"] == [
        {
            "id": "urn:uuid:d67f3247-06eb-5096-aa01-e37e2b4e6e1e",
            "title": "Missile Test Over the Sea of Japan Alarms NATO",
            "section": "asia-pacific",
            "month": "2026-11",
            "filled": True,
        }
    ]
    full = told(client, f"stories/{STORY}")
    assert {name: full[name] for name in row} == row
    assert {name: full[name] for name in full.keys() - row.keys()} == {
        "content_html": "<p>What happened, at length.</p>",
        "cited": [],
        "timeline": [
            {"published": published, "publisher": publisher, "title": title, "url": url}
            for publisher, _, url, title, published in REPORTS
        ],
    }


def test_an_item(client: FlaskClient) -> None:
    (row,) = told(client, "items?source=kyodo&q=licenses")["items"]
    assert row == {
        "id": ITEM,
        "url": "https://kyodo.example/4d887af9",
        "title": TITLE,
        "summary": f"{TITLE}, says kyodo at greater length.",
        "source": "kyodo",
        "publisher": "Kyodo",
        "published": "2026-11-24T08:00:00Z",
        "updated": "2026-11-24T12:00:00Z",
        "story": STORY,
        "section": "asia-pacific",
        "sections": ["asia-pacific"],
        "topics": ["rare-earths", "china", "united-states"],
        "lang": "en",
    }
    full = told(client, f"items/{ITEM}")
    assert full.pop("why").startswith("alike 0.")
    assert full == row | {"content_html": "<p>What happened, at length.</p>"}


def test_sections_and_topics(client: FlaskClient) -> None:
    def row(kind: str, id: str, title: str, description: str | None, stories: int, recent: int) -> dict[str, Any]:
        at = f"{ROOT}/{kind}/{id}"
        feeds = {extension: f"{at}.{extension}" for extension in FORMATS}
        return {
            "id": id, "title": title, "description": description, "url": at, "feeds": feeds, "stories": stories,
            "stories_24h": recent,
        }  # fmt: skip

    assert told(client, "sections")["sections"] == [
        row("sections", "defense", "Defense", "Forces & weapons", 3, 1),
        row("sections", "asia-pacific", "Asia-Pacific", None, 2, 1),
        row("sections", "world", "World", None, 1, 0),
    ]
    assert told(client, "topics")["topics"] == [
        row("topics", "rare-earths", "Rare earths", None, 1, 1),
        row("topics", "nato", "NATO", None, 1, 0),
        row("topics", "china", "China", None, 1, 1),  # found ones, of which stories have few; the page leaves them out
        row("topics", "japan", "Japan", None, 1, 0),
        row("topics", "united-states", "United States", None, 1, 1),
    ]


def test_the_text_of_a_story_is_that_of_its_lead(room: Newsroom) -> None:
    """Not of whoever came first."""
    first = item("Navy's newest frigate is delayed", age=timedelta(hours=5), summary="", content="<p>Short.</p>")
    lead = item("Navy's newest frigate is delayed again, says shipbuilder", "kyodo", content="<p>The whole story.</p>")
    room.publish(first)
    room.publish(lead)
    (row,) = told(room.client, "stories")["stories"]
    assert (row["publishers"], row["link"]) == (["BBC", "Kyodo"], lead.url)
    assert told(room.client, f"stories/{row['id']}")["content_html"] == "<p>The whole story.</p>"


def test_every_page_names_the_next_one_in_its_header_too(client: FlaskClient) -> None:
    got = client.get("/api/v1/stories?limit=2&lang=en&cursor=")
    assert got.headers["Link"] == f'<{got.get_json()["next_url"]}>; rel="next"'
    second = client.get(got.get_json()["next_url"].removeprefix("https://wire.example.org"))
    assert second.status_code == 200
    assert second.get_json()["next_url"].count("cursor=") == 1
    assert "lang=en" in second.get_json()["next_url"]


@pytest.mark.parametrize(
    ("name", "count"), [("stories", 5), ("items", 7), ("sections", 3), ("topics", 5), ("sources", 4)]
)
def test_no_page_comes_after_the_last(client: FlaskClient, name: str, count: int) -> None:
    whole = told(client, f"{name}?limit={count}")
    assert (len(whole[name]), whole["next"], whole["next_url"]) == (count, None, None)
    less = told(client, f"{name}?limit={count - 1}")
    assert len(less[name]) == count - 1
    rest = told(client, less["next_url"].partition("/api/v1/")[2])
    assert (rest[name], rest["next"]) == (whole[name][-1:], None)


def test_a_source(room: Newsroom) -> None:
    """One that had news, and did not answer the last time."""
    (kyodo,) = room.archive.sources.states(["kyodo"])
    answered, due = room.now - timedelta(hours=1), room.now + timedelta(minutes=30)
    failed = replace(
        kyodo, first_success=answered, last_success=answered, next_poll=due, why="every 30 minutes; the host name is not known",
        error="the host name is not known", error_kind="dns", failures=1, polls=5, not_modified=2, bytes_saved=2048,
        flaws="malformed, undated",
    )  # fmt: skip
    room.archive.intake.apply([PollResult(failed)], room.now)
    rows = {row["id"]: row for row in told(room.client, "sources")["sources"]}
    assert [*rows] == ["bbc-world", "kyodo", "reuters", "silent"]
    assert rows["kyodo"] == {
        "id": "kyodo",
        "name": "Kyodo",
        "url": "https://user:***@kyodo.example/feed.xml",
        "publisher": "Kyodo",
        "state": "failing",
        "evidence": "1 failure in a row, last success 2026-11-24 11:00 UTC: the host name is not known",
        "last_success": "2026-11-24T11:00:00Z",
        "next_poll": "2026-11-24T12:30:00Z",
        "why": "every 30 minutes; the host name is not known",
        "last_error": "the host name is not known",
        "failures": 1,
        "polls": 5,
        "not_modified": 2,
        "bytes_saved": 2048,
        "drops": {},
        "flaws": ["malformed", "undated"],
    }


def test_the_service(room: Newsroom) -> None:
    room.publish(*NEWS)
    status = told(room.client, "status")
    configuration = status.pop("configuration")
    assert configuration["epoch"] == room.application.settings.epoch
    assert (configuration["at"], configuration["waiting"]) == ("2026-11-24T11:59:00Z", None)
    assert status == {
        "title": "Test Wire",
        "epoch": room.application.settings.epoch,
        "totals": {"sources": 4, "items": 7, "stories": 5, "pending": 0},
        "last_tick": None,
        "last_edition": "2026-11-24T12:00:00Z",
        "config_error": None,
        "re_placing": None,
    }
    noon = int(room.now.timestamp())
    problem = Problem("feeds.yaml", 3, 1, "no such key")
    upkeep = room.archive.upkeep
    upkeep.note(notes.TICK, noon)
    upkeep.note(notes.CONFIGURATION, ConfigurationReport("one", "2026-11-24T11:00:00Z", {"other": ["site"]}))
    upkeep.note(notes.BROKEN_EDIT, BrokenEdit(str(problem), (problem,), noon))
    upkeep.note(notes.RE_PLACING, RePlacing(2, 5, "one"))
    assert told(room.client, "status") == status | {
        "last_tick": "2026-11-24T12:00:00Z",
        "configuration": {
            "epoch": "one",
            "at": "2026-11-24T11:00:00Z",
            "changed": {"other": ["site"]},
            "waiting": None,
        },
        "config_error": {
            "message": "feeds.yaml:3:1: no such key",
            "problems": [{"file": "feeds.yaml", "line": 3, "column": 1, "message": "no such key", "warning": False}],
            "at": "2026-11-24T12:00:00Z",
        },
        "re_placing": {"done": 2, "of": 5, "epoch": "one"},
    }
    assert room.client.get("/api/v1/status").headers["Cache-Control"].startswith("max-age=5,")


def test_changes_of_others_reach_who_asks_for_one_story_again(room: Newsroom) -> None:
    """What is related changes without the story: a client that sends back the date must not be told that nothing did."""
    room.publish(*NEWS)
    old = next(one for one in told(room.client, "items")["items"] if one["title"] == NEWS[-1].title)["id"]
    for path in (f"stories/{STORY}", f"items/{old}"):
        room.now += timedelta(hours=1)
        before = room.client.get(f"/api/v1/{path}").headers["Last-Modified"]
        room.publish(replace(item(f"Navy sells a frigate to {path[:7]}", "kyodo"), published=room.now))
        again = room.client.get(f"/api/v1/{path}", headers={"If-Modified-Since": before})
        assert again.status_code == 200


def test_a_section_that_only_the_summary_of_another_report_explains_has_a_receipt(rooms: Rooms) -> None:
    lead = item("Ship returns to port", summary="It was away for a year.")
    other = item(
        "Ship is back in its port",
        "kyodo",
        summary="The frigate of the navy fired a missile.",
        age=timedelta(minutes=50),
    )
    room = rooms(f"{CONFIG}stories: {{join: [['{lead.url}', '{other.url}']]}}\n")
    room.publish(lead, other)
    (story,) = room.client.get("/api/v1/stories").get_json()["stories"]
    assert story["section"] == "defense"
    assert [(one["section"], one["matched"][0]["field"]) for one in story["receipts"]] == [("defense", "summary")]


def test_the_runner_up_of_a_story_has_the_score_of_the_story(rooms: Rooms) -> None:
    """Not that of one report: the list names the same section two lines further down, with another score."""
    lead = item("Navy sends frigates to China")
    other = item("Navy sends frigates and missiles to a port", "kyodo", age=timedelta(minutes=50))
    room = rooms(f"{CONFIG}stories: {{join: [['{lead.url}', '{other.url}']]}}\n")
    room.publish(lead, other)
    (story,) = room.client.get("/api/v1/stories").get_json()["stories"]
    first, second = story["receipts"]
    assert [first["section"], second["section"]] == story["sections"]
    assert first["runner_up"] == {"section": second["section"], "score": second["score"]}
    assert second["runner_up"] == {"section": first["section"], "score": first["score"]}


def test_a_section_that_one_report_alone_puts_first_is_no_runner_up_of_the_story(rooms: Rooms) -> None:
    """Five outlets tell of frigates, and the one that the story links to of China too."""
    text = CONFIG.replace(
        "  - {name: Silent,",
        "".join(f"  - {{name: N{n}, url: 'https://n{n}.example'}}\n" for n in range(4)) + "  - {name: Silent,",
    )
    lead = item("China, Beijing and Shanghai see a frigate")
    others = [
        replace(item(f"A frigate is seen, {n}", "kyodo", age=timedelta(minutes=50)), source=f"n{n}", publisher=f"N{n}")
        for n in range(4)
    ]
    urls = ", ".join(f"'{one.url}'" for one in (lead, *others))
    room = rooms(f"{text}stories: {{join: [[{urls}]]}}\n")
    room.publish(lead, *others)
    (story,) = room.client.get("/api/v1/stories").get_json()["stories"]
    (receipt,) = story["receipts"]
    assert (receipt["section"], receipt["runner_up"]) == ("defense", None)


def test_the_address_of_a_source_shows_neither_a_variable_nor_its_value(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIRE_KEY", "s3cret-key")
    address = "https://kyodo.example/${WIRE_KEY}/a$${b}.xml"
    room = rooms(CONFIG.replace("https://user:hush@kyodo.example/feed.xml", address))
    kyodo = next(one for one in told(room.client, "sources")["sources"] if one["id"] == "kyodo")
    assert kyodo["url"] == "https://kyodo.example/***/a${b}.xml"
    for page in ("/sources", "/sources/kyodo", "/sources/kyodo.rss", "/subscriptions.opml?of=sources"):
        assert not re.search("s3cret-key|WIRE_KEY", room.client.get(page).text), page
