"""A month of thousands of stories is a chain of documents, each no longer than is soon made and read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from lxml import etree
from newsroom import NOON, Newsroom, gibberish, item

from aggregator.web import stream_page

ROOT = "https://wire.example.org/news"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def archived(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """Two stories in September, seven in October, of which two share each second, one in November; three fill a document."""
    monkeypatch.setattr("aggregator.web.streams.MONTH", 3)
    moments = [datetime(2026, 9, 5, tzinfo=UTC), datetime(2026, 9, 6, tzinfo=UTC), NOON]
    moments += [datetime(2026, 10, 10, 12, n // 2, tzinfo=UTC) for n in range(7)]
    titles = [f"Frigate {n} {words}" for n, words in enumerate(gibberish(len(moments)))]
    room.publish(*(item(title, age=NOON - moment, summary="") for title, moment in zip(titles, moments, strict=True)))
    return room


def document(room: Newsroom, address: str) -> tuple[list[str], dict[str, str], str]:
    """Of a feed: what it lists, by number; where it leads, by relation; its Link header."""
    got = room.client.get(address)
    assert got.status_code == 200, got.text
    if ".json" in address:
        told: dict[str, Any] = got.get_json()
        titles, links = [one["title"] for one in told["items"]], {"older": told.get("next_url", "")}
    else:
        feed = etree.fromstring(got.data)
        titles = [one.findtext("title", "") for one in feed.iter("item")]
        titles += [one.findtext(f"{ATOM}title", "") for one in feed.iter(f"{ATOM}entry")]
        top = feed[0] if feed.tag == "rss" else feed
        links = {one.get("rel", ""): one.get("href", "") for one in top.findall(f"{ATOM}link")}
        links["archive"] = "yes" if top.find("{http://purl.org/syndication/history/1.0}archive") is not None else ""
        links["older"] = links.get("prev-archive", links.get("next", ""))
    numbers = [title.split()[1] for title in titles]
    return numbers, {rel: href.removeprefix(ROOT) for rel, href in links.items()}, got.headers["Link"]


@pytest.mark.parametrize("extension", ["rss", "atom", "json"])
@pytest.mark.parametrize("query", ["", "?min_publishers=1", "?q=-zebra", "?view=items"])
@pytest.mark.parametrize("stream", ["/latest", "/sections/defense"])
def test_a_long_month_is_a_chain_of_documents(archived: Newsroom, stream: str, query: str, extension: str) -> None:
    """One of 23,000 stories was 58 MB of JSON and took 7 seconds, in which little else was answered."""
    plain = query in ("", "?min_publishers=1")
    address, shown = f"{stream}/2026-10.{extension}{query}", list[list[str]]()
    while address.startswith(f"{stream}/2026-10"):
        numbers, links, header = document(archived, address)
        shown.append(numbers)
        for link in re.findall("<([^>]+)>", header):
            assert archived.client.get(link.removeprefix(ROOT)).status_code == 200, link
        if extension != "json":
            assert links["self"] == address
            assert bool(links["archive"]) and ("prev-archive" in links) == plain
            assert ("next-archive" in links) == (plain and len(shown) == 1), "there is no address of the part before"
        address = links["older"]
    whole = document(archived, f"{stream}/2026-10.rss{query}{'&' if query else '?'}limit=500")[0]
    assert sorted(whole) == [str(n) for n in range(3, 10)]
    assert shown == [whole[:3], whole[3:6], whole[6:]]
    assert address == (f"{stream}/2026-09.{extension}{query}" if plain else "")


def test_a_document_that_others_stand_between_is_not_called_the_next(archived: Newsroom) -> None:
    assert "next-archive" not in document(archived, "/latest/2026-09.rss")[1]
    assert document(archived, "/latest/2026-10.rss")[1]["next-archive"] == "/latest/2026-11.rss"
    page = archived.client.get("/latest/2026-09").text
    assert f'rel="next" href="{ROOT}/latest/2026-10"' in page


@pytest.mark.parametrize("extension", ["rss", "atom", "json"])
def test_who_asks_for_a_few_of_a_month_gets_these_and_is_led_to_the_rest(archived: Newsroom, extension: str) -> None:
    """Whoever followed the links of such documents missed most of each month."""
    address = f"/latest/2026-10.{extension}?limit=2"
    shown = list[list[str]]()
    while address.startswith("/latest/2026-10"):
        numbers, links, _ = document(archived, address)
        shown.append(numbers)
        address = links["older"]
    assert [len(numbers) for numbers in shown] == [2, 2, 2, 1]
    assert (shown[0][0], len({*chain(*shown)})) == ("9", 7)
    assert address == f"/latest/2026-09.{extension}"
    assert "cursor=" not in archived.client.get("/latest/2026-10?limit=2").text


def test_a_part_stays_what_it_is_when_news_comes_late(archived: Newsroom) -> None:
    second = document(archived, "/latest/2026-10.rss")[1]["older"]
    before = document(archived, second)[0]
    late = item("Submarine surfaces near Alaska", age=NOON - datetime(2026, 10, 20, tzinfo=UTC), summary="")
    archived.publish(late)
    assert document(archived, second)[0] == before
    assert len(archived.client.get("/latest/2026-10?view=items").text.split("Submarine")) > 1


def test_what_is_cut_since_the_rest_is_old_leads_to_the_rest(room: Newsroom) -> None:
    """Fifty, or all of the last two days, without `limit`."""
    titles = [f"Vessel {n} {words}" for n, words in enumerate(gibberish(60))]
    room.publish(*(item(title, age=timedelta(days=3, minutes=n), summary="") for n, title in enumerate(titles)))
    for extension in ("rss", "atom", "json"):
        first, links, _ = document(room, f"/search.{extension}?q=vessel")
        rest, last, _ = document(room, links["older"])
        assert first + rest == [str(n) for n in range(60)]
        assert (len(first), last["older"]) == (50, "")


@pytest.mark.parametrize("cursor", ["c3Rvcmllcy4xLjE", "aXRlbXMtbW9udGguMS4x", "x"])
def test_a_cursor_of_another_list_is_refused(archived: Newsroom, cursor: str) -> None:
    assert archived.client.get(f"/latest/2026-10.rss?cursor={cursor}").status_code == 400


@pytest.mark.parametrize("order", ["newest", "relevance"])
def test_a_page_of_a_month_has_as_many_in_either_order(
    archived: Newsroom, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    """200, as the help says; by relevance it had 100, and nothing led to the others."""
    monkeypatch.setattr(stream_page, "PER_LIST", 2)
    monkeypatch.setattr(stream_page, "PER_PAGE", 4)
    page = archived.client.get(f"/latest/2026-10?q=frigate&order={order}").text
    assert page.count('<article class="card') == 4
