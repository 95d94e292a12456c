"""Chapters of a running event are found by the rare words they share."""

from __future__ import annotations

from aggregator.stories import Candidate, Memory, group
from aggregator.stories.relatives import chapters

HEADLINES = [
    "Talks on the Vassiliki dam collapse as Karellia walks out",
    "Engineers warn that the Vassiliki dam may not last the winter, Karellia says",
    "Karellia to host games in four years",
    "Fishing quotas cut after a poor season",
    "Prime minister resigns over a housing scandal",
    "Museum reopens after years of works",
]


def test_chapters_share_two_rare_words() -> None:
    memory = Memory()
    batch = [Candidate(n, title, "", f"P{n}", None, n, "en") for n, title in enumerate(HEADLINES, 1)]
    memory.apply(batch, group(batch, memory))
    found = [item for item, _ in chapters("Army secures the Vassiliki dam in Karellia", "", "en", 10, memory)]
    assert sorted(found) == [1, 2]


def test_nothing_shared_nothing_found() -> None:
    assert chapters("Army secures the Vassiliki dam in Karellia", "", "en", 10, Memory()) == []
