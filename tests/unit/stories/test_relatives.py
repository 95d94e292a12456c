"""Chapters of a running event are found by the rare words they share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations, islice

import pytest

from aggregator.stories.candidate import Candidate
from aggregator.stories.grouping import group
from aggregator.stories.memory import Memory
from aggregator.stories.relatives import UNSURE, Chapter, chapters, closeness, names, sense

HEADLINES = [
    "Talks on the Vassiliki dam collapse as Karellia walks out",
    "Engineers warn that the Vassiliki dam may not last the winter, Karellia says",
    "Karellia to host games in four years",
    "Fishing quotas cut after a poor season",
    "Prime minister resigns over a housing scandal",
    "Museum reopens after years of works",
]


class Large(Memory):
    """One of a thousand items, of which these are some."""

    def documents(self) -> int:
        return 1_000


class Huge(Memory):
    """One of a million."""

    def documents(self) -> int:
        return 1_000_000


NAMES = [
    f"{first}{second}ov"
    for first in ("Bard", "Delm", "Fink", "Gost", "Helb")
    for second in ("an", "ek", "il", "or", "um")
]


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> int:
    """How many items are read for a word: fewer than usual, so that few are very many."""
    monkeypatch.setattr("aggregator.stories.relatives.LISTED", 50)
    return 50


def past(headlines: list[str], kind: type[Memory] = Memory) -> Memory:
    memory = kind()
    batch = [Candidate(n, title, "", f"P{n}", None, n, "en") for n, title in enumerate(headlines, 1)]
    memory.apply(batch, group(batch, memory))
    return memory


def chaptered(title: str, memory: Memory) -> list[Chapter]:
    others = [Candidate(0, text, "", "", None, 10, "en") for text in ("Fishing quotas cut in Karellia", title)]
    return chapters(others, memory)[1]


def test_chapters_share_two_rare_words() -> None:
    found = chaptered("Army secures the Vassiliki dam in Karellia", past(HEADLINES))
    assert sorted(one.item for one in found) == [1, 2]


def test_two_words_of_which_one_is_a_name_make_a_chapter() -> None:
    assert sorted(one.item for one in chaptered("Karellia mends a dam", past(HEADLINES))) == [1, 2]


def test_what_shares_most_comes_first() -> None:
    memory = past([*HEADLINES, "Museum needs engineers", "Critics warn of a scandal"])
    assert [one.item for one in chaptered("Engineers warn Karellia of the Vassiliki dam", memory)] == [2, 1]


def test_a_word_in_one_of_a_hundred_items_is_still_rare() -> None:
    headlines = [
        f"Vassiliki dam in Karellia: {word}" for word in ("floods", "cracks", "talks", "games", "votes", "fish")
    ]
    asked = "Army secures the Vassiliki dam in Karellia"
    assert chaptered(asked, past(headlines)) == []
    assert len(chaptered(asked, past(headlines, Large))) == len(headlines)


def test_of_those_that_share_the_same_words_the_nearest_in_time_come_first() -> None:
    titles = [
        f"Karellia mends the Vassiliki dam, {day}" for day in ("Monday", "Tuesday", "Friday", "Saturday", "Sunday")
    ]
    memory = past(titles, Large)
    asked = Candidate(4, "Karellia mends the Vassiliki dam", "", "", None, 10, "en")
    assert [one.item for one in chapters([asked], memory)[0]] == [4, 3, 5, 2, 1]


def test_a_word_of_very_many_items_is_shared_with_those_of_the_same_day(listed: int) -> None:
    memory = Huge()
    batch = [
        Candidate(n, f"Karellia {' '.join(one)}", "", f"P{n}", None, n * 1000, "en")
        for n, one in enumerate(islice(combinations(NAMES, 4), listed), 1)
    ]
    end = batch[-1].at
    batch += [
        Candidate(listed + 1, "Karellia leaves Vassiliki talks", "", "P", None, end + 1000, "en"),
        Candidate(listed + 2, "Karellia army secures Vassiliki", "", "Q", None, end + 2000, "en"),
    ]
    memory.apply(batch, group(batch, memory))
    [found] = chapters(batch[-1:], memory)
    assert {one.item for one in found[:2]} == {listed + 1, listed + 2}


def test_a_word_of_very_many_items_of_long_ago_is_shared_with_them(listed: int) -> None:
    """An event that was told hundreds of times ten days ago, and of which there is news today."""
    memory = Huge()
    batch = [
        Candidate(n, f"Karellia {' '.join(one)} Vassiliki", "", f"P{n}", None, n, "en")
        for n, one in enumerate(islice(combinations(NAMES, 4), listed + 20), 1)
    ]
    today = Candidate(1000, "Karellia leaves Vassiliki talks", "", "P", None, batch[-1].at + 10 * 86_400, "en")
    for one in (batch, [today]):
        memory.apply(one, group(one, memory))
    [found] = chapters([today], memory)
    assert len(found) > listed


def test_the_order_in_which_a_database_answers_changes_no_score() -> None:
    """SQLite gives the words in the order asked, PostgreSQL in any; of sums of the same numbers the last digit may differ."""

    class Middling(Memory):
        def documents(self) -> int:
            return 20_000

    class Backwards(Middling):
        def postings(self, words: Collection[int], since: int, until: int, most: int) -> Mapping[int, Sequence[int]]:
            return dict(reversed([*super().postings(words, since, until, most).items()]))

    batch = [
        Candidate(n, " ".join(NAMES[n % 3 : n % 25 : 1 + n % 4]), "", f"P{n}", None, n, "en") for n in range(1, 200)
    ]
    found = []
    for memory in (Middling(), Backwards()):
        memory.apply(batch, group(batch, memory))
        found.append(chapters(batch[:25], memory))
    assert any(found[0])
    assert found[0] == found[1]


def test_frequencies_of_many_texts_are_read_at_once() -> None:
    class Counted(Memory):
        asked = 0

        def frequencies(self, words: Collection[int]) -> dict[int, int]:
            self.asked += 1
            return dict(super().frequencies(words))

    memory = Counted()
    chapters([Candidate(n, title, "", "", None, 10, "en") for n, title in enumerate(HEADLINES)], memory)
    assert memory.asked == 1


@pytest.mark.parametrize(
    ("other", "alone"),
    [
        ("Orlan Vassiliki buys a yacht", True),
        ("Orlan Vassiliki cuts quotas", False),  # a further word in common
        ("Vassiliki and Orlan share a prize", True),  # may be a name as well
        ("Karellia honours Vassiliki", False),  # two names
    ],
)
def test_it_is_said_where_one_name_is_all_that_is_shared(other: str, alone: bool) -> None:
    memory = past([other, "Orlan bakes bread", *HEADLINES])
    found = chaptered("Karellia: minister Orlan Vassiliki cuts fishing quotas", memory)
    assert [one.name_alone for one in found if one.item == 1] == [alone]


def test_two_words_that_name_nothing_make_no_chapter() -> None:
    chess = "Chess: female players hide behind male pseudonyms to escape bias"
    memory = past([*HEADLINES, chess, "Bias of juries against male and female defendants is much the same"])
    assert chaptered("Hospital parts male and female patients", memory) == []
    assert len(chaptered("Hospital counts bias against male and female patients", memory)) == 2


def test_nothing_shared_nothing_found() -> None:
    assert chaptered("Army secures the Vassiliki dam in Karellia", Memory()) == []


def test_stories_are_close_by_what_they_are_about() -> None:
    funds = sense("US and Qatar block access of Iran to frozen funds", "The money was part of a prisoner deal.", "en")
    aid = sense(
        "White House holds back billions from Tehran", "The assets were to be released under the agreement.", "en"
    )
    race = sense("Verstappen wins the Qatar Grand Prix", "The driver took the title after a collision.", "en")
    close, far = closeness(funds, [aid, race])
    assert close > 0.3 > far


def test_nothing_speaks_against_two_texts_without_known_words() -> None:
    known, unknown = sense("Floods in the valley", "", "en"), sense("Zqx wvut", "", "en")
    nowhere = sense("Zqx wvut", "", None)
    assert closeness(nowhere, [known, unknown]) == [0.0, UNSURE]
    assert closeness(known, [nowhere, unknown]) == [0.0, UNSURE]
    assert closeness(known, []) == []


def test_one_or_two_known_words_do_not_tell_what_a_text_is_about() -> None:
    """In an archive of many countries whatever was told of Las Vegas was about the same as all else of it."""
    fair, skier = (
        sense("Las Vegas : un robot cueille les fraises", "", "fr"),
        sense("Un skieur perdu à Las Vegas", "", "fr"),
    )
    assert closeness(fair, [skier]) == [UNSURE]


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("House ousts McCarthy as speaker", "Undecided on ousting McCarthy", True),
        ("Militants in Gaza fire rockets into Israel", "Israeli army enters Gaza", True),
        ("Gunman kills two in Texas", "Gunman kills three in Texas", False),
        ("Gunman kills two in Texas, US", "American police seek gunman in Texas", False),
        ("Gunman kills two in Berlin, Germany", "German police seek gunman in Berlin", False),
        ("Gunman kills two in Vietnam, Asia", "Gunman kills three in Vietnam, Asia", False),
        ("Die Polizei sucht die Täter", "Die Polizei fasst die Täter", False),
        ("", "", False),
    ],
)
def test_a_name_is_shared_or_two_countries_are_no_place_alone(one: str, other: str, shared: bool) -> None:
    assert bool(names(one, None) & names(other, None)) == shared
