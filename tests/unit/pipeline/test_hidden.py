"""`stories: hide`: an article that is shown nowhere, while its story stays with the others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from newsroom import Newsroom, item

from aggregator.model.item import Item

HOUR = timedelta(hours=1)
MARK = "Zanzibarian"  # stands in the hidden article alone
BBC = item(
    "China grants rare earth licenses to US auto suppliers",
    age=5 * HOUR,
    summary=f"{MARK} traders said that China grants rare earth licenses to suppliers of US automakers.",
    content=f"<p>{MARK} traders, at length.</p>",
    image="https://bbc.example/zanzibarian.jpg",
)
KYODO = item("China grants rare earth licenses to suppliers of US automakers", "kyodo", age=4 * HOUR)
REUTERS = item("China Grants Rare Earth Licenses to U.S. Auto Suppliers", "reuters", age=3 * HOUR)
OTHER = item("Scientists Discover How Octopuses Dream", "kyodo", age=6 * HOUR)


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    for one in (BBC, KYODO, REUTERS, OTHER):
        room.publish(one)
    return room


def move(room: Newsroom, one: Item, to: str | None) -> Item:
    """Its outlet gives an article another address."""
    moved = replace(one, url=to, canonical=to, hash="moved")
    room.change(moved)
    room.publish()
    return moved


def ask(room: Newsroom, path: str) -> Any:
    return room.client.get(path).get_json()


def entries(room: Newsroom, path: str = "/latest.json") -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in ask(room, path)["items"]}


def story_of(room: Newsroom, title: str) -> str:
    found = ask(room, "/api/v1/items?limit=100")["items"]
    return str(next(one["story"] for one in found if one["title"] == title)).removeprefix("urn:uuid:")


PLACES = (
    "/", "/latest", "/latest.rss", "/latest.atom", "/latest.json", "/latest.json?view=items", "/sections/asia-pacific",
    "/sections/asia-pacific.json", "/sections/asia-pacific/2026-11", "/sections/asia-pacific.json?view=items",
    "/topics/rare-earths.json?view=items", "/topics/rare-earths", "/sources/bbc-world", "/sources/bbc-world.json",
    "/sources/bbc-world.json?view=stories", "/search.json?q=licenses", "/search.json?q=licenses&view=items", "/search?q=licenses",
    "/api/v1/stories", "/api/v1/items?limit=100", "/api/v1/items?changed_since=2026-01-01T00:00:00Z",
    "/sections/asia-pacific/daily.json",
)  # fmt: skip


def test_a_hidden_article_is_shown_nowhere_and_its_story_stays(room: Newsroom) -> None:
    story = story_of(room, BBC.title)
    items = {one["title"]: one["id"] for one in ask(room, "/api/v1/items?limit=100")["items"]}
    before = entries(room)[f"urn:uuid:{story}"]
    room.overrule(hide=[BBC])
    pages = (*PLACES, f"/stories/{story}", f"/api/v1/stories/{story}")
    answers = {page: room.client.get(page) for page in pages}
    assert {page: answer.status_code for page, answer in answers.items()} == dict.fromkeys(pages, 200)
    for page, answer in answers.items():
        assert MARK.lower() not in answer.text.lower(), page
        assert str(BBC.url) not in answer.text, page
    assert room.client.get(f"/api/v1/items/{items[BBC.title][9:]}").status_code == 404
    told = ask(room, f"/api/v1/stories/{story}")
    assert (told["link"], told["title"]) == (KYODO.url, KYODO.title), "the lead is chosen among the rest"
    assert told["publishers"] == ["Kyodo", "Reuters"]
    assert told["published"] == "2026-11-24T08:00:00Z"
    after = entries(room)[f"urn:uuid:{story}"]
    assert after["date_modified"] > before["date_modified"], "feeds say at once that it is told by fewer"
    assert f"urn:uuid:{story}" in entries(room, "/latest.json?min_publishers=2")
    assert not entries(room, "/latest.json?min_publishers=3")
    counted = ask(room, "/api/v1/status")["totals"]["items"]
    assert counted == len(items) - 1 == len(ask(room, "/api/v1/items?limit=100")["items"]), "as lists do"


def test_an_article_is_hidden_by_the_address_of_a_copy_or_redirect_that_the_editor_came_by(room: Newsroom) -> None:
    """Google's AMP copies, and what Google Alerts links to; the line did nothing."""
    path = str(KYODO.url).removeprefix("https://")
    for said in (f"https://www.google.com/amp/s/{path}", f"https://www.google.com/url?rct=j&url=https%3A%2F%2F{path}"):
        room.edit(f"{room.text}stories: {{hide: ['{said}']}}\n")
        assert "Kyodo" not in entries(room)[f"urn:uuid:{story_of(room, BBC.title)}"]["_aggregator"]["publishers"]
        room.edit(room.text)
        assert "Kyodo" in entries(room)[f"urn:uuid:{story_of(room, BBC.title)}"]["_aggregator"]["publishers"]


def test_search_does_not_find_by_a_hidden_article(room: Newsroom) -> None:
    story = f"urn:uuid:{story_of(room, BBC.title)}"
    asked = (f"q={MARK}", "source=bbc-world", "publisher=BBC", "label=owner:public")
    for words in asked:
        assert story in entries(room, f"/search.json?{words}"), words
    assert story not in entries(room, f"/search.json?q=licenses+-{MARK}")
    room.overrule(hide=[BBC])
    for words in asked:
        assert not entries(room, f"/search.json?{words}"), words
        assert not ask(room, f"/api/v1/items?{words}")["items"], words
    assert story in entries(room, f"/search.json?q=licenses+-{MARK}")


def test_taking_the_line_away_brings_all_back_as_it_was(room: Newsroom) -> None:
    story = f"urn:uuid:{story_of(room, BBC.title)}"
    before, order = entries(room)[story], list(entries(room))
    full = ask(room, f"/api/v1/stories/{story[9:]}")
    room.overrule(hide=[BBC])
    between = entries(room)[story]
    room.overrule()
    after = entries(room)[story]
    assert list(entries(room)) == order
    assert after["date_modified"] > between["date_modified"] > before["date_modified"]
    assert {**after, "date_modified": None} == {**before, "date_modified": None}
    assert {**ask(room, f"/api/v1/stories/{story[9:]}"), "updated": None} == {**full, "updated": None}


def test_a_story_is_hidden_where_all_its_articles_are(room: Newsroom) -> None:
    story = story_of(room, BBC.title)
    before = entries(room)
    room.overrule(hide=[BBC, KYODO, REUTERS])
    assert room.client.get(f"/stories/{story}").status_code == 404
    listed = room.client.get("/api/v1/stories").get_json()["stories"]
    assert room.client.get("/api/v1/status").get_json()["totals"]["stories"] == len(listed)
    assert f"urn:uuid:{story}" not in entries(room)
    assert not ask(room, "/api/v1/items?q=licenses")["items"]
    room.overrule()
    assert entries(room) == before, "it comes back as it was, and announces nothing"


def test_an_article_that_arrives_hidden_joins_unseen(room: Newsroom) -> None:
    late = item("China grants rare earth licenses to US automakers", age=2 * HOUR, summary=f"{MARK} again.")
    room.overrule(hide=[BBC])
    before = entries(room)
    room.text += f"stories: {{hide: ['{BBC.url}', '{late.url}']}}\n"
    room.put_in_force(room.text)
    room.publish(late)
    assert entries(room) == before
    assert not ask(room, f"/api/v1/items?q={MARK}")["items"]


def test_what_waits_for_its_place_is_listed_nowhere(room: Newsroom) -> None:
    """The editor may have ruled it out, and its entry could not say which story it is of: readers would keep it as it was."""
    hidden = item("Advert for Boots, Which a Feed Lists Among the News", summary=f"{MARK} boots.")
    other = item("Boots Are Short in Kherson", summary="Also about boots.")
    room.put_in_force(room.text + f"stories: {{hide: ['{hidden.url}']}}\n")
    room.receive(hidden, other, live=True)
    lists = (
        "/latest.json?view=items",
        "/sources/bbc-world.json",
        "/search.json?q=boots&view=items",
        "/api/v1/items?q=boots",
    )
    for address in lists:
        assert "Kherson" not in room.client.get(address).text, address
    room.publish()
    for address in lists:
        assert other.title in room.client.get(address).text, address
        assert hidden.title not in room.client.get(address).text, address


def test_an_outlet_that_joins_a_hidden_article_tells_the_story_alone(room: Newsroom) -> None:
    first = item("Flooding in Kherson after Kakhovka dam is breached", age=2 * HOUR, summary="Vladivostok dam.")
    second = item("Kakhovka dam breached, flooding in Kherson", "kyodo")
    room.put_in_force(room.text + f"stories: {{hide: ['{first.url}']}}\n")
    room.publish(first)
    assert not entries(room, "/search.json?q=Kakhovka")
    room.publish(second)
    (found,) = entries(room, "/search.json?q=Kakhovka").values()
    assert found["url"] == second.url
    assert found["_aggregator"]["publishers"] == ["Kyodo"]
    assert "Vladivostok" not in found["content_html"]


def test_a_late_article_that_the_entry_never_named_leaves_without_a_word(room: Newsroom) -> None:
    story = f"urn:uuid:{story_of(room, BBC.title)}"
    late = item("US auto suppliers granted rare earth licenses by China", "kyodo", age=HOUR)
    room.publish(late)
    assert story_of(room, late.title) == story[9:]
    before = entries(room)[story]
    room.overrule(hide=[late])
    after = entries(room)[story]
    assert (after["content_html"], after["date_modified"]) == (before["content_html"], before["date_modified"])
    assert str(late.url) not in room.client.get(f"/stories/{story[9:]}").text


def test_what_is_hidden_and_shares_its_picture_with_the_lead_is_told_once(room: Newsroom) -> None:
    """Outlets put their emblem into entries: each edit and each late report announced the story anew."""
    emblem = "https://kyodo.example/emblem.png"
    first, second = (
        item(title, "kyodo", age=age, image=emblem, summary=f"{title}, says Kyodo at greater length than before.")
        for title, age in (("Ferry Maru sinks off Lumio", 5 * HOUR), ("Ferry Maru sinks off Lumio, nine missing", 2 * HOUR))
    )  # fmt: skip
    for one in (first, second, item("Ferry Maru sinks off Lumio, nine are missing", "reuters")):
        room.publish(one)
    story = f"urn:uuid:{story_of(room, first.title)}"
    assert story == f"urn:uuid:{story_of(room, second.title)}"
    room.overrule(hide=[second])
    before = entries(room)[story]
    assert (str(second.url) in before["content_html"], before["image"]) == (False, emblem)
    room.now += HOUR
    room.edit(f"{room.application.settings.texts['feeds.yaml']}\n".replace("missile*", "torpedo*"))
    assert entries(room)[story] == before
    room.overrule()
    assert str(second.url) in entries(room)[story]["content_html"], "and comes back when it is shown again"


def test_an_article_that_its_outlet_moved_before_it_was_hidden_leaves_its_entry(room: Newsroom) -> None:
    story = f"urn:uuid:{story_of(room, BBC.title)}"
    moved = move(room, REUTERS, "https://reuters.example/moved")
    assert str(REUTERS.url) in entries(room)[story]["content_html"], "as it was announced"
    room.overrule(hide=[moved])
    assert "Reuters" not in entries(room)[story]["content_html"]


def test_an_article_whose_source_was_renamed_before_it_was_hidden_leaves_its_entry(room: Newsroom) -> None:
    story = f"urn:uuid:{story_of(room, BBC.title)}"
    room.text = room.text.replace("{name: Reuters, url:", "{name: Reuters, id: reuters-world, was: [reuters], url:")
    room.edit(room.text)
    room.archive.sources.sync(room.application.settings.sources)
    room.overrule(hide=[REUTERS])
    assert str(REUTERS.url) not in entries(room)[story]["content_html"]


def test_what_is_hidden_leaves_its_entry_also_if_another_report_of_the_same_time_is_at_its_address(
    room: Newsroom,
) -> None:
    """The other one was taken for what the entry names there."""
    alone = item("Volcano erupts near a fishing port in Iceland", "reuters", age=4 * HOUR)
    room.publish(alone)
    moved = move(room, alone, "https://elsewhere.example/volcano")
    room.publish(item("Volcano erupts near a fishing port in Iceland, smoke seen", age=3 * HOUR))
    story = f"urn:uuid:{story_of(room, alone.title)}"
    assert str(moved.url) in entries(room)[story]["content_html"]
    room.publish(
        item("Volcano erupts near a fishing port in Iceland, ash seen", "kyodo", age=4 * HOUR, url=str(moved.url))
    )
    room.overrule(hide=[alone])
    assert "Reuters" not in entries(room)[story]["content_html"]
    before = entries(room)[story]
    room.now += HOUR
    room.edit(f"{room.text}# A comment.\nstories: {{hide: ['{alone.url}']}}\n")
    room.edit(f"{room.text}# Another comment.\nstories: {{hide: ['{alone.url}']}}\n")
    assert entries(room)[story] == before


@pytest.mark.parametrize("age", [3 * HOUR, 4 * HOUR], ids=["of another time", "of the same time"])
def test_what_is_hidden_and_moves_to_the_address_of_another_report_is_told_once(room: Newsroom, age: timedelta) -> None:
    """The entry names that address: each edit and each late report announced the story anew."""
    other = item("China grants US auto suppliers rare earth licenses", "bbc-world", age=age)
    room.publish(other, item(f"{other.title}, at last", "reuters"))
    story = f"urn:uuid:{story_of(room, BBC.title)}"
    room.overrule(hide=[KYODO])
    assert str(other.url) in entries(room)[story]["content_html"]
    move(room, KYODO, other.url)
    before = entries(room)[story]
    assert "Kyodo" not in before["content_html"]
    room.now += HOUR
    room.edit(f"{room.application.settings.texts['feeds.yaml']}\n".replace("missile*", "torpedo*"))
    assert entries(room)[story] == before
    room.overrule()
    assert "Kyodo" in entries(room)[story]["content_html"], "and comes back when it is shown again"


def test_of_two_pins_the_one_of_the_article_that_readers_see_counts(room: Newsroom) -> None:
    """The other article is hidden by the address that it had first, and pinned by its later one."""
    later = "https://bbc.example/later"
    move(room, BBC, later)
    pins = f"{{url: '{later}', section: defense}}, {{url: '{KYODO.url}', section: world}}"
    room.edit(room.text + f"stories: {{hide: ['{BBC.url}'], pin: [{pins}]}}\n")
    (shown,) = [one for one in ask(room, "/api/v1/stories")["stories"] if one["title"] == KYODO.title]
    assert shown["section"] == "world"
