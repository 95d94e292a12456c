"""Chapters of a running event are found by the rare words they share."""

from __future__ import annotations

from aggregator.stories import Candidate, Memory, group
from aggregator.stories.relatives import chapters, closeness, embedding

HEADLINES = [
    "Talks on the Vassiliki dam collapse as Karellia walks out",
    "Engineers warn that the Vassiliki dam may not last the winter, Karellia says",
    "Karellia to host games in four years",
    "Fishing quotas cut after a poor season",
    "Prime minister resigns over a housing scandal",
    "Museum reopens after years of works",
]


def past(headlines: list[str]) -> Memory:
    memory = Memory()
    batch = [Candidate(n, title, "", f"P{n}", None, n, "en") for n, title in enumerate(headlines, 1)]
    memory.apply(batch, group(batch, memory))
    return memory


def test_chapters_share_two_rare_words() -> None:
    found = chapters("Army secures the Vassiliki dam in Karellia", "", "en", 10, past(HEADLINES))
    assert sorted(item for item, _ in found) == [1, 2]


def test_two_words_that_name_nothing_make_no_chapter() -> None:
    chess = "Chess: female players hide behind male pseudonyms to escape bias"
    memory = past([*HEADLINES, chess, "Bias of juries against male and female defendants is much the same"])
    assert chapters("Hospital parts male and female patients", "", "en", 10, memory) == []
    assert len(chapters("Hospital counts bias against male and female patients", "", "en", 10, memory)) == 2


def test_nothing_shared_nothing_found() -> None:
    assert chapters("Army secures the Vassiliki dam in Karellia", "", "en", 10, Memory()) == []


def test_stories_are_close_by_what_they_are_about() -> None:
    funds = embedding(
        "US and Qatar block access of Iran to frozen funds", "The money was part of a prisoner deal.", "en"
    )
    aid = embedding(
        "White House holds back billions from Tehran", "The assets were to be released under the agreement.", "en"
    )
    race = embedding("Verstappen wins the Qatar Grand Prix", "The driver took the title after a collision.", "en")
    assert closeness(funds, aid) > 0.3 > closeness(funds, race)


def test_nothing_speaks_against_a_text_without_known_words() -> None:
    known, unknown = embedding("Floods in the valley", "", "en"), embedding("Zqx wvut", "", "en")
    assert closeness(known, unknown) == closeness(unknown, unknown) == 1.0
