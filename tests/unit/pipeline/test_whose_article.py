"""A source may link to pages of other outlets; it does not become these by that."""

from __future__ import annotations

from pathlib import Path

from newsroom import CONFIG, Newsroom, item

from aggregator.web.app import create_app

HEADLINE = "Ukraine and Russia agree a prisoner exchange of three hundred"
OUTLETS = """publishers:
  - {name: Courier, domains: [courier.example]}
  - {name: Herald, domains: [herald.example]}"""


def test_a_source_that_links_to_the_pages_of_many_outlets_is_one_publisher(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, CONFIG.replace("publishers:", OUTLETS))
    hosts = ("bbc", "courier", "herald")
    room.publish(*(item(f"{HEADLINE} {host}", "reuters", url=f"https://{host}.example/exchange") for host in hosts))
    room.edit(
        room.text.replace('  - {name: Reuters, url: "https://reuters.example/feed.xml"}\n', "")
    )  # removed, its items stay
    client = create_app(room.library()).test_client()
    assert {one["publisher"] for one in client.get("/api/v1/items").get_json()["items"]} == {"Reuters"}
    assert {name for one in client.get("/api/v1/stories").get_json()["stories"] for name in one["publishers"]} == {
        "Reuters"
    }
    assert client.get("/api/v1/stories?min_publishers=2").get_json()["stories"] == []


def test_a_source_at_the_domain_of_a_publisher_is_this_publisher(tmp_path: Path) -> None:
    source = '{name: Reuters, url: "https://feeds.bbc.example/asia.xml"}'
    room = Newsroom(tmp_path, CONFIG.replace('{name: Reuters, url: "https://reuters.example/feed.xml"}', source))
    room.publish(item(HEADLINE, "reuters", url="https://elsewhere.example/exchange"))
    client = create_app(room.library()).test_client()
    assert [one["publisher"] for one in client.get("/api/v1/items").get_json()["items"]] == ["BBC"]
