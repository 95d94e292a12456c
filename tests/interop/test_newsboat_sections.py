"""A story that stands in two sections has one id in both, so a reader that counts ids over all feeds shows it once."""

from __future__ import annotations

from pathlib import Path

import pytest
from interop.terminal import Newsboat
from interop.world import DEFENSE, EUROPE, FRIGATE, World

pytestmark = pytest.mark.interop


def test_a_story_in_two_sections_shows_once(here: World, tmp_path: Path) -> None:
    (tmp_path / "reader").mkdir()
    reader = Newsboat(tmp_path / "reader")
    reader.subscribe(here.feed("defense"))
    reader.subscribe(here.feed("europe"))
    reader.refresh()
    titles = [entry.title for entry in reader.entries()]
    assert sorted(titles) == sorted({**DEFENSE, **EUROPE})
    assert titles.count(FRIGATE) == 1
    assert reader.unread() == len(titles)
    here.move_on()
    reader.refresh()
    assert len(reader.entries()) == len(titles) + 1
    assert reader.unread() == len(titles) + 1
