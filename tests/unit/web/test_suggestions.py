from __future__ import annotations

import html
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from newsroom import NEWS, Newsroom, item

from aggregator.model.stream import StreamQuery
from aggregator.store.lists import Lists
from aggregator.text import words
from aggregator.web.suggestions import FEW, MOST, NEAREST, SUSPECTS, as_typed, rarest, suggestions
from aggregator.web.terms import terms


@pytest.mark.parametrize(
    ("query", "others"),
    [
        ("hurricanes", ["hurricane*"]),
        ("hurricane", ["hurricane*"]),
        ("zelenskyy visits", ["zelenskyy* visits", "zelenskyy visit*"]),
        ('Defence "rare earths" -"world cup"', ['Defence* "rare earths" -"world cup"']),
        ('"hurricanes" ian', ["hurricanes ian"]),
        ("zelenskyy OR kyiv -tax", ["zelenskyy* OR kyiv -tax", "zelenskyy OR kyiv* -tax"]),
        ("AND", []),
        ("and or", []),
        ("navy or nato", ["navy OR nato", "navy* or nato", "navy or nato*"]),
        ('uk and "eu" Or us -nato', ['uk "eu" OR us -nato', "uk and eu Or us -nato"]),
        ("missile*", []),
        ("war", []),
        ("congress", ["congress*"]),
        ('"rare earths"', []),
        ("東京", []),
    ],
)
def test_what_is_suggested(query: str, others: list[str]) -> None:
    words, without = terms(query)
    assert [as_typed(found, without) for found in suggestions(words, without)] == others


def test_operators_that_make_the_search_too_long_are_not_suggested() -> None:
    """Groups are multiplied out; the page of such a search was refused as too long, which it is not."""
    words, without = terms("({} {}) OR ({} {}) or e".format(*(letter * 220 for letter in "abcd")))
    assert [as_typed(found, without) for found in suggestions(words, without)] == []


WORDS = st.lists(
    st.sampled_from(["hurricanes", '"rare earths"', '"nato"', "Defence", "5g", "missile*", "U.S.", "東京"]),
    min_size=1,
    max_size=4,
)


@given(WORDS, WORDS | st.just([]))
def test_one_word_is_written_otherwise_and_all_else_stays(words: list[str], without: list[str]) -> None:
    for found in suggestions(words, without):
        told, left_out = terms(as_typed(found, without))
        assert left_out == tuple(without)
        assert sum(one != other for one, other in zip(told, words, strict=True)) == 1


def test_a_search_that_found_little_says_how_it_may_be_written_too(newsroom: Newsroom) -> None:
    page = newsroom.client.get("/search?q=frigates&section=defense").text
    assert '<a href="/news/search?q=frigate%2A&amp;section=defense" rel="nofollow">frigate*</a>' in page
    assert "Navy&#39;s Newest Frigate" in newsroom.client.get("/search?q=frigate%2A&section=defense").text


def test_operators_that_were_typed_small_are_offered_in_capitals(newsroom: Newsroom) -> None:
    page = newsroom.client.get("/search?q=navy+or+octopuses").text
    assert "Nothing here" in page
    assert '<a href="/news/search?q=navy+OR+octopuses" rel="nofollow">navy OR octopuses</a>' in page
    assert "Octopuses Dream" in newsroom.client.get("/search?q=navy+OR+octopuses").text


def test_where_nothing_is_found_only_what_finds_something_is_offered(newsroom: Newsroom) -> None:
    page = newsroom.client.get("/search?q=frig").text
    assert "Nothing here" in page
    assert '<a href="/news/search?q=frig%2A" rel="nofollow">frig*</a>' in page
    for query in ("zzzzqq", "frigatte", "frig+zzzzqq"):
        page = newsroom.client.get(f"/search?q={query}").text
        assert "Nothing here" in page
        assert "Also try" not in page


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("frigatte", "frigate"),
        ("firgate", "frigate"),
        ("friate", "frigate"),
        ("Frigbte", "frigate"),
        ("octopusses", "octopuses"),
    ],
)
def test_a_slip_of_the_hand_is_undone_where_that_finds_something(newsroom: Newsroom, typed: str, meant: str) -> None:
    told = f'Did you mean <a href="/news/search?q={meant}" rel="nofollow">{meant}</a>?'
    assert told in newsroom.client.get(f"/search?q={typed}").text
    assert "Did you mean" not in newsroom.client.get(f"/search?q={meant}").text


def test_a_name_is_rather_meant_than_a_short_word_that_is_everywhere(newsroom: Newsroom) -> None:
    told = ("Putin visits the yard", "Both sides put on hold", "Storm puts off launch")
    newsroom.publish(*(item(title, url=f"https://x.example/{n}") for n, title in enumerate(told)))
    assert 'rel="nofollow">putin</a>?' in newsroom.client.get("/search?q=putn").text


def test_two_letters_exchanged_are_rather_meant_than_one_too_many(newsroom: Newsroom) -> None:
    """Hama and Hamas have one stem, so that both are counted as often."""
    told = ("Hamas frees two hostages", "Hamas names a new envoy", "Old wheels turn again in Hama")
    newsroom.publish(*(item(title, url=f"https://x.example/{n}") for n, title in enumerate(told)))
    assert 'rel="nofollow">hamas</a>?' in newsroom.client.get("/search?q=hamsa").text


def test_two_words_written_as_one_are_parted(newsroom: Newsroom) -> None:
    for typed, meant in (
        ("newestfrigate", '"newest frigate"'),
        ("navy NewestFrigate -zebra", 'navy "newest frigate" -zebra'),
    ):
        page = html.unescape(newsroom.client.get("/search", query_string={"q": typed}).text)
        assert f'rel="nofollow">{meant}</a>?' in page, typed
    assert "Did you mean" not in newsroom.client.get("/search?q=frigatenewest").text


def test_a_word_is_misspelled_though_an_address_has_it(newsroom: Newsroom) -> None:
    newsroom.publish(
        item("Shipyard Delayed Again", summary="", url="https://x.example/frigatte-delayed-again-shipyard")
    )
    assert "Did you mean" in newsroom.client.get("/search?q=frigatte").text
    assert "Did you mean" in newsroom.client.get("/search?q=newest+frigatte").text


def test_what_was_meant_costs_no_memory(newsroom: Newsroom) -> None:
    """Of a word of a thousand letters there are 53,000 with another letter, which were kept: a hundred megabytes for each search."""
    for typed in ("frigatte", "xyz" * 300):
        newsroom.client.get(f"/search?q={typed}")
    assert not {"frigattf", f"a{'xyz' * 300}"} & words._PLAIN.keys()
    assert rarest(["frigatte", "xyz" * 300], lambda ids: {}) == ["frigatte"]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[StreamQuery]:
    """The lists that the store was asked for."""
    made: list[StreamQuery] = []
    listed = Lists.listed

    def counted(self: Lists, query: StreamQuery, now: int) -> Any:
        made.append(query)
        return listed(self, query, now)

    monkeypatch.setattr(Lists, "listed", counted)
    return made


def test_few_searches_are_made_to_say_what_was_meant(newsroom: Newsroom, made: list[StreamQuery]) -> None:
    told = sorted({word for one in NEWS for word in re.findall(r"[A-Za-z]{5,}", one.title)})[:18]
    for typed in (
        "+".join(told),
        "+".join(f"{word}{word[-1]}" for word in told),
        "+OR+".join(f"{word}qqq" for word in told),
    ):
        made.clear()
        got = newsroom.client.get(f"/search?q={typed}")
        assert (got.status_code, "Did you mean" in got.text) == (200, False), got.text
        assert 2 <= len(made) <= 1 + MOST + SUSPECTS + NEAREST < len(told)


def test_few_of_many_words_that_are_alike_are_tried(room: Newsroom, made: list[StreamQuery]) -> None:
    alike = [f"{letter}arket" for letter in "abcdefghijklmnopqrst"]
    room.publish(item(" ".join(alike)), item("Octopuses dream", "kyodo"))
    assert "Did you mean" not in room.client.get("/search?q=(zarket+OR+yarket)+octopuses").text
    tried = [query for query in made if any(word in " ".join(query.filter.words) for word in alike)]
    assert len(tried) == NEAREST < len(alike)


def test_what_is_misspelt_of_several_words_is_respelled(newsroom: Newsroom) -> None:
    for typed, meant in (
        ("zzzzzz OR frigatte", "zzzzzz OR frigate"),
        ('frigatte OR "zzz zzz" delayed', 'frigate OR "zzz zzz" delayed'),
        ("frigatte OR zzzzzz OR frigate delayd", "frigatte OR zzzzzz OR frigate delayed"),
        ("delayed (frigatte OR octopuses)", "delayed frigate OR octopuses"),
        ("(navy frigatte) OR zzzzzz", "navy OR zzzzzz frigate OR zzzzzz"),
        ("(navy zzzzzz) OR frigatte", "navy OR frigate zzzzzz OR frigate"),
        (
            "(delayed frigatte) OR (octopuses frigatte)",
            "delayed OR octopuses delayed OR frigate frigate OR octopuses frigate",
        ),
        ("frigatte delayd", "frigate delayed"),
        ("newst firgate delayd -zebra", "newest frigate delayed -zebra"),
        ("octopuses (frigatte OR missile)", None),  # nor would frigate find anything
    ):
        page = html.unescape(newsroom.client.get("/search", query_string={"q": typed}).text)
        assert (f'rel="nofollow">{meant}</a>?' in page) is (meant is not None), typed


@pytest.mark.parametrize(
    "query",
    [
        "q=zzzzzzz",
        "q=%22frigatte%22",
        "q=frigatte&lang=de",
        "q=frigatte&since=2026-11-24T11:59",
        "q=frigatte+zzzzzzz",
        "q=5gg",
        "q=nav*",
    ],
)
def test_nothing_is_meant_that_would_find_nothing(newsroom: Newsroom, query: str) -> None:
    assert "Did you mean" not in newsroom.client.get(f"/search?{query}").text


def test_the_rest_of_a_search_stays_where_a_word_is_respelled(newsroom: Newsroom) -> None:
    page = newsroom.client.get("/search?q=%22newest+frigate%22+delayd+-zebra&section=defense").text
    address = "/news/search?q=%22newest+frigate%22+delayed+-zebra&amp;section=defense"
    assert f'Did you mean <a href="{address}" rel="nofollow">&#34;newest frigate&#34; delayed -zebra</a>?' in page


def test_nothing_is_suggested_where_there_is_enough(newsroom: Newsroom) -> None:
    newsroom.publish(
        *(item(f"Ferry {name} sinks near Port {name}", url=f"https://x.example/{name}") for name in "ABCDEFGHIJ"[:FEW])
    )
    assert "Also try" not in newsroom.client.get("/search?q=ferry").text
    assert "Also try" not in newsroom.client.get("/search?q=ferry&limit=3").text
    assert "Also try" in newsroom.client.get("/search?q=ferry+near+A").text
