"""A search finds a word in the plural and in its other spellings, on pages, in feeds and in the API alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from newsroom import CONFIG, Newsroom, Rooms, item

ONE, SEVERAL, NEITHER = (
    "Hurricane nears Cuba",
    "Insurers of Gulf resorts fear more hurricanes",
    "Ferry strike ends in Oslo",
)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    made = Newsroom(tmp_path_factory.mktemp("forms"))
    made.publish(
        item(ONE, age=timedelta(hours=1), summary="Boats stay in the harbour of Havana."),
        item(SEVERAL, "kyodo", age=timedelta(hours=9), summary="Premiums for 12,500 boats rise."),
        item(NEITHER, "reuters", age=timedelta(hours=5), summary="All 12500 boats sail again from Monday."),
    )
    yield made
    made.close()


def titles(room: Newsroom, address: str) -> list[str]:
    told = room.client.get(address).get_json()
    return [one["title"] for one in told.get("items", told.get("stories"))]


@pytest.mark.parametrize("address", ["/search.json", "/latest.json", "/api/v1/stories", "/api/v1/items"])
def test_without_quotes_in_any_form_and_in_quotes_as_it_is_written(room: Newsroom, address: str) -> None:
    assert titles(room, f"{address}?q=hurricane") == titles(room, f"{address}?q=hurricanes") == [ONE, SEVERAL]
    assert titles(room, f"{address}?q=%22hurricanes%22") == [SEVERAL]
    assert titles(room, f"{address}?q=hurricanes+-%22hurricane%22") == [SEVERAL]
    assert titles(room, f"{address}?q=hurricane+cubas") == [ONE]


@pytest.mark.parametrize("word", ["hurricane", "hurricanes", "%22hurricane%22", "hurricane*", "boats", "gulf's"])
def test_a_minus_leaves_out_what_the_word_would_find(room: Newsroom, word: str) -> None:
    """Every story is in one of the two searches, and none in both."""
    those, others = (titles(room, f"/search.json?q=boat*+{sign}{word}") for sign in ("", "-"))
    assert sorted([*those, *others]) == sorted((ONE, SEVERAL, NEITHER))


@pytest.mark.parametrize("address", ["/search.json", "/latest.json", "/api/v1/stories", "/api/v1/items"])
def test_one_of_several_words_will_do(room: Newsroom, address: str) -> None:
    def found(typed: str) -> list[str]:
        return titles(room, f"{address}?{urlencode({'q': typed})}")

    assert found("hurricane OR ferry") == [ONE, NEITHER, SEVERAL]
    assert found('"ferry strike" OR cuba') == [ONE, NEITHER]
    assert found("(hurricanes cuba) OR ferries -havana") == [NEITHER]
    assert found("boat -(cuba OR strike)") == [SEVERAL]
    assert found("ferry OR zebra OR") == found("(ferry AND oslo) OR (zebra monday)") == [NEITHER]


@pytest.mark.parametrize("address", ["/search.json", "/latest.json", "/api/v1/stories", "/api/v1/items"])
@pytest.mark.parametrize("lang", ["", "&lang=en"])
def test_thousands_are_found_with_a_comma_and_without(room: Newsroom, address: str, lang: str) -> None:
    for typed in ("12500", "12,500", "$12,500,", "(12,500)"):
        assert titles(room, f"{address}?q={typed}{lang}") == [NEITHER, SEVERAL]
        assert titles(room, f"{address}?q=boats+-{typed}{lang}") == [ONE]
    assert titles(room, f"{address}?q=%2212,500%22{lang}") == [SEVERAL]
    assert titles(room, f"{address}?q=%2212500%22{lang}") == [NEITHER]
    assert titles(room, f"{address}?q=1250{lang}") == titles(room, f"{address}?q=500,12{lang}") == []


def test_each_of_several_words_counts_as_much(room: Newsroom) -> None:
    for typed in ("ferry OR resorts OR resort", "resort OR resorts OR ferry"):
        assert titles(room, f"/api/v1/stories?{urlencode({'q': typed, 'order': 'relevance'})}") == [SEVERAL, NEITHER]


def test_the_title_of_a_search_for_one_of_several_words_says_so(room: Newsroom) -> None:
    got = room.client.get("/search.json?q=(ferry+OR+%22storm+over%22)+oslo").get_json()
    assert got["title"] == "Test Wire – Search – ferry OR “storm over” oslo"


def test_titles_show_the_words_as_they_were_typed(room: Newsroom) -> None:
    got = room.client.get("/search.json?q=%22hurricanes%22+gulfs+-%22storm+over%22").get_json()
    assert got["title"] == "Test Wire – Search – “hurricanes” gulfs -“storm over”"


def test_the_word_as_it_is_typed_fits_better_than_another_form(room: Newsroom) -> None:
    for word, best in (("hurricane", ONE), ("hurricanes", SEVERAL)):
        assert titles(room, f"/api/v1/stories?q={word}&order=relevance")[0] == best


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("nato", ["/topics/nato"]),
        ("Earths rare", ["/topics/rare-earths"]),
        ("defense", ["/sections/defense"]),
        ("defence", ["/sections/defense"]),
        ("a rare earth", []),
        ("rare earth", ["/topics/rare-earths"]),
        ("asia pacific", ["/sections/asia-pacific"]),
        ("Asia-Pacific", ["/sections/asia-pacific"]),
        ("nato*", []),
        ("nato OR oslo", []),
        ("cuba", ["/topics/cuba"]),
        ("zimbabwe", []),  # a country that no story names
        ("rare frigates", []),
        ('"rare earths"', []),
        ("nato -oslo", []),
        ("-nato", []),
    ],
)
def test_a_search_names_the_topics_and_sections_that_are_called_like_it(
    room: Newsroom, typed: str, told: list[str]
) -> None:
    """A topic has what its rules find: also what says neodymium, and not what finds rare metal on earth."""
    text = room.client.get("/search", query_string={"q": typed}).text
    line = text.partition('<p class="called">')[2].partition("</p>")[0]
    assert re.findall(r'href="/news([^"]+)"', line) == told


def test_what_has_just_the_name_that_is_searched_comes_first(rooms: Rooms) -> None:
    """Also where the file has others, and the topic is that of a country, of which it has none."""
    room = rooms(CONFIG.replace("topics:\n", "topics:\n  - {id: cuba-trade, title: Trade with Cuba, words: [sugar]}\n"))
    room.publish(item(ONE))
    text = room.client.get("/search?q=cuba").text
    line = text.partition('<p class="called">')[2].partition("</p>")[0]
    assert re.findall(r'href="/news([^"]+)"', line) == ["/topics/cuba", "/topics/cuba-trade"]
    assert 'class="called"' not in room.client.get("/latest?q=cuba").text


def test_entries_of_a_saved_search_keep_their_ids_times_and_order(room: Newsroom) -> None:
    """Whatever finds a story, its entry is that of every other feed."""
    latest = {one["id"]: one for one in room.client.get("/latest.json").get_json()["items"]}
    found = room.client.get("/search.json?q=hurricanes").get_json()["items"]
    assert found == [one for id, one in latest.items() if id in {each["id"] for each in found}]


@pytest.mark.parametrize(
    "typed", ["f-35", "f35", "f  35", "F 35, jets", "jets,f 35", '"f 35"', "(f 35) OR ferry", "-ferry f 35"]
)
def test_a_name_of_letter_and_number_is_found_however_it_is_typed(rooms: Rooms, typed: str) -> None:
    room = rooms(CONFIG)
    jets = "Norway parades its F-35 jets"
    room.publish(item(jets), item("A pilot of 35 resigns", "kyodo"))
    assert titles(room, f"/search.json?{urlencode({'q': typed})}") == [jets]


def test_a_name_of_letter_and_number_is_left_out_as_one(rooms: Rooms) -> None:
    """`-f 35` left out texts with an F, and looked for 35."""
    room = rooms(CONFIG)
    room.publish(item("Norway parades its F-35 jets"), item("Vitamin F sold out", "kyodo"))
    assert titles(room, "/search.json?q=-f+35") == ["Vitamin F sold out"]


def test_a_letter_that_is_a_word_is_none_of_a_name(rooms: Rooms) -> None:
    room = rooms(CONFIG)
    room.publish(item("A pilot of 35 resigns over vitamin D in 2026"))
    for typed in ("a 35", '"a pilot" 35', "resigns 35", "vitamin d 2026"):
        assert titles(room, f"/search.json?{urlencode({'q': typed})}")
