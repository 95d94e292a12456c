"""The feed of /sources: each trouble once, for as long as it lasts."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from msgspec import structs
from newsroom import CONFIG, NEWS, NOON, Newsroom, item

from aggregator.model import notes
from aggregator.schedule.health import SILENT_AFTER
from aggregator.store.reading import Reading

DAY = timedelta(days=1)


@pytest.fixture
def newsroom(room: Newsroom) -> Newsroom:
    """One for each test: what sources went through differs."""
    room.publish(*NEWS)
    return room


def entries(newsroom: Newsroom) -> dict[str, Any]:
    return {entry["title"]: entry for entry in orjson.loads(newsroom.client.get("/sources.json").data)["items"]}


@pytest.mark.parametrize(
    ("state", "values", "begun"),
    [
        ("failing", {"failures": 3, "error": "refused", "error_kind": "refused"}, NOON - DAY),
        ("gone", {"last_status": 410, "failures": 1, "error": "410 Gone"}, NOON - DAY),
        ("not-a-feed", {"failures": 3, "error": "a page", "error_kind": "not-a-feed"}, NOON - DAY),
        ("silent", {"last_new": NOON - 9 * DAY}, NOON - 9 * DAY + SILENT_AFTER),
        ("moved", {"moved_to": "https://b.example/", "moved_count": 9, "moved_since": NOON - 3 * DAY}, NOON - 3 * DAY),
        ("guid-flood", {"flaws": "guid-flood"}, NOON - timedelta(minutes=1)),  # since when it is polled for
    ],
)
def test_a_trouble_is_one_entry_however_often_it_is_polled(
    newsroom: Newsroom, state: str, values: dict[str, Any], begun: datetime
) -> None:
    sources = newsroom.archive.sources
    (before,) = sources.states(["kyodo"])
    good = structs.replace(before, first_success=NOON - 90 * DAY, last_success=NOON - DAY, last_new=NOON - DAY)
    sources.save([structs.replace(good, **values, last_attempt=NOON)])
    first = entries(newsroom)[f"Kyodo: {state.replace('-', ' ')}"]
    whole = newsroom.client.get("/sources.rss").data
    newsroom.now += timedelta(minutes=15)
    moved: dict[str, Any] = {"last_attempt": NOON + timedelta(minutes=15)}
    if state in ("silent", "moved", "guid-flood"):
        moved["last_success"] = NOON + timedelta(minutes=15)
    if state == "guid-flood":
        moved["last_new"] = NOON + timedelta(minutes=15)
    if state in ("failing", "not-a-feed"):
        moved["failures"] = 4
    sources.save([structs.replace(good, **{**values, **moved})])
    again = entries(newsroom)[f"Kyodo: {state.replace('-', ' ')}"]
    assert again == first, "not even what it says"
    assert newsroom.client.get("/sources.rss").data == whole
    if state in ("failing", "not-a-feed"):
        assert first["summary"] == f"No poll has succeeded since 2026-11-23 12:00 UTC: {values['error']}"
    assert again["date_published"] == first["date_published"] == f"{begun:%Y-%m-%dT%H:%M:%SZ}"


def test_a_source_that_moved_to_the_address_of_another_is_to_be_removed(newsroom: Newsroom) -> None:
    (kyodo,) = newsroom.archive.sources.states(["kyodo"])
    (other,) = newsroom.archive.sources.states(["bbc-world"])
    moved = {"moved_to": other.url, "moved_count": 9, "moved_since": NOON - 3 * DAY, "last_success": NOON}
    newsroom.archive.sources.save([structs.replace(kyodo, **moved)])
    advice = "in feeds.yaml remove this source, and add `was: [kyodo]` to bbc-world"
    assert advice in entries(newsroom)["Kyodo: moved"]["summary"]
    rows = orjson.loads(newsroom.client.get("/api/v1/sources").data)["sources"]
    assert [advice in row["evidence"] for row in rows if row["id"] == "kyodo"] == [True]


def test_of_two_sources_that_moved_to_one_address_the_first_takes_it(newsroom: Newsroom) -> None:
    """`check` refused what both were advised to do."""
    moved = {"moved_to": "https://new.example/", "moved_count": 9, "moved_since": NOON - 3 * DAY, "last_success": NOON}
    states = newsroom.archive.sources.states(["kyodo", "bbc-world"])
    newsroom.archive.sources.save([structs.replace(state, **moved) for state in states])
    rows = orjson.loads(newsroom.client.get("/api/v1/sources").data)["sources"]
    first, second = (row for row in rows if row["state"] == "moved")
    assert first["evidence"].endswith("in feeds.yaml set url: https://new.example/")
    assert f"remove this source, and add `was: [{second['id']}]` to {first['id']}, " in second["evidence"]
    assert second["evidence"] in entries(newsroom)[f"{second['name']}: moved"]["summary"].replace("Moved", "moved")


def test_a_feed_that_was_dead_when_it_was_added_is_told_with_the_date_of_its_first_poll(newsroom: Newsroom) -> None:
    """Readers put an alert dated years ago below all others, or count it as read."""
    (kyodo,) = newsroom.archive.sources.states(["kyodo"])
    polled = {"first_success": NOON - DAY, "last_success": NOON, "last_new": NOON - 2000 * DAY}
    newsroom.archive.sources.save([structs.replace(kyodo, **polled)])
    assert entries(newsroom)["Kyodo: stale"]["date_published"] == f"{NOON - DAY:%Y-%m-%dT%H:%M:%SZ}"


def test_an_entry_says_what_is_wrong_and_does_not_name_itself_as_its_source(newsroom: Newsroom) -> None:
    (kyodo,) = newsroom.archive.sources.states(["kyodo"])
    dead = {"last_success": NOON - DAY, "failures": 3, "error": "refused", "error_kind": "refused"}
    newsroom.archive.sources.save([structs.replace(kyodo, **dead)])
    told = entries(newsroom)["Kyodo: failing"]
    assert told["content_html"] == f"<p>{told['summary']}</p>"


def test_an_entry_calls_the_source_as_its_page_does_and_the_service_by_its_name(newsroom: Newsroom) -> None:
    (world,) = newsroom.archive.sources.states(["bbc-world"])
    dead = {"last_success": NOON - DAY, "failures": 3, "error": "a page", "error_kind": "not-a-feed"}
    newsroom.archive.sources.save([structs.replace(world, **dead)])
    told = entries(newsroom)["BBC World: not a feed"]
    assert [one["name"] for one in told["authors"]] == ["Test Wire"]
    page = newsroom.client.get("/sources").text
    assert re.search(r">BBC World</a></th>\s*<td><span[^>]*>not a feed</span>", page)
    newsroom.put_in_force(CONFIG.replace("{name: BBC World,", "{name: BBC News at Home, id: bbc-world,"))
    renamed = entries(newsroom)["BBC News at Home: not a feed"]
    same = ("id", "date_published", "date_modified")
    assert [renamed[field] for field in same] == [told[field] for field in same], "nothing has happened"


def test_what_a_paused_source_last_went_through_is_no_trouble(newsroom: Newsroom) -> None:
    """Nor is it overdue: an alert of that would never end."""
    (kyodo,) = newsroom.archive.sources.states(["kyodo"])
    dead = {"last_success": NOON - DAY, "failures": 3, "error": "refused", "error_kind": "refused"}
    newsroom.archive.sources.save([structs.replace(kyodo, **dead, next_poll=NOON - DAY)])
    failing = 'aggregator_sources_by_state{state="failing"}'
    assert "Kyodo: failing" in entries(newsroom)
    told = newsroom.client.get("/metrics").text
    assert "\naggregator_sources_overdue 1\n" in told
    assert f"{failing} 1\n" in told
    newsroom.put_in_force(CONFIG.replace("{name: Kyodo, url", "{name: Kyodo, enabled: false, url"))
    assert "Kyodo: failing" not in entries(newsroom)
    told = newsroom.client.get("/metrics").text
    assert "\naggregator_sources_overdue 0\n" in told
    assert f"{failing} 0\n" in told


def test_a_source_whose_server_said_gone_is_not_overdue(newsroom: Newsroom) -> None:
    """It is not polled again, and its next poll, a week ahead at first, comes to lie in the past."""
    (kyodo,) = newsroom.archive.sources.states(["kyodo"])
    gone = {"last_attempt": NOON - 8 * DAY, "last_status": 410, "failures": 1, "error": "410 Gone"}
    newsroom.archive.sources.save([structs.replace(kyodo, **gone, next_poll=NOON - DAY)])
    told = newsroom.client.get("/metrics").text
    assert 'aggregator_sources_by_state{state="gone"} 1' in told
    assert "\naggregator_sources_overdue 0\n" in told


@pytest.mark.parametrize(
    ("address", "masked"),
    [("b.example/?token=hush", "b.example/?token=***"), ("user:hush@b.example/", "user:***@b.example/")],
)
def test_a_secret_in_an_address_is_shown_nowhere_and_does_not_move_along(
    tmp_path: Path, address: str, masked: str
) -> None:
    newsroom = Newsroom(
        tmp_path, CONFIG.replace("user:hush@kyodo.example/feed.xml", address.replace("b.example", "a.example"))
    )
    newsroom.publish(*NEWS)
    sources = newsroom.archive.sources
    (before,) = sources.states(["kyodo"])
    moved = structs.replace(
        before, last_success=NOON, moved_to=f"https://{address}", moved_count=9, moved_since=NOON - 3 * DAY
    )
    sources.save([moved])
    pages = [
        "/sources",
        "/sources.rss",
        "/sources.json",
        "/api/v1/sources",
        "/api/v1/status",
        "/subscriptions.opml?of=sources",
    ]
    pages += [
        "/sources/kyodo",
        "/sources/kyodo.rss",
        "/sources/kyodo.atom",
        "/sources/kyodo.json",
        "/sections/world.rss",
    ]
    assert [page for page in pages if "hush" in newsroom.client.get(page).text] == []
    assert f"https://{masked}" in newsroom.client.get("/sources.json").text
    newsroom.close()


def test_a_source_that_never_answered_is_one_entry_of_one_time(newsroom: Newsroom) -> None:
    """No poll moves it to the top of a reader's list, the hundredth as little as the third."""
    sources = newsroom.archive.sources
    (new,) = sources.states(["silent"])
    polled = structs.replace(new, error="refused", error_kind="refused", failures=3, last_attempt=NOON + DAY)
    sources.save([polled])
    newsroom.now = NOON + DAY
    first = entries(newsroom)["Silent: failing"]
    sources.save([structs.replace(polled, failures=4, last_attempt=NOON + 2 * DAY)])
    newsroom.now = NOON + 2 * DAY
    again = entries(newsroom)["Silent: failing"]
    assert (again["id"], again["date_published"]) == (first["id"], first["date_published"])
    assert first["date_published"] == "2026-11-24T11:59:00Z", "since when it has been polled for"


@pytest.mark.parametrize("hours", [20, 1])
def test_a_section_gone_quiet_is_told_unless_all_are(newsroom: Newsroom, hours: int) -> None:
    newsroom.publish(
        *(item(f"Frigate number {n} leaves port {n}", age=timedelta(days=3, hours=hours * n)) for n in range(20))
    )
    newsroom.now = NOON + DAY
    assert "Section Defense: quiet" not in entries(newsroom), "it had news two days ago"
    newsroom.now = NOON + 2 * DAY + timedelta(hours=2)
    assert "Section Defense: quiet" not in entries(newsroom), "nothing at all came: it is the service that is quiet"
    newsroom.publish(item("Octopuses dream again", "kyodo", age=-2 * DAY), live=True)
    told = entries(newsroom)["Section Defense: quiet"]
    assert told["summary"] == (
        "No story has entered it since 2026-11-24 10:00 UTC; in the two weeks before, it had at least one a day on average."
    ), "also if all came on one day"
    assert told["date_published"] == "2026-11-26T10:00:00Z", "two days after the last"
    assert "Section Asia-Pacific: quiet" not in entries(newsroom), "it never had a story a day"
    world = "  - {id: world, title: World}\n"
    newsroom.put_in_force(CONFIG.replace(world, "").replace("sections:\n", f"sections:\n{world}"))
    assert "Section Defense: quiet" in entries(newsroom), "also after one that is not quiet"


def test_a_quiet_section_whose_stories_are_hidden_as_the_feed_is_made(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    frigates = [item(f"Frigate number {n} leaves port {n}", age=timedelta(days=3, hours=n)) for n in range(20)]
    newsroom.publish(*frigates)
    newsroom.now = NOON + 2 * DAY
    newsroom.publish(item("Octopuses dream again", "kyodo", age=-2 * DAY), live=True)
    counted = Reading.counts

    def counts(self: Reading, kind: str, since: int) -> dict[str, tuple[int, int]]:
        found = counted(self, kind, since)
        if found["defense"][1]:  # of the last two weeks
            monkeypatch.setattr(Reading, "counts", counted)
            hidden = ", ".join(f"'{one.url}'" for one in (*NEWS, *frigates))
            newsroom.edit(f"{CONFIG}stories: {{hide: [{hidden}]}}\n")
        return found

    monkeypatch.setattr(Reading, "counts", counts)
    assert "Section Defense: quiet" not in entries(newsroom)


def test_it_has_the_icon_of_the_site(newsroom: Newsroom) -> None:
    mine, latest = (orjson.loads(newsroom.client.get(f"/{name}.json").data) for name in ("sources", "latest"))
    assert mine["icon"] == latest["icon"]
    assert mine["icon"].endswith("/static/icon.png")


def test_as_many_troubles_as_asked_for_the_newest_first(newsroom: Newsroom) -> None:
    sources = newsroom.archive.sources
    for age, state in enumerate(sources.states(["kyodo", "bbc-world", "reuters"])):
        failing = structs.replace(state, failures=3, error="refused", error_kind="refused", last_attempt=NOON)
        sources.save([structs.replace(failing, last_success=NOON - (1 + age) * DAY)])
    found = newsroom.client.get("/sources.json").get_json()
    few = newsroom.client.get("/sources.json?limit=1").get_json()
    assert len(found["items"]) == 3
    assert few["items"] == found["items"][:1]
    assert few["feed_url"] == found["feed_url"] + "?limit=1"
    assert newsroom.client.get("/sources.rss?limit=2").text.count("<item>") == 2


def test_what_a_broken_edit_quotes_is_no_markup_to_a_reader_that_takes_summaries_for_html(newsroom: Newsroom) -> None:
    message = "feeds.yaml:3:1: unknown key `<img src=x onerror=alert(1)>`; there are `sections`"
    newsroom.archive.upkeep.note(notes.BROKEN_EDIT, notes.BrokenEdit(message, (), int(NOON.timestamp())))
    (told,) = entries(newsroom).values()
    assert told["summary"] == message.replace("<", "< ")
    assert "&lt;img" not in newsroom.client.get("/sources.rss").text.partition("<description>feeds.yaml")[2][:100]


def test_nor_is_what_the_error_of_a_source_quotes(newsroom: Newsroom) -> None:
    (kyodo,) = newsroom.archive.sources.states(["kyodo"])
    dead = {"last_success": NOON - DAY, "failures": 3, "error": "moved to <b.example>", "error_kind": "refused"}
    newsroom.archive.sources.save([structs.replace(kyodo, **dead)])
    assert entries(newsroom)["Kyodo: failing"]["summary"].endswith(": moved to < b.example>")
    newsroom.put_in_force(CONFIG.replace("{name: Kyodo, url", "{name: <b>Kyodo, id: kyodo, url"))
    assert "< b>Kyodo: failing" in entries(newsroom), "nor its name"
