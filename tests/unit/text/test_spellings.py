"""Words that are one word, however they are spelled."""

from __future__ import annotations

from importlib.resources import files

import pytest
import snowballstemmer

from aggregator.stories.candidate import Candidate
from aggregator.stories.grouping import group
from aggregator.stories.memory import Memory
from aggregator.text.words import stem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("defences", "Defenses"),
        ("Labour", "labor"),
        ("organised", "organizes"),
        ("Kiev", "Kyiv"),
        ("Zelenskyy’s", "Zelensky"),
        ("Türkiye", "Turkey"),
        ("quakes", "earthquake"),
        ("Huthis", "Houthi"),
        ("ISIL", "ISIS"),
    ],
)
def test_spellings_of_one_word_have_one_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("one", "other"), [("four", "for"), ("rise", "rize"), ("analyst", "analyze"), ("does", "des")])
def test_words_that_look_like_spellings_stay_themselves(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_other_languages_keep_their_words() -> None:
    assert stem("centre", "fr") != stem("center", "fr")


def test_each_line_of_the_list_unites_two_words_that_the_stemmer_does_not() -> None:
    text = (files("aggregator.text") / "data" / "spellings.txt").read_text(encoding="utf-8")
    pairs = [line.split() for line in text.splitlines() if not line.startswith("#")]
    unlisted = snowballstemmer.stemmer("english").stemWord
    assert all(unlisted(one) != unlisted(other) for one, other in pairs)
    assert all(stem(one) == stem(other) == unlisted(other) for one, other in pairs)  # none leads on to a third
    assert len({unlisted(one) for one, _ in pairs}) == len(pairs)


def test_a_british_and_an_american_report_are_one_story() -> None:
    told = [
        Candidate(1, "Centre-left Labour defence plan criticised by Zelenskyy", "", "One", None, 1_700_000_000, "en"),
        Candidate(2, "Zelensky criticizes center-left Labor defense plan", "", "Two", None, 1_700_000_060, "en"),
    ]
    memory = Memory()
    memory.apply(told, group(told, memory))
    assert memory.story(1) == memory.story(2)
