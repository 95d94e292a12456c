"""A wrapper's items name their outlets: `publishers:` folds the name, and the host of `<source url>`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

from servers.local import Server, answer

from aggregator.bootstrap import Application, Installation, library, utc_now
from aggregator.cli.main import main
from aggregator.web.app import create_app

FILE = """\
allow_private: [127.0.0.1]
publishers:
  - {name: Tidings, domains: [tidings.example, tidings-intl.example]}
  - {name: Courier, aliases: [The Courier Online]}
sources:
  - {name: Roundup, url: URL, wrapper: true}
sections: [{id: world}]
"""
OUTLETS = {
    "Tidings World": "https://news.tidings-intl.example",
    "The Courier Online": "https://news.tidings-intl.example",
    "Elsewhere": "https://elsewhere.example",
    "Nonsense": "javascript:alert(1)",
}


def _feed(outlets: Mapping[str, str] = OUTLETS) -> bytes:
    when = format_datetime(utc_now() - timedelta(hours=1))
    items = "".join(
        f"<item><title>Matter {n} of note - {name}</title><link>https://roundup.example/a/{n}</link>"
        f"<guid>{n}</guid><pubDate>{when}</pubDate><source url='{url}'>{name}</source></item>"
        for n, (name, url) in enumerate(outlets.items())
    )
    return f"<rss version='2.0'><channel><title>Roundup</title>{items}</channel></rss>".encode()


def test_the_host_of_an_items_own_source_folds_to_its_publisher(tmp_path: Path) -> None:
    with Server({}) as server:
        server.routes["/roundup"] = answer(_feed())
        place = Installation(tmp_path / "feeds.yaml", tmp_path / "instance")
        place.config.write_text(FILE.replace("URL", server.url("/roundup")))
        assert main(["--config", str(place.config), "--instance", str(place.instance), "poll", "--json"]) == 0
    client = create_app(library(Application.load(place))).test_client()
    items = client.get("/api/v1/items").get_json()["items"]
    assert {item["title"][:8]: item["publisher"] for item in items} == {
        "Matter 0": "Tidings",
        "Matter 1": "Courier",  # a name or alias that is known says more than the host
        "Matter 2": "Elsewhere",
        "Matter 3": "Nonsense",
    }
    stories = client.get("/api/v1/stories?publisher=Tidings").get_json()["stories"]
    assert [story["publishers"] for story in stories] == [["Tidings"]]


def test_an_item_is_of_the_outlet_that_the_wrapper_names_last(tmp_path: Path) -> None:
    place = Installation(tmp_path / "feeds.yaml", tmp_path / "instance")
    with Server({}) as server:
        place.config.write_text(FILE.replace("URL", server.url("/roundup")))
        for outlet in ("Elsewhere", "Nowhere"):
            feed = _feed({outlet: "https://elsewhere.example"}).replace(f" - {outlet}".encode(), b"")
            server.routes["/roundup"] = answer(feed)
            assert main(["--config", str(place.config), "--instance", str(place.instance), "poll", "--json"]) == 0
    client = create_app(library(Application.load(place))).test_client()
    (item,) = client.get("/api/v1/items").get_json()["items"]
    (story,) = client.get("/api/v1/stories").get_json()["stories"]
    assert (item["publisher"], story["publishers"]) == ("Nowhere", ["Nowhere"])
