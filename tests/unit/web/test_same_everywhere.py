"""Whatever is asked, page, feeds and API list the same in the same order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from newsroom import NEWS, Newsroom, item

PLACES = ("/search", "/latest", "/sections/defense", "/topics/japan", "/sources/kyodo", "/latest/2026-11")
ASKED = {
    "q": ("frigate", "navy OR japan", "-navy", 'rare,"earth licenses"', "zebra"),
    "section": ("defense", "world"),
    "topic": ("japan", "nato"),
    "source": ("kyodo",),
    "publisher": ("BBC", "Nobody"),
    "label": ("GB", "owner:cooperative"),
    "lang": ("en", "de"),
    "since": ("24h", "2026-10-01"),
    "until": ("1h", "2026-11-24T12:01:00Z"),
    "limit": ("1", "3"),
    "min_publishers": ("1", "2"),
    "primary": ("1",),
    "view": ("stories", "items"),
}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    made = Newsroom(tmp_path_factory.mktemp("everywhere"))
    made.publish(*NEWS, item("Navy of Japan sails", "kyodo", age=timedelta(hours=9), lang="de"))
    made.now += timedelta(minutes=5)
    made.publish(item("Japan builds a frigate", age=timedelta(hours=40)), item("Towers of Japan", "reuters"), live=True)
    yield made
    made.close()


def told(room: Newsroom, place: str, asked: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """The headlines of each form of a list, by the name of the form."""
    query = urlencode(asked)
    page, json, rss, atom = (room.client.get(f"{place}{form}?{query}") for form in ("", ".json", ".rss", ".atom"))
    assert [one.status_code for one in (page, json, rss, atom)] == [200] * 4, page.text
    listed = page.text.partition('class="list"')[2].partition("<aside")[0]
    yield "page", list(map(unescape, re.findall(r"<h[23][^>]*><a [^>]*>([^<]*)</a></h[23]>", listed)))
    yield "JSON Feed", [one["title"] for one in json.get_json()["items"]]
    yield "RSS", [one.findtext("title", "") for one in etree.fromstring(rss.data).iter("item")]
    atoms = "{http://www.w3.org/2005/Atom}"
    yield "Atom", [one.findtext(f"{atoms}title", "") for one in etree.fromstring(atom.data).iter(f"{atoms}entry")]
    if place in ("/search", "/latest"):
        view = asked.get("view", "stories")
        rest = {name: value for name, value in asked.items() if name != "view"}
        yield "API", [one["title"] for one in room.client.get(f"/api/v1/{view}", query_string=rest).get_json()[view]]


@settings(max_examples=60)
@given(
    st.sampled_from(PLACES),
    st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in ASKED.items()}),
)
def test_whatever_is_asked_the_same_is_listed(room: Newsroom, place: str, asked: dict[str, str]) -> None:
    forms = dict(told(room, place, asked))
    assert forms == dict.fromkeys(forms, forms["JSON Feed"])
