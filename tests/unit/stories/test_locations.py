"""Which places hold which, and that the shipped table knows the large ones."""

from __future__ import annotations

import numpy as np
import pytest

from aggregator.stories.locations import Kind, Location, locate, nations, pack, unpack
from aggregator.text.words import stem, word_id


def place(name: str, lang: str = "en") -> Location | None:
    return unpack(int(locate(np.array([word_id(stem(name, lang))]))[0]))


def test_a_common_word_of_another_language_names_no_country() -> None:
    """ "Ni" (neither) stands in every fortieth Spanish item, and in Polish, Swedish, Turkish ones."""
    assert place("ni") is None


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("Sikkim", "India", True),
        ("Indian", "Kolkata", True),
        ("Kolkata", "Bengal", True),
        ("Kolkata", "Sikkim", False),
        ("Kolkata", "Mumbai", False),
        ("Houston", "Texas", True),
        ("Boston", "Texas", False),
        ("Kharkiv", "Odesa", False),
        ("Kyiv", "Kiev", True),
        ("Balkans", "Bosnia", True),
        ("Balkans", "Norway", False),
        ("Africa", "Nairobi", True),
        ("Antarctica", "Antarctic", True),
        ("Scandinavia", "Swedish", True),
        ("Mediterranean", "Libya", True),
        ("Mediterranean", "Senegal", False),
        ("Caribbean", "Venezuela", True),
        ("Caribbean", "Jamaica", True),
        ("Pacific", "Colombia", True),
        ("Pacific", "Caribbean", False),
        ("Pacific", "Seattle", True),
        ("Caribbean", "Florida", True),
        ("Pacific", "American", False),
        ("Georgia", "Tbilisi", False),  # not known which is meant: names nothing
    ],
)
def test_what_holds_which(one: str, other: str, agree: bool) -> None:
    mine, theirs = place(one), place(other)
    assert (mine is not None and theirs is not None and mine.overlaps(theirs)) is agree
    assert (mine is not None and theirs is not None and theirs.overlaps(mine)) is agree


def test_who_belongs_to_a_country_is_no_place_in_it() -> None:
    leader, country, city = place("Orban"), place("Hungary"), place("Budapest")
    assert leader is not None and country is not None and city is not None
    assert leader.kind == Kind.OTHER and leader.nation == country
    assert country.contains(leader) and not leader.contains(country)
    assert not leader.overlaps(city)


@pytest.mark.parametrize(
    "word",
    [
        "for",
        "bill",
        "provide",
        "Francis",
        "Meta",
        "island",
        "Velmora",
        "Department",
        "Queen",
        "Carolina",
        "Jeremy",
        "Harry",
    ],
)
def test_words_and_other_names_are_no_places(word: str) -> None:
    assert place(word) is None


def test_german_endings() -> None:
    assert place("Bremens", "de") == place("Bremen")


def test_a_nation_and_its_people_have_one_number() -> None:
    of = nations(locate(np.array([word_id(stem(name)) for name in ("Kenya", "Kenyans", "Nairobi", "Velmora")])))
    assert of[0] == of[1] > 0 and of[2] == of[3] == -1


def test_of_two_places_with_one_name_the_word_means_the_one_in_the_news() -> None:
    assert place("Salvador") == place("Salvadoran")  # rather than the city in Brazil


def test_packing() -> None:
    where = Location(Kind.CITY, 317, 255)
    assert unpack(pack(where)) == where
    assert unpack(0) is None
