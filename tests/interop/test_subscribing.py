"""Ways to subscribe other than the address of a feed: OPML, and the address of a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders.process import get
from interop.libraries import DRIVERS, Feedsmith
from interop.miniflux import Miniflux
from interop.seen import installed, run
from interop.terminal import Newsboat
from interop.world import FRIGATE, MISSILES, OCTOPUS, OSLO, World

pytestmark = pytest.mark.interop
TITLES = {"Defense": "defense", "Europe": "europe", "World": "world"}


@pytest.fixture
def opml(here: World, tmp_path: Path) -> Path:
    path = tmp_path / "subscriptions.opml"
    path.write_bytes(get(f"{here.root}/subscriptions.opml")[1])
    return path


def addresses(here: World) -> dict[str, str]:
    return {title: f"{here.feed(id)}?primary=1" for title, id in TITLES.items()}


def test_newsboat_imports(here: World, opml: Path, tmp_path: Path) -> None:
    (tmp_path / "reader").mkdir()
    reader = Newsboat(tmp_path / "reader")
    reader.call("-i", str(opml))
    urls = (tmp_path / "reader" / "urls").read_text()
    assert all(url in urls for url in addresses(here).values())
    reader.refresh()
    assert sorted(entry.title for entry in reader.entries()) == sorted([FRIGATE, MISSILES, OSLO, OCTOPUS])


def test_miniflux_imports(here: World, opml: Path, miniflux_root: str) -> None:
    reader = Miniflux(miniflux_root)
    reader.forget()
    reader.call("POST", "/v1/import", opml.read_bytes())
    assert reader.subscriptions() == addresses(here)
    reader.forget()


def test_listparser_reads(here: World, opml: Path, tmp_path: Path) -> None:
    told = json.loads(run([str(installed("bin/python")), str(DRIVERS / "with_listparser.py"), str(opml)], tmp_path))
    assert dict(told["feeds"]) == addresses(here)


def test_feedsmith_reads(here: World, opml: Path, tmp_path: Path) -> None:
    reader = Feedsmith(tmp_path)
    told = json.loads(run([*reader.command, str(DRIVERS / reader.driver), str(opml)], tmp_path))
    assert dict(told["feeds"]) == addresses(here)


@pytest.mark.parametrize("page", ["/sections/defense", "/search?q=frigate", "/"])
def test_miniflux_finds_the_feeds_of_a_page(here: World, miniflux_root: str, page: str) -> None:
    body = json.dumps({"url": here.root + page}).encode()
    found = Miniflux(miniflux_root).call("POST", "/v1/discover", body)
    path, _, query = page.partition("?")
    stream = f"{here.root}{'/latest' if path == '/' else path}"
    assert {(one["type"], one["url"]) for one in found} == {
        (format, f"{stream}.{extension}{'?' + query if query else ''}")
        for format, extension in (("rss", "rss"), ("atom", "atom"), ("json", "json"))
    }
