"""Readers that nobody here wrote subscribe, count right, see an update once and fetch nothing that they have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from interop.libraries import Feedparser, Feedsmith, ReaderLibrary, RssParser
from interop.mail import Rss2email
from interop.miniflux import Miniflux
from interop.seen import Reader
from interop.terminal import Newsboat, Sfeed
from interop.world import DEFENSE, DEFENSE_LATER, EARLIER, FRIGATE, LATER, MISSILES, World

pytestmark = pytest.mark.interop

READERS: dict[str, tuple[Callable[[Path], Reader] | None, tuple[str, ...]]] = {
    "newsboat": (Newsboat, ("rss", "atom")),
    "sfeed": (Sfeed, ("rss", "atom")),
    "rss2email": (Rss2email, ("rss", "atom")),
    "miniflux": (None, ("rss", "atom", "json")),  # made of the one that runs for all tests
    "reader": (ReaderLibrary, ("rss", "atom", "json")),
    "feedparser": (Feedparser, ("rss", "atom")),
    "rss-parser": (RssParser, ("rss", "atom")),
    "feedsmith": (Feedsmith, ("rss", "atom", "json")),
}


@pytest.fixture
def reader(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> Reader:
    made, _ = READERS[name]
    if made is None:
        return Miniflux(request.getfixturevalue("miniflux_root"))
    (tmp_path / "reader").mkdir()
    return made(tmp_path / "reader")


def links(reader: Reader) -> dict[str, str]:
    """Headline → link; that nothing is doubled is asserted on the way."""
    entries = reader.entries()
    assert len({entry.id for entry in entries}) == len(entries)
    shown = {entry.title: entry.link for entry in entries}
    assert len(shown) == len(entries)
    return shown


@pytest.mark.parametrize(
    ("name", "extension"), [(name, one) for name, (_, extensions) in READERS.items() for one in extensions]
)
def test_reader(reader: Reader, name: str, extension: str, here: World, table: list[tuple[str, ...]]) -> None:
    reader.subscribe(here.feed(extension=extension))
    reader.refresh()
    assert links(reader) == DEFENSE
    first = {entry.title: entry for entry in reader.entries()}
    here.move_on()
    told = reader.refresh()
    assert told in (None, 2), "one update, one new entry"
    assert links(reader) == DEFENSE_LATER
    second = {entry.title: entry for entry in reader.entries()}
    assert {title: entry.id for title, entry in second.items() if title in first} == {
        title: entry.id for title, entry in first.items()
    }
    changed = {title for title in first if first[title] != second[title]}
    assert changed == ({FRIGATE} if reader.follows else set())
    assert "tidende" not in first[FRIGATE].body
    assert ("tidende" in second[FRIGATE].body) == reader.follows
    assert "harbour" in second[LATER].body
    told = reader.refresh()
    assert told in (None, 0)
    assert reader.entries() == list(second.values())
    asked = here.asked(extension=extension)
    assert [one.status for one in asked if one.status not in (200, 304)] == []
    assert (asked[-1].conditional, asked[-1].status) == ((True, 304) if reader.remembers else (False, 200))
    changes = f"{len(first)} → {len(second)}"
    table.append((
        name, reader.version, extension, changes,
        "seen once" if reader.follows else "not doubled; keeps the first text",
        "304" if reader.remembers else "200: asks without conditions",
    ))  # fmt: skip


@pytest.mark.parametrize(("name", "extension"), [("newsboat", "atom"), ("miniflux", "rss"), ("reader", "json")])
def test_a_new_lead_changes_the_entry_in_its_place(reader: Reader, extension: str, here: World) -> None:
    """Headline and link become those of the new lead; the id stays, so that the story is not told anew."""
    reader.subscribe(here.feed(extension=extension))
    reader.refresh()
    ids = {entry.title: entry.id for entry in reader.entries()}
    here.new_lead()
    reader.refresh()
    assert links(reader) == {EARLIER: "https://tidende.example/c0", MISSILES: DEFENSE[MISSILES]}
    assert {entry.title: entry.id for entry in reader.entries()} == {EARLIER: ids[FRIGATE], MISSILES: ids[MISSILES]}
