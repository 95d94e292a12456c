"""Two events of one kind, told in the same words, stay two stories."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest

from aggregator.stories import Candidate, Features, Memory, features, group
from benchmarks.probe_stories import laid, probes

NOON = 1_700_000_000


def stories(*told: Candidate) -> list[int]:
    memory = Memory()
    memory.apply(told, group(told, memory))
    return [memory.story(one.item) for one in told]


def item(number: int, title: str, summary: str, lang: str = "en") -> Candidate:
    return Candidate(number, title, summary, f"outlet {number}", None, NOON + number, lang)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            (
                "Russian drones hit Odesa overnight, killing two",
                "A wave of drones struck a block of flats in Odesa, killing two people.",
            ),
            (
                "Russian drones hit Kharkiv overnight, killing three",
                "A wave of drones struck a block of flats in Kharkiv, killing three people.",
            ),
        ),
        (
            (
                "Fed holds interest rates steady and signals patience",
                "The Federal Reserve kept its benchmark rate unchanged on Wednesday.",
            ),
            (
                "ECB holds interest rates steady and signals patience",
                "The European Central Bank kept its benchmark rate unchanged on Wednesday.",
            ),
        ),
        (
            (
                "Bulgarian finance minister resigns over tax scandal",
                "Bulgaria's minister Plamen Dotchev resigned on Monday after reports of undeclared income.",
            ),
            (
                "Slovak health minister resigns over tax scandal",
                "Slovakia's minister Marek Halasz resigned on Monday after reports of undeclared income.",
            ),
        ),
    ],
)
def test_like_events_elsewhere_are_other_stories(one: tuple[str, str], other: tuple[str, str]) -> None:
    first, second = stories(item(1, *one), item(2, *other))
    assert first != second


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (  # a nation and its people are one name
            (
                "Flights at Hamburg Airport suspended after threat to plane from Iran",
                "Flights at Hamburg Airport were suspended after a threat against a plane from Tehran, police said.",
            ),
            (
                "Hamburg Airport suspends flights after threat to Iranian plane",
                "Flights at Hamburg Airport were suspended for an hour after a threat against a plane, police said.",
            ),
        ),
        (  # the lead names what the headline does not
            (
                "Drones hit Odesa overnight, killing two",
                "Drones struck a block of flats in Odesa, in the south of Ukraine, killing two people.",
            ),
            (
                "Drones hit Ukraine overnight, killing two",
                "Drones struck a block of flats in the port of Odesa, killing two people.",
            ),
        ),
    ],
)
def test_one_event_under_other_names_is_one_story(one: tuple[str, str], other: tuple[str, str]) -> None:
    first, second = stories(item(1, *one), item(2, *other))
    assert first == second


def test_the_invented_events_of_one_kind_mostly_stay_apart_and_reports_of_one_come_together() -> None:
    found = list(probes())
    story = stories(*laid(found, NOON, 1))
    pairs = [(found[a], found[b], story[a] == story[b]) for a, b in combinations(range(len(found)), 2)]
    counts = Counter((one.event == other.event, met) for one, other, met in pairs if one.kind == other.kind)
    assert counts[False, True] <= 0.15 * (counts[False, True] + counts[False, False])
    assert counts[True, True] >= 0.5 * (counts[True, True] + counts[True, False])


@pytest.mark.parametrize(
    ("title", "summary", "lang", "marked"),
    [
        ("Strike at Velmora closes pits", "Miners walked out on Monday.", "en", {"Strike", "Velmora"}),
        ("Strike At Velmora Closes Pits", "Miners at Velmora walked out on Monday.", "en", {"Velmora"}),
        ("STRIKE AT VELMORA", "Miners walked out on Monday.", "en", set()),
        ("Streik in Velmora legt Gruben still", "Die Bergleute in Velmora streiken.", "de", set()),
    ],
)
def test_a_headline_tells_names_by_their_capitals(title: str, summary: str, lang: str, marked: set[str]) -> None:
    one = features(Candidate(1, title, summary, "", None, NOON, lang))
    words = {word for name in marked for word in features(Candidate(2, name, "", "", None, NOON, lang)).title}
    assert one.names == words
    assert Features.decode(one.encode()) == one
