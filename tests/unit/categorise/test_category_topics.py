"""Topics out of the categories of feeds: what passes, what is one, what is none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.categorise.category_topics import (
    EACH,
    ITEMS,
    MOST,
    PUBLISHERS,
    CategoryNames,
    CategoryTopics,
    Use,
    category_of,
    find_topics,
)


def uses(*categories: str, publishers: int = PUBLISHERS, items: int = 4, address: str = "") -> list[Use]:
    """Of each publisher so many items with these categories, among many without."""
    told = [Use(f"Outlet {n}", categories, address) for n in range(publishers) for _ in range(items)]
    return told + [Use(f"Outlet {n}", ()) for n in range(publishers) for _ in range(items * 5)]


@pytest.mark.parametrize(
    ("category", "title", "id"),
    [
        ("Climate Change", "Climate Change", "climate-change"),
        ("  climate\n change ", "Climate change", "climate-change"),
        ("George Floyd Protests (2020)", "George Floyd Protests", "george-floyd-protests"),
        ("Élections", "Élections", "elections"),
        ("AI", "AI", "ai"),
        ("iPhone", "iPhone", "iphone"),
        ("F-35", "F-35", "f-35"),
        ("ocean_plastic", "Ocean plastic", "ocean-plastic"),
        ("ocean-plastic", "Ocean plastic", "ocean-plastic"),
        ("e-bikes", "E-bikes", "e-bikes"),
    ],
)
def test_a_category_as_a_name(category: str, title: str, id: str) -> None:
    made = category_of(category)
    assert made is not None
    assert (made.title, made.id) == (title, id)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Organised Crime", "Organized crime"), ("Labour Markets", "Labor market"), ("Defence policy", "Defense Policies"),
        ("Mergers & Acquisitions", "Mergers and acquisitions"), ("Ocean Plastic", "ocean_plastic"),
    ],
)  # fmt: skip
def test_spellings_of_one_name_are_one_topic(one: str, other: str) -> None:
    told = [*uses(one, publishers=2), *(use._replace(publisher="Outlet 9") for use in uses(other, publishers=1))]
    assert len(find_topics(told, CategoryTopics()).titles) == 1
    assert category_of("University") != category_of("Universe")


@pytest.mark.parametrize(
    "category",
    [
        "News", "Latest News", "Top Stories", "Uncategorized", "Featured Articles", "World", "Opinion", "Press Releases",
        "Trending Now", "Web Stories", "Homepage Slider", "Print Edition", "Monday", "People", "People and Events", "And",
        "Editor's Picks", "In Depth", "Long Reads", "Must-Reads", "Partner Content", "Cartoons",
        "Trump, Donald J", "your-feed-science", "a/b", "../etc", "<b>War</b>", "javascript:alert(1)", "tag:x", "#war",
        "2024", "中国", "", "x" * 41, "one two three four five",
    ],
)  # fmt: skip
def test_what_is_no_name(category: str) -> None:
    assert category_of(category) is None


@given(st.text(st.sampled_from("abzABZ éß中 019-_&/.,:;#<>()'\"\\\n"), min_size=2, max_size=20))
def test_an_id_is_always_safe(category: str) -> None:
    made = category_of(category)
    if made is not None:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", made.id)
        assert 2 <= len(made.title) <= 40
        assert not set(made.title) & set('<>"/\\:;,#\n')


def test_a_category_of_several_outlets_is_a_topic() -> None:
    topics = find_topics(uses("Rare Earths"), CategoryTopics())
    assert topics.titles == {"rare-earths": "Rare Earths"}
    assert topics.of(["rare earth", "else"]) == {"rare-earths": "rare earth"}


def test_spellings_fold_and_the_most_frequent_names_it() -> None:
    told = [*uses("Cyber Attacks", items=3), *uses("cyber attack", items=2), *uses("CYBER ATTACKS", items=1)]
    topics = find_topics(told, CategoryTopics())
    assert topics.titles == {"cyber-attacks": "Cyber Attacks"}
    assert [*topics.of(["Cyber attack"])] == [*topics.of(["cyber attacks"])] == ["cyber-attacks"]


def test_the_floor_of_use() -> None:
    assert not find_topics(uses("Volcanoes", publishers=PUBLISHERS - 1, items=20), CategoryTopics()).titles
    few = [Use(f"Outlet {n}", ("Volcanoes",) if k == 0 else ()) for n in range(PUBLISHERS) for k in range(9)]
    assert PUBLISHERS < ITEMS
    assert not find_topics(few, CategoryTopics()).titles


def test_what_an_outlet_writes_on_most_items_names_its_feed() -> None:
    told = [Use(f"Outlet {n}", ("Wire Service",)) for n in range(5) for _ in range(10)]
    assert not find_topics(told, CategoryTopics()).titles


def test_a_part_of_the_site_is_no_topic() -> None:
    assert not find_topics(uses("Chess", address="https://a.example/Chess/2026/a-match"), CategoryTopics()).titles
    assert find_topics(uses("Chess", address="https://a.example/2026/chess"), CategoryTopics()).titles


@pytest.mark.parametrize("category", ["Sports", "World politics", "Business & Culture", "Politics News"])
def test_the_desk_of_an_outlet_is_no_topic(category: str) -> None:
    assert not find_topics(uses(category), CategoryTopics()).titles
    assert find_topics(uses(f"{category} fraud"), CategoryTopics()).titles


def test_names_of_outlets_sections_and_configured_topics_are_none() -> None:
    assert not find_topics(uses("The Bugle"), CategoryTopics(), CategoryNames(frozenset({"The Bugle"}))).titles
    assert not find_topics(uses("The Bugle"), CategoryTopics(), CategoryNames(frozenset({"The Bugle (UK)"}))).titles
    assert not find_topics(
        uses("Drone Wars"), CategoryTopics(), CategoryNames(spoken_for=lambda title: "Drone" in title)
    ).titles


def test_a_topic_that_is_configured_since_takes_the_place_of_the_one_that_was_found() -> None:
    found = find_topics(uses("Drone Wars"), CategoryTopics())
    assert found.titles
    assert not find_topics(uses("Drone Wars"), found, CategoryNames(spoken_for=lambda title: "Drone" in title)).titles


@pytest.mark.parametrize("category", ["Ukraine-Russia war", "Russia-Ukraine War", "Ukraine Russia wars"])
def test_nor_are_they_with_other_signs_or_in_another_order(category: str) -> None:
    assert not find_topics(uses(category), CategoryTopics(), CategoryNames(frozenset({"Ukraine – Russia War"}))).titles
    assert find_topics(uses(category), CategoryTopics(), CategoryNames(frozenset({"Ukraine – Russia"}))).titles


def test_a_place_is_the_topic_of_that_place() -> None:
    topics = find_topics(uses("Iran"), CategoryTopics(), CategoryNames(places={"Iran": "iran"}))
    assert topics.titles == {}
    assert topics.of(["IRAN"]) == {"iran": "IRAN"}
    told = [*uses("UK"), *uses("UK news"), *uses("Britain")]
    topics = find_topics(
        told, CategoryTopics(), CategoryNames(places={"UK": "united-kingdom", "Britain": "united-kingdom"})
    )
    assert topics.titles == {}
    assert topics.of(["UK News"]) == {"united-kingdom": "UK News"}


def test_what_was_found_stays_and_their_number_is_bounded() -> None:
    first = find_topics(uses("Volcanoes"), CategoryTopics())
    assert find_topics([], first).titles == first.titles
    assert find_topics(uses("Volcano"), first).titles == first.titles
    many = [use for n in range(MOST + 20) for use in uses(f"Subject {chr(97 + n % 26)}{n}x", items=2)]
    later = find_topics([*many, Use("Outlet 1", ("Volcano",))], first)  # still in use, if little
    assert len(later.titles) == MOST
    assert "volcanoes" in later.titles


def test_an_item_has_no_more_than_two() -> None:
    topics = CategoryTopics({"a1": "A1", "b1": "B1", "c1": "C1"}, {"a1": "a1", "b1": "b1", "c1": "c1"})
    assert [*topics.of(["A1", "B1", "C1", "A1"])] == ["a1", "b1"][:EACH]
