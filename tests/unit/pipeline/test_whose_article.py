"""A source may link to pages of other outlets; it does not become these by that."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from newsroom import CONFIG, Newsroom, item

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


def test_an_article_is_its_outlets_although_another_listed_it_first(tmp_path: Path) -> None:
    """Who is polled more often, or writes what is polled, would else take the headline, and keep out whom it links to."""
    room = Newsroom(tmp_path)
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
