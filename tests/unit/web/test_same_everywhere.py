"""Whatever is asked, page, feeds and API list the same in the same order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from lxml import etree
from newsroom import CONFIG, NEWS, Newsroom, item

PLACES = ("/search", "/latest", "/sections/defense", "/topics/japan", "/sources/kyodo", "/latest/2026-11")
ASKED = (
    "", "q=frigate", "q=-navy", "q=rare,%22earth licenses%22", "q=navy OR japan&lang=en", "section=asia-pacific",
    "section=asia-pacific&primary=1", "section=defense&q=frigate", "section=defense&min_publishers=2", "topic=japan",
    "topic=japan&section=defense", "source=kyodo", "publisher=BBC&since=24h", "label=owner:cooperative", "lang=de",
    "since=2026-10-01&until=1h", "min_publishers=2", "limit=2", "view=items", "view=items&section=defense&primary=1",
    "view=items&min_publishers=2&limit=3", "view=items&q=japan&section=asia-pacific",
)  # fmt: skip


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    quiet, loud = item("Lumio closes its harbour"), item("Frigate rams Lumio harbour", "kyodo", lang="de")
    made = Newsroom(
        tmp_path_factory.mktemp("everywhere"), f"{CONFIG}stories: {{join: [['{quiet.url}', '{loud.url}']]}}\n"
    )
    made.publish(*NEWS, item("Navy of Japan sails", "kyodo", age=timedelta(hours=9)), quiet)
    for late in (item("Japan builds a frigate", "reuters", age=timedelta(hours=40)), loud):
        made.now += timedelta(minutes=5)
        made.publish(late, live=True)
    yield made
    made.close()


def told(room: Newsroom, place: str, asked: str) -> Iterator[tuple[str, list[str]]]:
    """The headlines of each form of a list, by the name of the form."""
    page, json, rss, atom = (room.client.get(f"{place}{form}?{asked}") for form in ("", ".json", ".rss", ".atom"))
    assert [one.status_code for one in (page, json, rss, atom)] == [200] * 4, page.text
    listed = page.text.partition('class="list"')[2].partition("<aside")[0]
    yield "page", list(map(unescape, re.findall(r"<h[23][^>]*><a [^>]*>([^<]*)</a></h[23]>", listed)))
    yield "JSON Feed", [one["title"] for one in json.get_json()["items"]]
    yield "RSS", [one.findtext("title", "") for one in etree.fromstring(rss.data).iter("item")]
    atoms = "{http://www.w3.org/2005/Atom}"
    yield "Atom", [one.findtext(f"{atoms}title", "") for one in etree.fromstring(atom.data).iter(f"{atoms}entry")]
    if place in ("/search", "/latest"):
        view = "items" if "view=items" in asked else "stories"
        found = room.client.get(f"/api/v1/{view}?{asked.replace('view=items&', '').replace('view=items', '')}")
        yield "API", [one["title"] for one in found.get_json()[view]]


@pytest.mark.parametrize("place", PLACES)
def test_whatever_is_asked_the_same_is_listed(room: Newsroom, place: str) -> None:
    lists = set()
    for asked in ASKED:
        forms = dict(told(room, place, asked))
        assert forms == dict.fromkeys(forms, forms["JSON Feed"]), asked
        lists.add(tuple(forms["JSON Feed"]))
    assert len(lists) > 5, "it makes a difference"
