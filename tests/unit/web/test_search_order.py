"""A search by relevance or newest first: the same string as page, feed and API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from newsroom import CONFIG, Newsroom, item

from aggregator.store import lists
from aggregator.web import stream_page
from aggregator.web.ranking import CANDIDATES, SearchText, rank_by_relevance

PASSING = "Harbour budget passes after a long night"
DREDGED = "Old harbour is dredged"
FERRY = "Ferry collides with the harbour wall; harbour closed"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    made = Newsroom(tmp_path_factory.mktemp("search"))
    made.publish(
        item(
            "Mayor opens a library",
            age=timedelta(hours=1),
            summary="Shelves of oak and a reading room for children, at last. " * 3
            + "He went by the harbour with a ferry.",
        ),
        item(FERRY, "kyodo", age=timedelta(hours=5), summary="Nobody was hurt on the ferry."),
        item("Ferry for the northern islands is late", "reuters", age=timedelta(hours=2), summary="The harbour waits."),
        item(
            PASSING,
            "reuters",
            age=timedelta(hours=3),
            summary="A ferry is to be bought. " + "It was a session in which many other matters came up. " * 3,
        ),
        item(DREDGED, age=timedelta(hours=4), summary="Ships, no other kind."),
    )
    yield made
    made.close()


def titles(room: Newsroom, address: str) -> list[str]:
    got = room.client.get(address)
    assert got.status_code == 200
    if "json" in got.content_type:
        told = got.get_json()
        return [one["title"] for one in told.get("stories", told.get("items"))]
    return re.findall(r"<h2[^>]*><a href=[^>]+>([^<]+)</a></h2>", got.text)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("q=ferry", "4 stories"),
        ("q=ferry&order=relevance", "4 stories"),
        ("q=ferry&limit=2", "More than 2 stories"),
        ("q=ferry&limit=1", "More than 1 story"),
        ("q=ferry&limit=2&order=relevance", "The best 2 of 4 stories"),
        ("q=dredged", "1 story"),
        ("q=dredged&view=items", "1 item"),
        ("since=7d", "5 stories"),
        ("q=zebra", None),
        ("", None),
        ("min_publishers=1", None),
    ],
)
def test_a_search_says_how_much_it_found(room: Newsroom, asked: str, told: str | None) -> None:
    page = room.client.get(f"/search?{asked}").text
    found = re.search(r'<p class="note">([^<]+(?:stories|story|items?))</p>', page)
    assert (found and found[1]) == told


def test_of_more_results_than_can_be_ranked_it_says_so(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_page, "CANDIDATES", 3)
    assert ">The best 2 of the newest 3 stories<" in room.client.get("/search?q=harbour&limit=2&order=relevance").text


def test_relevance_puts_first_what_fits_best(room: Newsroom) -> None:
    for address in ("/search?q=ferry+harbour", "/api/v1/stories?q=ferry+harbour", "/api/v1/items?q=ferry+harbour"):
        newest = titles(room, address)
        assert newest[0] == "Mayor opens a library"
        best = titles(room, f"{address}&order=relevance")
        assert best[0] == FERRY
        assert best[-1] == "Mayor opens a library"
        assert sorted(best) == sorted(newest)
        assert titles(room, f"{address}&order=newest") == newest


def test_feeds_stay_newest_first_and_have_one_address(room: Newsroom) -> None:
    for extension in ("rss", "atom", "json"):
        plain = room.client.get(f"/search.{extension}?q=ferry").data
        assert room.client.get(f"/search.{extension}?q=ferry&order=relevance").data == plain


def test_the_page_offers_both_orders_as_links(room: Newsroom) -> None:
    text = room.client.get("/search?q=ferry+%26+%22harbour+wall%22&section=world").text
    newest, best = re.findall(r'<a href="([^"]+)"( aria-current="true")?>(?:Newest|Best match) first</a>', text)
    assert newest[1]
    assert not best[1]
    address = best[0].replace("&amp;", "&").removeprefix("/news")
    assert "order=relevance" in address
    text = room.client.get(address).text
    assert FERRY in text
    assert 'aria-current="true">Best match first' in text
    assert '<input type="hidden" name="order" value="relevance">' in text  # the next search keeps it
    assert "order=relevance" not in "".join(re.findall(r'<link rel="alternate"[^>]+>', text))
    for address in ("/search", "/search?section=world", "/latest", "/search?q=zzzzqq"):
        assert "Best match first" not in room.client.get(address).text


def test_the_page_shows_until_when_it_searches_so_that_a_newly_chosen_since_cannot_clash_with_it_unseen(
    room: Newsroom,
) -> None:
    until = '<label>Until <input type="search" name="until" value="2d"></label>'
    text = room.client.get("/search?q=ferry&until=2d").text
    assert until in text
    assert text.count('name="until"') == 1
    assert 'name="until"' not in room.client.get("/search?q=ferry").text


def test_pages_of_the_api_put_together_are_the_list(room: Newsroom) -> None:
    whole = titles(room, "/api/v1/stories?q=ferry&order=relevance")
    address: str | None = "/api/v1/stories?q=ferry&order=relevance&limit=2"
    found: list[str] = []
    while address:
        found += titles(room, address)
        following = room.client.get(address).get_json()["next_url"]
        address = following and following.removeprefix("https://wire.example.org/news")
    assert found == whole
    cursor = room.client.get("/api/v1/stories?q=ferry&order=relevance&limit=1").get_json()["next"]
    assert room.client.get(f"/api/v1/stories?q=ferry&limit=1&cursor={cursor}").status_code == 400


@pytest.mark.parametrize("view", ["stories", "items"])
def test_news_that_comes_meanwhile_repeats_and_skips_nothing(tmp_path: Path, view: str) -> None:
    made = Newsroom(tmp_path)
    made.publish(*(item(f"Quarry {n} is closed", age=timedelta(hours=n), summary="Dust.") for n in range(1, 5)))
    address = f"/api/v1/{view}?q=quarry&order=relevance"
    whole = titles(made, address)
    first = made.client.get(f"{address}&limit=2").get_json()
    made.now += timedelta(minutes=1)
    made.publish(item("Quarry, quarry, quarry", "kyodo", age=timedelta(), summary="Quarry."), live=True)
    assert titles(made, address)[0] == "Quarry, quarry, quarry"
    following = first["next_url"].removeprefix("https://wire.example.org/news")
    assert [one["title"] for one in first[view]] + titles(made, following) == whole
    made.close()


@pytest.mark.parametrize("address", ["/search", "/search.rss", "/api/v1/stories", "/sections/defense"])
def test_what_does_not_fit_is_told(room: Newsroom, address: str) -> None:
    got = room.client.get(f"{address}?q=ferry&order=best")
    assert got.status_code == 400
    assert "order" in got.text
    got = room.client.get("/api/v1/stories?q=ferry&order=relevance&changed_since=1h")
    assert got.status_code == 400


def test_without_words_the_newest_come_first(room: Newsroom) -> None:
    assert titles(room, "/api/v1/stories?order=relevance") == titles(room, "/api/v1/stories")
    assert titles(room, "/latest?order=relevance") == titles(room, "/latest")


def test_a_search_that_finds_all_ranks_the_newest_alone(tmp_path: Path) -> None:
    made = Newsroom(tmp_path)
    names = ("Ankara", "Bogota", "Cairo", "Dakar", "Erbil", "Fukuoka", "Geneva", "Hanoi")
    made.receive(
        *(
            item(f"{a} {n} {names[n % 8]} {n * 7}", age=timedelta(minutes=n), summary=f"Quarry {n} of {a}.")
            for n in range(CANDIDATES + 40)
            for a in (names[n // 8 % 8],)
        ),
        item("Quarry, quarry, quarry", "kyodo", age=timedelta(days=9)),
    )
    made.publish()
    best = made.client.get("/api/v1/stories?q=quarry&order=relevance&limit=500").get_json()
    assert len(best["stories"]) <= CANDIDATES
    assert best["next"] is None
    assert "Quarry, quarry, quarry" not in [one["title"] for one in best["stories"]]
    made.close()


def test_fitting_by_phrase_field_and_rarity() -> None:
    said = [
        SearchText.of("China holds the south", "A sea of troubles."),
        SearchText.of("A quiet day", "Ships in the South China Sea."),
        SearchText.of("Ships in the South China Sea", "A quiet day."),
        SearchText.of("Patrols go on", "A quiet day.", ["Patrols go on", "South China Sea patrolled"]),
    ]
    order = rank_by_relevance(said, ["south china sea"])
    assert (order[0], order[-1]) == (2, 0)
    assert rank_by_relevance(said, []) == [0, 1, 2, 3]
    assert rank_by_relevance([], ["word"]) == []
    assert rank_by_relevance(
        [SearchText.of("Peace prize", ""), SearchText.of("Peace prize", "", outlets=9)], ["peace"]
    ) == [1, 0]
    common = [SearchText.of("Budget vote", ""), SearchText.of("Budget talks", ""), SearchText.of("Budget Erdoğan", "")]
    assert rank_by_relevance(common, ["budget", "erdogan"])[0] == 2  # rare among them, and diacritics fold
    begun = [
        SearchText.of("A quiet day", "Missiles."),
        SearchText.of("Missiles fly", ""),
        SearchText.of("U.S. day", ""),
    ]
    assert rank_by_relevance(begun, ["missile*"])[0] == 1
    assert rank_by_relevance(begun, ["US"])[0] == 2


@pytest.mark.parametrize("near", [0, 1, 3, 5, 8])
def test_the_newest_are_searched_first_and_nothing_is_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, near: int
) -> None:
    made = Newsroom(tmp_path)
    ages = (5, 90, 1, 40, 3, 70, 2, 200, 4)  # a back-catalogue comes in any order
    towns = ("Ankara", "Bogota", "Cairo", "Dakar", "Erbil", "Fukuoka", "Geneva", "Hanoi", "Izmir")
    for n, (age, town) in enumerate(zip(ages, towns, strict=True)):
        made.now += timedelta(minutes=1)
        made.publish(item(f"{town} opens quarry {n}", age=timedelta(hours=age), summary=f"Stone {n}."), live=n % 2 == 0)
    addresses = [
        f"/api/v1/{view}?q={words}&limit={limit}"
        for view in ("stories", "items")
        for words in ("quarry", "quarry+-ankara", "quarry+hanoi", "quarry&source=bbc-world", "nothing")
        for limit in (1, 2, 4, 9)
    ]
    whole = [titles(made, address) for address in addresses]
    monkeypatch.setattr(lists, "NEAR", near)
    made.app_client = None
    assert [titles(made, address) for address in addresses] == whole
    made.close()


def test_a_story_is_found_by_words_that_an_old_report_of_it_has_and_an_outlet_that_told_it_just_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It enters with the outlet's report, though the words are in none of the newest items."""
    old, new = item("Quarry opens near Ankara", "kyodo"), item("Stone works begin")
    made = Newsroom(tmp_path)
    made.put_in_force(f"{CONFIG}stories: {{join: [['{old.url}', '{new.url}']]}}\n")
    for one in (
        old,
        item("Dakar mayor resigns over quarry loan"),
        item("Festival in Hanoi ends with dance at quarry"),
        new,
    ):
        made.now += timedelta(minutes=10)
        made.publish(one, live=True)
    address = "/api/v1/stories?q=quarry&source=bbc-world&limit=1"
    whole = titles(made, address)
    monkeypatch.setattr(lists, "NEAR", 3)
    monkeypatch.setattr(lists, "FEW", -1)  # as if the outlet had told thousands
    made.app_client = None
    assert titles(made, address) == whole == [new.title]
    made.close()


def test_a_search_within_a_section_or_a_topic_has_the_order_of_entering_it(tmp_path: Path) -> None:
    """… everywhere: a story may come into it long after it came into the archive."""
    quiet, loud = (
        item("Lumio closes its harbour"),
        item("Frigate rams Lumio harbour, navy sends missile boats", "kyodo"),
    )
    made = Newsroom(tmp_path)
    joined = f"stories: {{join: [['{quiet.url}', '{loud.url}']]}}\n"
    made.put_in_force(f"{CONFIG}  - {{id: frigates, title: Frigates, words: [frigate*]}}\n{joined}")
    for one in (quiet, item("Old frigate becomes a museum in Porto, says mayor", "reuters"), loud):
        made.now += timedelta(minutes=10)
        made.publish(one, live=True)
    expected = titles(made, "/sections/defense")
    assert len(expected) == 2
    assert expected[1] == "Old frigate becomes a museum in Porto, says mayor"
    assert titles(made, "/topics/frigates") == expected
    section, topic = "section=defense", "topic=frigates"
    for query in (section, f"{section}&q=frigate", f"{section}&primary=1&q=frigate", topic, f"{section}&{topic}"):
        addresses = (f"/api/v1/stories?{query}", f"/search?{query}", f"/latest?{query}")
        assert [titles(made, address) for address in addresses] == [expected] * 3
        told = made.client.get(f"/search.json?{query}").get_json()["items"]
        assert [one["title"] for one in told] == expected
    made.close()
