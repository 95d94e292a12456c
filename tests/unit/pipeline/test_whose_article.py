"""A source may link to pages of other outlets; it does not become these by that."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from msgspec.structs import replace
from newsroom import CONFIG, Newsroom, item

from aggregator.model.item import Item
from aggregator.pipeline.equal_addresses import NEWEST
from aggregator.web.app import create_app

HEADLINE = "Ukraine and Russia agree a prisoner exchange of three hundred"
OUTLETS = """publishers:
  - {name: Courier, domains: [courier.example]}
  - {name: Herald, domains: [herald.example]}"""


def stories(room: Newsroom, query: str = "") -> list[dict[str, Any]]:
    client = create_app(room.library()).test_client()
    found: list[dict[str, Any]] = client.get(f"/api/v1/stories{query}").get_json()["stories"]
    return found


def test_a_source_that_links_to_the_pages_of_many_outlets_is_one_publisher(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, CONFIG.replace("publishers:", OUTLETS))
    hosts = ("bbc", "courier", "herald")
    room.publish(*(item(f"{HEADLINE} {host}", "reuters", url=f"https://{host}.example/exchange") for host in hosts))
    room.edit(
        room.text.replace('  - {name: Reuters, url: "https://reuters.example/feed.xml"}\n', "")
    )  # removed, its items stay
    assert {name for story in stories(room) for name in story["publishers"]} == {"Reuters"}
    assert stories(room, "?min_publishers=2") == []


def test_a_source_at_the_domain_of_a_publisher_is_this_publisher(tmp_path: Path) -> None:
    source = '{name: Reuters, url: "https://feeds.bbc.example/asia.xml"}'
    room = Newsroom(tmp_path, CONFIG.replace('{name: Reuters, url: "https://reuters.example/feed.xml"}', source))
    room.publish(item(HEADLINE, "reuters", url="https://elsewhere.example/exchange"))
    assert [story["publishers"] for story in stories(room)] == [["BBC"]]


def test_a_source_that_moves_to_the_domain_of_a_publisher_has_always_been_that_publisher(tmp_path: Path) -> None:
    """Its stored items kept the former name, beside which the same outlet counted once more."""
    room = Newsroom(tmp_path)
    room.publish(item(HEADLINE, "reuters"))
    room.edit(room.text.replace("https://reuters.example/feed.xml", "https://feeds.bbc.example/asia.xml"))
    assert [story["publishers"] for story in stories(room)] == [["BBC"]]


def test_an_article_is_its_outlets_although_another_listed_it_first(room: Newsroom) -> None:
    """Who is polled more often, or writes what is polled, would else take the headline, and keep out whom it links to."""
    taken = item("The BBC lies about prisoners", "kyodo", url="https://bbc.example/exchange", age=timedelta(minutes=9))
    room.publish(taken, live=True)
    room.now += timedelta(minutes=10)
    room.publish(item(HEADLINE, url="https://bbc.example/exchange", age=timedelta(minutes=3)), live=True)
    (story,) = stories(room)
    assert (story["title"], story["link"]) == (HEADLINE, "https://bbc.example/exchange")
    assert stories(room, "?min_publishers=2") == []
    room.now += timedelta(minutes=10)
    room.publish(item("Three hundred prisoners exchanged by Ukraine and Russia, Kyodo learns", "kyodo"), live=True)
    room.publish(item(f"{HEADLINE} men", "reuters"), live=True)
    assert len(stories(room, "?min_publishers=3")) == 1


def _listed(source: str, host: str, title: str, minutes: int) -> Item:
    made = item(title, "reuters", url=f"https://{host}.example/1", age=timedelta(minutes=minutes))
    return replace(made, id=str(uuid5(NAMESPACE_URL, f"{source} {host}")), source=source, publisher=source.title())


@pytest.mark.parametrize("together", [False, True])
def test_who_lists_articles_of_others_does_not_unite_them(tmp_path: Path, together: bool) -> None:
    feeds = '{name: Courier, url: "https://courier.example/feed"}\n  - {name: Herald, url: "https://herald.example/feed"}\n  - '
    room = Newsroom(tmp_path, CONFIG.replace("publishers:", OUTLETS).replace("{name: Silent", f"{feeds}{{name: Silent"))
    told = {"courier": "Parliament votes on the harbour budget", "herald": "Storm floods a railway in the far north"}
    linking = [_listed("silent", host, "The zoo counts its elephants", 9) for host in told]
    own = [_listed(host, host, title, 1) for host, title in told.items()]
    if together:
        room.publish(*linking, *own, live=True)
    else:
        room.publish(*linking, live=True)
        room.now += timedelta(minutes=10)
        room.publish(*own, live=True)
    assert [story["publishers"] for story in stories(room) if {"Courier", "Herald"} <= set(story["publishers"])] == []
    assert {story["title"] for story in stories(room)} >= set(told.values())
    assert stories(room, "?min_publishers=2") == []


@pytest.mark.parametrize("others", [False, True])
@pytest.mark.parametrize("together", [False, True])
def test_who_links_to_an_article_under_another_headline_does_not_unite_two_stories(
    tmp_path: Path, others: bool, together: bool
) -> None:
    feeds = '{name: Courier, url: "https://courier.example/feed"}\n  - '
    room = Newsroom(tmp_path, CONFIG.replace("publishers:", OUTLETS).replace("{name: Silent", f"{feeds}{{name: Silent"))
    votes, zoo = "Parliament votes on the harbour budget", "The zoo counts its elephants"
    room.publish(*([item(f"{votes} at last", "bbc-world")] if others else []), item(zoo, "reuters"))
    room.publish(item("Zoo counts its elephants and finds nine", "kyodo"), live=True)
    own, linking = _listed("courier", "courier", votes, 1), _listed("silent", "courier", zoo, 0)
    if together:
        room.publish(own, linking, live=True)
    else:
        room.publish(own, live=True)
        room.publish(linking, live=True)
    room.publish(item(f"{zoo} again", "reuters", age=timedelta(0)), live=True)  # nor later, by the words of the link
    told = {frozenset(story["publishers"]) for story in stories(room)}
    assert told == {frozenset({"Courier", "Silent", *(["BBC"] if others else [])}), frozenset({"Reuters", "Kyodo"})}
    assert len(stories(room, "?min_publishers=2&q=budget")) == others


@pytest.mark.parametrize("then", ["", "renamed", "moved", "moved with its feed"])
def test_an_article_under_join_is_that_of_its_outlet_although_another_listed_it_first(
    tmp_path: Path, then: str
) -> None:
    """… and also if the outlet has another name since, or has moved the article to another site."""
    feeds = '{name: Courier, url: "https://courier.example/feed"}\n  - {name: Herald, url: "https://herald.example/feed"}\n  - '
    room = Newsroom(tmp_path, CONFIG.replace("publishers:", OUTLETS).replace("{name: Silent", f"{feeds}{{name: Silent"))
    votes, rates = "Parliament votes on the harbour budget", item("Central bank lowers its rates", "kyodo")
    room.publish(*(_listed("silent", host, "The zoo counts its elephants", 9) for host in ("courier", "herald")))
    own = _listed("courier", "courier", votes, 1)
    room.publish(own)
    room.publish(rates)
    if then.startswith("moved"):
        url = "https://courier-live.example/1"
        room.change(replace(own, url=url, canonical=url, hash="moved"))
        room.publish()
    name = "The Courier" if then == "renamed" else "Courier"
    text = room.text
    if then == "renamed":
        text = text.replace("{name: Courier, domains", "{name: The Courier, aliases: [Courier], domains")
    if then == "moved with its feed":
        text = text.replace("https://courier.example", "https://courier-live.example")
        text = text.replace("domains: [courier.example]", "domains: [courier-live.example]")
    room.edit(f"{text}stories: {{join: [['https://courier.example/1', '{rates.url}']]}}\n")
    assert {frozenset(story["publishers"]) for story in stories(room)} == {
        frozenset({name, "Kyodo"}),
        frozenset({"Silent"}),
    }
    room.close()


def test_what_links_to_a_front_page_alone_is_no_one_story(room: Newsroom) -> None:
    """Of an outlet that links all its news to its front page there was one story, of everything."""
    titles = ("Parliament of Norway passes fishing law", "Volcano on Iceland forces hundreds to flee")
    room.publish(*(item(title, url="https://bbc.example", summary="") for title in titles))
    room.publish(item("Chess master loses to schoolboy in Madrid", url="https://bbc.example", summary=""))
    assert len(stories(room)) == 3


TICKER = (
    "Parliament of Norway passes fishing law",
    "Volcano on Iceland forces hundreds to flee",
    "Chess master loses in Madrid",
)


@pytest.mark.parametrize("together", [True, False])
def test_what_links_to_one_page_of_many_entries_is_no_one_story(room: Newsroom, together: bool) -> None:
    """Of weather warnings or a live ticker there was one story, of everything, although each has its guid."""
    entries = [item(title, url="https://bbc.example/live", summary="") for title in TICKER]
    if together:
        room.publish(*entries)
        assert len(stories(room)) == 3
    else:
        room.publish(*entries[:2])
        room.publish(entries[2])
    room.publish(item("Court frees two hundred whales", url="https://bbc.example/live", summary=""))
    room.publish(item("Gold price falls in Zurich", "kyodo", url="https://bbc.example/live", summary=""))
    news = [story["title"] for story in stories(room) if len(story["sources"]) == 1]
    assert {"Court frees two hundred whales", "Gold price falls in Zurich"} <= set(news)


def test_an_article_of_several_sources_with_a_title_each_is_one_story(room: Newsroom) -> None:
    for title, source in zip(TICKER, ("bbc-world", "reuters", "kyodo"), strict=True):
        room.publish(item(title, source, url="https://bbc.example/article", summary=""))
    assert len(stories(room)) == 1


@pytest.mark.parametrize("first", [True, False])
def test_an_article_to_which_another_links_under_many_titles_is_one_story(room: Newsroom, first: bool) -> None:
    """Readers post one article several times, each under words of their own."""
    own = item("Gold price falls in Zurich", url="https://bbc.example/article", summary="")
    posts = [item(title, "kyodo", url="https://bbc.example/article", summary="") for title in TICKER]
    room.publish(*([own] if first else []), *posts)
    room.publish(*([] if first else [own]))
    linking = item("Swiss gold is cheaper", "reuters", url="https://bbc.example/article", summary="")
    room.publish(linking)
    told = next(story for story in stories(room) if story["title"] == own.title)
    assert {"BBC", "Reuters"} <= {source["publisher"] for source in told["sources"]}
    assert len(stories(room)) == (1 if first else 3)


def test_an_article_that_changes_its_title_again_and_again_is_one_item_of_one_story(room: Newsroom) -> None:
    first = item(TICKER[0], url="https://bbc.example/article", summary="")
    for title in (*TICKER, "Court frees two hundred whales"):
        room.publish(replace(first, title=title, hash=title))
    room.publish(item("Gold price falls in Zurich", "kyodo", url="https://bbc.example/article", summary=""))
    (story,) = stories(room)
    assert len(story["sources"]) == 2


def test_an_outlet_is_known_at_its_address_below_more_guests_than_are_read(room: Newsroom) -> None:
    address = "https://kyodo.example/frigates"
    first = item("Frigates collide off Lumio, nine hurt", "kyodo", url=address, age=timedelta(hours=5))
    room.publish(first)
    room.publish(item(first.title, "reuters", age=timedelta(hours=4)))
    room.publish(*(item(f"Link {n} of the day", url=address, age=timedelta(hours=3)) for n in range(NEWEST + 1)))
    late = item("Harbour of Lumio closed", "kyodo", url=address)
    room.publish(late)
    assert len({one["story"] for one in items(room) if one["title"] in (first.title, late.title)}) == 1


def test_what_is_at_an_address_is_read_once_for_all_items_that_come_there(room: Newsroom) -> None:
    made = item("Frigates collide off Lumio, nine hurt", "kyodo", url="https://kyodo.example/frigates")
    room.publish(made)
    room.publish(item(made.title, "reuters"))
    for part in range(3):
        again = [replace(made, id=str(uuid5(NAMESPACE_URL, f"{part} {n}"))) for n in range(1000)]
        before = time.process_time()
        room.publish(*again)
    assert time.process_time() - before < 5


def items(room: Newsroom) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = room.client.get("/api/v1/items?limit=500").get_json()["items"]
    return found
