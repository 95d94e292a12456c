"""A client that keeps only the date (If-Modified-Since) is never left with bytes that are no longer ours."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from msgspec.structs import replace
from newsroom import CONFIG, NEWS, NOON, Newsroom, item, of_the_file
from werkzeug.http import http_date, parse_date

from aggregator.bootstrap import Application, Installation, library, serving
from aggregator.model import notes
from aggregator.model.item import Item
from aggregator.model.notes import BrokenEdit
from aggregator.sandbox import parent
from aggregator.store.reading import Reading
from aggregator.web import pages
from aggregator.web.app import create_app
from aggregator.worker import logs

ADDRESSES = (
    "/latest.rss",
    "/latest.atom?view=items",
    "/latest.json?since=31h",
    "/latest?since=31h",
    "/api/v1/stories?since=31h",
    "/latest/2026-11.rss",
    "/sections/defense.json",
    "/sections/asia-pacific.atom",
    "/sections/asia-pacific/daily.atom",
    "/sections/asia-pacific/daily",
    "/topics/rare-earths.rss",
    "/sources/kyodo.rss",
    "/sources/kyodo",
    "/sources.rss",
    "/sources",
    "/sections",
    "/topics",
    "/api/v1/sources",
    "/api/v1/sections",
    "/api/v1/topics",
    "/api/v1/status",
    "/search.atom?q=frigate",
    "/",
    "/latest",
    "/sections/asia-pacific",
    "/stories/{id}",
    "/api/v1/stories/{id}",
    "/api/v1/items/{item}",
    "/api/v1/stories",
    "/api/v1/items",
    "/docs",
    "/subscriptions.opml",
)


class Keeper:
    """Keeps what was answered and asks again by the date alone, as the simplest of caches does."""

    def __init__(self, room: Newsroom) -> None:
        self.room = room
        told = room.client.get("/api/v1/stories?q=licenses").get_json()["stories"][0]
        one = room.client.get("/api/v1/items?q=licenses").get_json()["items"][-1]
        self.addresses = [address.format(id=told["id"], item=one["id"]) for address in ADDRESSES]
        self.kept: dict[str, tuple[str, bytes]] = {}
        self.look()

    def look(self) -> list[str]:
        """Asks for all again; returns the addresses whose bytes changed. Fails where the date hid a change."""
        changed = []
        for address in self.addresses:
            now = self.room.client.get(address)
            assert now.status_code == 200, address
            date = parse_date(now.headers["Last-Modified"])
            assert date is not None
            assert date <= self.room.now, address  # RFC 9110, 8.8.2.1
            if address in self.kept:
                held, data = self.kept[address]
                again = self.room.client.get(address, headers={"If-Modified-Since": held})
                if data != now.data:
                    changed.append(address)
                    assert again.status_code == 200, f"{address} is stuck with what it was at {held}"
            self.kept[address] = (now.headers["Last-Modified"], now.data)
        return changed


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    room.publish(*NEWS)
    room.now += timedelta(hours=13, seconds=30)  # a day is over
    return room


def _edit(old: str, new: str) -> Callable[[Newsroom], None]:
    def edit(room: Newsroom) -> None:
        assert old in CONFIG
        room.put_in_force(CONFIG.replace(old, new))

    return edit


def test_news_within_one_second(room: Newsroom) -> None:
    keeper = Keeper(room)
    for title in ("Chinese frigate sails", "Tokyo elects a mayor", "Beijing builds a bridge"):  # the clock stands still
        room.publish(item(title, age=timedelta(minutes=1)))
        changed = keeper.look()
        assert "/latest.rss" in changed
        assert "/sections/asia-pacific.atom" in changed
    room.now += timedelta(seconds=5)
    keeper.look()
    for address in ("/latest.rss", "/sections/asia-pacific.atom", "/topics/rare-earths.rss"):
        date = room.client.get(address).headers["Last-Modified"]
        assert room.client.get(address, headers={"If-Modified-Since": date}).status_code == 304


@pytest.mark.parametrize("read", ["before", "after"])
def test_news_that_comes_while_an_answer_is_made(room: Newsroom, monkeypatch: pytest.MonkeyPatch, read: str) -> None:
    """… before or after rows that were found are read: the answer without it does not carry its date."""
    keeper = Keeper(room)
    coming: list[Item] = []

    def come() -> None:
        if coming:
            news = coming.copy()
            coming.clear()
            room.publish(*news)

    def interrupted(rows: Callable[..., Any]) -> Callable[..., Any]:
        def reading(self: Reading, *asked: Any) -> Any:
            if read == "before":
                come()
            found = rows(self, *asked)
            come()
            return found

        return reading

    for rows in ("_stories", "_items"):
        monkeypatch.setattr(Reading, rows, interrupted(getattr(Reading, rows)))
    for came, address in enumerate(keeper.addresses):
        room.now += timedelta(minutes=1)
        again = item(f"China grants rare earth licenses to US auto suppliers, week {came}", "kyodo")
        coming += [item(f"Frigate {came} with rare earth leaves Japan", "kyodo", age=timedelta(hours=-13)), again]
        keeper.addresses = [address]
        keeper.look()
        coming.clear()
        room.now += timedelta(minutes=1)
        keeper.look()


def test_a_report_of_a_publisher_that_had_reported(room: Newsroom) -> None:
    keeper = Keeper(room)
    room.now += timedelta(minutes=1)
    room.publish(item("China Grants Rare Earth Licenses to US Auto Suppliers, Analysts Say", age=timedelta(hours=1)))
    assert any(address.startswith("/stories/") for address in keeper.look())


def test_items_that_wait_for_their_place(room: Newsroom) -> None:
    """They are in no list until they have it, and change nothing."""
    keeper = Keeper(room)
    room.now += timedelta(minutes=1)
    room.receive(item("Volcano Erupts on Iceland", "kyodo"), live=True)
    assert "/api/v1/items" not in keeper.look()
    room.now += timedelta(minutes=1)
    room.publish()
    assert "/api/v1/items" in keeper.look()


@pytest.mark.parametrize(
    "address", ["/api/v1/items", "/latest.atom?view=items", "/sources/kyodo", "/sources/kyodo.rss"]
)
def test_a_corrected_text_and_news_of_one_second_for_who_asked_in_between(room: Newsroom, address: str) -> None:
    """The text is shown when it is stored, the news when the edition has placed it."""
    room.change(replace(NEWS[4], summary="Corrected.", hash="another"))
    room.receive(item("Volcano Erupts on Iceland", "kyodo"), live=True)
    held = room.client.get(address)
    assert "Corrected." in held.text
    room.publish()
    again = room.client.get(address, headers={"If-Modified-Since": held.headers["Last-Modified"]})
    assert "Volcano" in again.text


def test_an_edit_of_rules_moves_dates_of_bytes_and_no_entry(room: Newsroom) -> None:
    keeper = Keeper(room)
    before = {one["id"]: one["date_modified"] for one in room.client.get("/latest.json").get_json()["items"]}
    room.now += timedelta(minutes=1)
    _edit("places: [CN, JP, eastern-asia]", "places: [JP]\n    words: [octopus*]")(room)
    keeper.look()
    room.now += timedelta(minutes=1)
    room.follow()
    changed = keeper.look()
    assert {"/latest.rss", "/latest.json?since=31h", "/sections/asia-pacific.atom"} <= set(changed)
    after = {one["id"]: one["date_modified"] for one in room.client.get("/latest.json").get_json()["items"]}
    assert after == before


@of_the_file
def test_an_earlier_archive_that_was_restored(room: Newsroom, tmp_path: Path) -> None:
    """Its streams have the dates of then, which are earlier than those of what readers got meanwhile."""
    saved = tmp_path / "restored"
    saved.mkdir()
    room.archive.upkeep.backup(saved / "aggregator.db")
    room.now += timedelta(minutes=1)
    room.put_in_force(CONFIG.replace("Asia-Pacific", "What is lost"))
    room.publish(item("Navy's newest frigate is lost"), live=True)
    addresses = ("/sections/defense.rss", "/latest", "/api/v1/items", "/subscriptions.opml")
    held = {address: room.client.get(address) for address in addresses}
    room.now += timedelta(minutes=1)
    place = Installation(room.folder / "feeds.yaml", saved, None, address=room.place.address)
    restored = library(Application.of_texts(place, {"feeds.yaml": CONFIG}), began=room.now)
    restored._clock = lambda: room.now
    other = create_app(restored).test_client()
    for address, before in held.items():
        again = other.get(address, headers={"If-Modified-Since": before.headers["Last-Modified"]})
        assert again.status_code == 200 and b"is lost" not in again.data, address
        same = other.get(address, headers={"If-Modified-Since": again.headers["Last-Modified"]})
        assert same.status_code == 304


def test_nothing_is_dated_before_its_process_began(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in room.place.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(parent, "die_with_parent", Mock())
    monkeypatch.setattr(logs, "start", Mock())
    moment = http_date(datetime.now(UTC))
    client = serving.web_application().test_client()
    for address in ("/latest.rss", "/latest", "/api/v1/items", "/subscriptions.opml", "/openapi.json"):
        assert client.get(address, headers={"If-Modified-Since": moment}).status_code == 200, address


def test_an_edit_that_is_taken_back(room: Newsroom) -> None:
    """The bytes are those of before, and whoever holds those of meanwhile must get them, from whichever process."""
    one, other = room.client, create_app(room.library()).test_client()
    address = "/sections/defense.json"
    one.get(address)
    room.now += timedelta(minutes=1)
    _edit("title: Defense", "title: Defence")(room)
    meanwhile = other.get(address)
    room.now += timedelta(minutes=1)
    _edit("title: Defense", "title: Defense")(room)
    again = one.get(address, headers={"If-Modified-Since": meanwhile.headers["Last-Modified"]})
    assert again.status_code == 200
    assert again.get_json()["title"] == "Test Wire – Defense"


def test_edits_and_news_within_one_second(room: Newsroom) -> None:
    keeper = Keeper(room)
    news = ("Chinese frigate sails", "Tokyo elects a missile", "Beijing builds a navy")
    for title, headline in zip(("Defence", "Forces", "Defense"), news, strict=True):
        _edit("title: Defense", f"title: {title}")(room)
        assert "/sections/defense.json" in keeper.look(), title
        room.follow()
        keeper.look()
        room.publish(item(headline, age=timedelta(minutes=1)))
        assert "/sections/defense.json" in keeper.look(), title


@pytest.mark.parametrize("edit_first", [True, False])
def test_an_edit_and_news_of_one_second_for_who_asked_in_between(room: Newsroom, edit_first: bool) -> None:
    def news() -> None:
        room.publish(item("Chinese frigate sails", age=timedelta(minutes=1)))

    def edit() -> None:
        _edit("title: Defense", "title: Defence")(room)

    first, second = (edit, news) if edit_first else (news, edit)
    address = "/sections/defense.json"
    first()
    held = room.client.get(address)
    second()
    room.now += timedelta(seconds=5)
    again = room.client.get(address, headers={"If-Modified-Since": held.headers["Last-Modified"]})
    assert (again.status_code, again.data != held.data) == (200, True)


def test_the_name_of_a_source(room: Newsroom) -> None:
    keeper = Keeper(room)
    room.now += timedelta(minutes=1)
    _edit("name: Reuters", "name: Reuters Wire")(room)
    assert "/latest.rss" in keeper.look()


def test_time_alone(room: Newsroom) -> None:
    """What is older than 48 hours leaves beyond the first fifty, ages pass, days end, months close."""
    room.publish(*(item(f"Harbour number {n} opens", age=timedelta(minutes=40 * n)) for n in range(70)))
    keeper = Keeper(room)
    seen: set[str] = set()
    for step in (timedelta(minutes=20), *[timedelta(hours=1)] * 8, timedelta(days=1), timedelta(days=6)):
        room.now += step
        seen |= set(keeper.look())
    assert {"/latest.rss", "/latest.json?since=31h", "/latest/2026-11.rss", "/sections/asia-pacific/daily.atom"} <= seen
    assert {"/", "/latest", "/latest?since=31h", "/api/v1/stories?since=31h"} <= seen


def test_texts_that_are_kept_no_longer(room: Newsroom) -> None:
    room.now += timedelta(days=100)
    keeper = Keeper(room)
    room.now += timedelta(minutes=1)
    assert room.archive.upkeep.prune(int(room.now.timestamp()), 90 * 86_400, {}) > 0
    assert "/sources/kyodo.rss" in keeper.look()


def test_receipts_for_words_of_texts_that_are_kept_no_longer(room: Newsroom) -> None:
    """The feed of a section was rendered with them, and is rendered without them after a restart."""
    another = item("Navy's Newest Frigate Delayed Again", "kyodo", summary="Shipbuilder and NATO had hoped otherwise.")
    room.publish(another)
    room.now += timedelta(days=100)
    keeper = Keeper(room)
    room.now += timedelta(minutes=1)
    assert room.archive.upkeep.prune(int(room.now.timestamp()), 90 * 86_400, {}) > 0
    room.app_client = None
    assert "/sections/defense.json" in keeper.look()


def test_the_text_of_an_article(room: Newsroom) -> None:
    room.edit(room.text.replace("{name: BBC World,", "{name: BBC World, full_text: true,"))
    keeper = Keeper(room)
    room.now += timedelta(minutes=1)
    lead = room.archive.reading.stories_at([NEWS[0].canonical or ""])[0].lead
    now = int(room.now.timestamp())
    room.archive.articles.claim(["bbc-world", "kyodo", "reuters"], 0, 50, now, now + 3600)
    room.archive.articles.save(lead, "<p>The whole article.</p>", None, now)
    assert any(address.startswith("/stories/") for address in keeper.look())


def test_a_pin_that_ends(room: Newsroom) -> None:
    """So does its receipt, with the last day in the site's time zone. The stories stay where they are, and no news comes."""
    homes = ((NEWS[0], "asia-pacific"), (NEWS[3], "defense"))
    pins = ", ".join(f"{{url: '{one.url}', section: {section}, until: 2026-11-25}}" for one, section in homes)
    room.edit(f"{CONFIG}stories: {{pin: [{pins}]}}\n".replace("timezone: UTC", "timezone: Asia/Kolkata"))
    keeper = Keeper(room)
    room.now = datetime(2026, 11, 25, 18, 29, 59, tzinfo=UTC)
    keeper.look()
    feeds = ("/sections/defense.json", "/sections/defense/2026-11.json")
    assert ["stories: pin" in room.client.get(feed).text for feed in feeds] == [True, True]
    room.now += timedelta(seconds=5)
    changed = keeper.look()
    assert ["stories: pin" in room.client.get(feed).text for feed in feeds] == [False, False]
    assert {"/api/v1/stories", "/sections/defense.json"} <= set(changed)
    assert any(address.startswith("/api/v1/stories/") for address in changed)


def test_what_has_just_come_in_until_it_is_a_day_old(room: Newsroom) -> None:
    """Further subjects of the editor come before other news on the front page, unless they are older than that."""
    room.publish(*(item(f"Choir number {n} sings", "kyodo", age=timedelta(minutes=-n)) for n in range(9)))
    room.publish(item("Navy of Peru buys tugs", age=timedelta(minutes=-10)))
    room.publish(*(item(f"Baker number {n} bakes", "kyodo", age=timedelta(minutes=-20 - n)) for n in range(9)))
    keeper = Keeper(room)
    room.now = NOON + timedelta(hours=24, minutes=5)
    seen: set[str] = set()
    for _ in range(12):
        seen |= set(keeper.look())
        room.now += timedelta(minutes=10)
    assert "/" in seen


def test_related_news_that_is_no_longer_recent(room: Newsroom) -> None:
    keeper = Keeper(room)
    room.now = NEWS[5].published + timedelta(days=30) if NEWS[5].published else room.now
    seen: set[str] = set()
    for _ in range(4):
        room.now += timedelta(minutes=20)
        seen |= set(keeper.look())
    assert {"/stories/", "/api/v1/stories/"} <= {address[: address.rindex("/") + 1] for address in seen}


LISTS = (
    "/sources",
    "/sections",
    "/topics",
    "/sources.rss",
    "/api/v1/sources",
    "/api/v1/sections",
    "/api/v1/topics?limit=1",
)


@pytest.mark.parametrize("address", LISTS)
def test_what_leaves_no_date_counts_from_when_it_was_first_answered(room: Newsroom, address: str) -> None:
    """Whoever keeps its date alone is told that nothing changed while nothing does, and no longer."""
    room.client.get(address)
    room.now += timedelta(seconds=5)
    held = room.client.get(address).headers["Last-Modified"]
    room.now += timedelta(minutes=10)
    assert room.client.get(address, headers={"If-Modified-Since": held}).status_code == 304
    (kyodo,) = room.archive.sources.states(["kyodo"])
    failing = {"failures": 3, "error": "refused", "error_kind": "refused", "state": "failing"}
    room.archive.sources.save([replace(kyodo, **failing)])
    again = room.client.get(address, headers={"If-Modified-Since": held})
    assert again.status_code == (200 if "sources" in address else 304)
    room.archive.sources.save([kyodo])
    held = again.headers.get("Last-Modified", held)
    room.now += timedelta(seconds=1)
    assert room.client.get(address, headers={"If-Modified-Since": held}).status_code == again.status_code


def test_stories_that_are_a_day_old_leave_the_count_of_a_day(room: Newsroom) -> None:
    keeper = Keeper(room)
    seen: set[str] = set()
    for _ in range(12):
        room.now += timedelta(minutes=61)
        seen |= set(keeper.look())
    assert {"/api/v1/sections", "/api/v1/topics", "/sections", "/topics"} <= seen


def test_an_edit_that_was_broken_and_is_undone(room: Newsroom) -> None:
    keeper = Keeper(room)
    broken = BrokenEdit("feeds.yaml:3:1: unknown key `sorces`", (), int(room.now.timestamp()))
    room.archive.upkeep.note(notes.BROKEN_EDIT, broken)
    assert "/sources.rss" in keeper.look()
    room.now += timedelta(minutes=1)
    keeper.look()
    room.now += timedelta(minutes=1)
    room.archive.upkeep.note(notes.BROKEN_EDIT, None)
    assert "/sources.rss" in keeper.look()


@pytest.mark.parametrize("address", ["/latest", "/api/v1/stories"])
def test_news_within_the_second_in_which_an_hour_begins(room: Newsroom, address: str) -> None:
    room.now = room.now.replace(hour=2, minute=0, second=0)
    held = room.client.get(address)
    room.publish(item("Chinese frigate sails", age=timedelta(minutes=1)))
    room.now += timedelta(seconds=5)
    again = room.client.get(address, headers={"If-Modified-Since": held.headers["Last-Modified"]})
    assert (again.status_code, again.data != held.data) == (200, True)


@pytest.mark.parametrize("address", ["/latest", "/api/v1/stories", "/sources/kyodo", *LISTS])
def test_a_date_that_was_given_while_the_clock_was_ahead(room: Newsroom, address: str) -> None:
    """It would hide all changes until the clock is there again."""
    ahead = timedelta(days=2)
    room.now += ahead
    room.client.get(address)
    room.now += timedelta(minutes=2)
    held = room.client.get(address).headers["Last-Modified"]
    room.now -= ahead
    room.app_client = None  # another process
    for _ in range(2):
        assert room.client.get(address, headers={"If-Modified-Since": held}).status_code == 200


def test_an_upgrade_of_what_computes_receipts_is_a_change_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "__file__", str(tmp_path / "bootstrap" / "serving.py"))
    names = ("web/app.py", "render/rss.py", "categorise/receipts.py", "categorise/__pycache__/receipts.cpython-313.pyc")
    for n, name in enumerate(names):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.touch()
        os.utime(path, (n, n))
    assert serving.written() == datetime(1970, 1, 1, 0, 0, 2, tzinfo=UTC)


def test_bytecode_that_another_process_writes_meanwhile_hinders_no_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an upgrade all processes write it at once, under a name that is gone a moment later: the web process ended with a traceback."""
    monkeypatch.setattr(serving, "__file__", str(tmp_path / "bootstrap" / "serving.py"))
    written = tmp_path / "bootstrap" / "__pycache__"
    written.mkdir(parents=True)
    (tmp_path / "bootstrap" / "serving.py").touch()
    (written / "serving.cpython-313.pyc.140234").symlink_to(tmp_path / "gone")
    assert serving.written() > datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("address", ["/favicon.ico", "/static/wire.css"])
def test_a_static_file_that_an_upgrade_brings(room: Newsroom, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Its date was the same for good: whoever kept the file of an earlier version by it was told that nothing had changed."""

    def asked(written: datetime, **headers: str) -> Any:
        app = create_app(library(room.application, written))
        return app.test_client().get(address, headers=headers)

    held = asked(NOON - timedelta(days=9))
    date = held.headers["Last-Modified"]
    assert asked(NOON - timedelta(days=9), If_Modified_Since=date).status_code == 304
    monkeypatch.setattr(pages, "static_file", lambda name: b"of another version")
    assert asked(NOON, If_Modified_Since=date).data == b"of another version"
