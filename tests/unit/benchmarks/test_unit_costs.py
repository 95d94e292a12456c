"""The arithmetic that docs/scale.md rests on, the processor time of parts, and the kinds of a profile."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from newsroom import NEWS, Newsroom

from benchmarks.capacity import DAY, Day, World, a_day, edition_seconds, full_core, limits, rows_read
from benchmarks.cpu_time import CpuTime, Timed
from benchmarks.figures import DOCUMENT as BENCHMARKS
from benchmarks.figures import replaced
from benchmarks.profile_poll import OTHER, by_kind, kind, table
from benchmarks.unit_costs import CALLED, DOCUMENT, PARTS, Watched, world

UNIT = {
    "poll304": 0.001, "document_parent": 0.004, "document_child": 0.006, "wire": 2.0**16, "edition": 0.0005, "rows": 10.0,
    "row": 1e-6, "window": 10_000.0, "state": 1e-5, "configuration": 1e-4, "memory_parent": 2.0**28, "memory_child": 2.0**26,
    "memory_source": 4096.0, "commit": 0.004, "bytes_window": 1000.0, "bytes_keep": 2000.0, "bytes_ever": 500.0,
}  # fmt: skip


class Clock:
    """Moves when it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def work(self, seconds: float) -> None:
        self.now += seconds


def test_a_part_costs_what_it_does_itself() -> None:
    clock = Clock()
    cpu_time = CpuTime(clock)
    inner = cpu_time.timed("inner", lambda: clock.work(2))

    def work() -> None:
        clock.work(1)
        inner()
        inner()
        clock.work(4)

    cpu_time.timed("outer", work)()
    assert cpu_time.spent == {"outer": 5, "inner": 4}
    assert cpu_time.called == {"outer": 1, "inner": 2}


def test_what_fails_is_counted_too() -> None:
    clock = Clock()
    cpu_time = CpuTime(clock)

    def fail() -> None:
        clock.work(3)
        raise KeyError

    with pytest.raises(KeyError):
        cpu_time.timed("one", fail)()
    assert cpu_time.spent == {"one": 3}


def test_rooms_of_an_archive_are_timed_by_room_and_call() -> None:
    class Room:
        def apply(self, n: int) -> int:
            return n + 1

    class Store:
        edition = Room()

        def close(self) -> str:
            return "closed"

    cpu_time = CpuTime()
    clocked: Any = Timed(Store(), cpu_time, lambda section, name: f"{section}.{name}")
    assert (clocked.edition.apply(1), clocked.close()) == (2, "closed")
    assert cpu_time.called == {"edition.apply": 1, ".close": 1}


def test_a_source_of_one_item_an_hour_is_polled_every_quarter() -> None:
    day = Day.of(World(items=24 * 1000, sources=1000))
    assert day.a_source == pytest.approx(96)
    assert day.polls == pytest.approx(96_000)
    assert day.news == pytest.approx(96_000 * (1 - 2.718281828 ** (-0.25)))


def test_never_more_documents_with_news_than_items_or_polls() -> None:
    for items in (1000, 100_000, 100_000_000):
        day = Day.of(World(items=items, sources=1000))
        assert day.news <= min(items, day.polls)


def test_listings_grow_with_the_window_up_to_what_is_read() -> None:
    world = World(window=10, index_words=10, max_postings=99)
    assert rows_read(UNIT, world, 20_000) == 20
    assert rows_read(UNIT, world, 10**9) == 1000
    # 1000 items a day over 10 days: the measured window, so the measured cost.
    assert edition_seconds(UNIT, world, 1000) == pytest.approx(0.5)
    assert edition_seconds(UNIT, world, 2000) == pytest.approx(2000 * (0.0005 + 1e-5))


@pytest.mark.parametrize("world", [World(), World(max_postings=10**9)])
def test_a_full_core_is_a_day_of_editions(world: World) -> None:
    assert edition_seconds(UNIT, world, full_core(UNIT, world)) == pytest.approx(DAY)


def test_what_breaks_first_comes_first_and_a_larger_bound_moves_it() -> None:
    def first(world: World) -> str:
        return limits(UNIT, world)[0].what

    assert first(World(claim=1)) == "sources claimed per tick"
    assert first(World(claim=10_000, together=1)) == "requests at once"
    shown = [float(line.value.split(" sources")[0].replace(",", "")) for line in limits(UNIT, World())]
    assert shown == sorted(shown)


def test_a_day_follows_from_the_unit_costs() -> None:
    def hours(unit: dict[str, float]) -> dict[str, float]:
        lines = {line.what: line.value for line in a_day(unit, replace(World(), items=2_000_000))}
        return {
            what: float(value.removesuffix(" h").replace(",", ""))
            for what, value in lines.items()
            if value.endswith(" h")
        }

    once = hours(UNIT)
    twice = hours({**UNIT, "poll304": 0.002, "document_child": 0.016})
    assert twice["processor, polls without news"] == pytest.approx(2 * once["processor, polls without news"], rel=0.05)
    assert twice["processor, documents"] == pytest.approx(2 * once["processor, documents"], rel=0.05)


def test_bounds_are_those_of_the_program() -> None:
    """docs/scale.md speaks of them in words."""
    text = DOCUMENT.read_text("utf-8")
    found = world()
    for bound in (
        f"{found.claim} sources every {found.tick:g} seconds",
        f"{found.together} requests",
        f"{found.max_postings} items",
        f"{found.window} days",
    ):
        assert re.search(re.escape(bound), text), bound


@pytest.mark.parametrize(
    ("document", "name"), [(DOCUMENT, "unit-costs"), (DOCUMENT, "a-day"), (DOCUMENT, "limits"), (BENCHMARKS, "profile")]
)
def test_the_documents_have_the_marks(document: Path, name: str) -> None:
    replaced(document.read_text("utf-8"), name, [])


def test_functions_have_kinds() -> None:
    ours = ("/x/aggregator/stories/grouping.py", 1, "group")
    assert kind(ours) == "ours: stories"
    assert kind(("/x/aggregator/bootstrap.py", 1, "load")) == "ours: other"
    assert kind(("/v/site-packages/scipy/sparse/_csr.py", 1, "x")) == "numpy, scipy"
    assert kind(("~", 0, "<method 'execute' of 'sqlite3.Connection' objects>")) == "SQLite"
    assert kind(("~", 0, "<built-in method builtins.len>")) is None
    assert kind(("/usr/lib/python3.11/json/decoder.py", 1, "x")) == OTHER


def test_built_ins_belong_to_their_callers() -> None:
    ours = ("/x/aggregator/stories/grouping.py", 1, "group")
    net = ("/v/site-packages/aiohttp/client.py", 1, "get")
    length = ("~", 0, "<built-in method builtins.len>")
    stats: dict[tuple[str, int, str], tuple[Any, ...]] = {
        ours: (1, 1, 2.0, 3.0, {}),
        net: (1, 1, 1.0, 1.5, {}),
        length: (4, 4, 1.75, 1.75, {ours: (3, 3, 1.0, 1.0), net: (1, 1, 0.5, 0.5)}),
    }
    assert by_kind(stats) == Counter({"ours: stories": 3.0, "network: aiohttp, asyncio": 1.5, OTHER: 0.25})


def test_shares_stand_for_seconds_without_the_profiler() -> None:
    found = {
        "before": {
            "edition": {
                "seconds": 9.0,
                "plain": 4.0,
                "most": 5.0,
                "items": 10,
                "kinds": {"ours: text": 6.0, "SQLite": 2.0},
            }
        },
        "now": {
            "edition": {
                "seconds": 3.0,
                "plain": 1.0,
                "most": 1.5,
                "items": 10,
                "kinds": {"SQLite": 2.0, "numpy, scipy": 0.001},
            }
        },
    }
    lines = table(found, "edition")
    assert lines[2:4] == [
        "| items | 10 | 10 |",
        "| total, without the profiler | 4.00 s (to 5.00) | 1.00 s (to 1.50) |",
    ]
    assert lines[4:6] == ["| SQLite | 25% (1.00 s) | 100% (1.00 s) |", "| ours: text | 75% (3.00 s) | 0% (0.00 s) |"]
    assert lines[6] == "| **total of ours** | **75%** | **0%** |"
    assert len(lines) == 7  # what is next to nothing is left out


def test_what_an_edition_is_taken_apart_by_is_there() -> None:
    for module, name, _ in CALLED:
        assert callable(getattr(module, name))


def test_an_edition_taken_apart_places_what_waits(tmp_path: Path) -> None:
    room = Newsroom(tmp_path)
    room.receive(*NEWS)
    watched = Watched(room.application)
    assert [batch.items for batch in watched.run()] == [len(NEWS)]
    assert set(PARTS) <= set(watched.cpu_time.spent)
    assert room.stories()
    room.close()
