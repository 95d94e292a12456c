"""The colours of sections."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import yaml

from aggregator.web.tones import TONES, tones

NINE = ("defense", "economy", "science", "health", "culture", "sport", "asia", "europe", "cities")


def test_sections_keep_their_colours_in_any_order_of_the_file() -> None:
    assert tones(NINE) == tones(tuple(reversed(NINE)))
    assert len(set(tones(NINE).values())) == len(NINE)


def test_another_section_changes_few_colours() -> None:
    """One that stood first once changed those of all below it."""
    for n in range(50):
        for before in (NINE[:4], NINE[:8], NINE):
            former, now = tones(before), tones((f"new-{n}", *before))
            assert sum(former[id] != now[id] for id in before) <= len(before) / 2


def test_more_sections_than_colours_share_them_evenly() -> None:
    ids = tuple(f"section-{n}" for n in range(3 * TONES))
    assert set(Counter(tones(ids).values()).values()) == {3}
    assert tones(()) == {}


def test_the_default_file_has_the_colours_in_their_order() -> None:
    file = yaml.safe_load((Path(__file__).parents[3] / "feeds.yaml").read_text())
    ids = tuple(section["id"] for section in file["sections"])
    assert tones(ids) == {id: f"tone-{n}" for n, id in enumerate(ids)}
