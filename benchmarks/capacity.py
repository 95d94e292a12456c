"""Capacity planning: computes the cost of a day of world news from the measured unit costs, so that docs/scale.md follows from
measurements.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import exp

from aggregator.schedule.rate import Bounds, interval

DAY = 86_400
GIB = 2**30


@dataclass(frozen=True, slots=True)
class World:
    """The assumed world. `answer` and `peak` are assumptions; the rest is given on the command line or set in the program."""

    items: int = 2_000_000  # a day
    sources: int = 100_000
    window: int = 5  # days in which items are compared
    remembered: int = 14  # days after which the memory of the grouping is pruned
    keep: int = 90  # days
    answer: float = 1.0  # seconds until a server has answered
    peak: float = 2.0  # the busiest hour, of the mean
    unchanged: int = 400  # bytes of a 304 with its headers
    tick: float = 5.0  # seconds
    claim: int = 64  # sources a tick
    together: int = 64  # requests at once
    stored: int = 32  # polls in one transaction
    max_postings: int = 150  # a word with more postings nominates nobody, and no more are read
    index_words: int = 10  # words under which an item is indexed


@dataclass(frozen=True, slots=True)
class Line:
    what: str
    value: str
    how: str


@dataclass(frozen=True, slots=True)
class Day:
    """The figures that others follow from."""

    a_source: float  # polls of a source
    polls: float
    news: float  # polls that find a changed document

    @classmethod
    def of(cls, world: World) -> Day:
        bounds = Bounds()
        rate = world.items / world.sources / 24
        every = interval(rate, bounds.every, bounds.shortest, bounds.longest)
        a_source = timedelta(days=1) / every
        polls = world.sources * a_source
        return cls(a_source, polls, polls * (1 - exp(-world.items / polls)))


def rows_read(unit: Mapping[str, float], world: World, window: float) -> float:
    """Postings that the grouping reads for an item, if the postings of each word grow with the window (as they do once the
    vocabulary is known), up to the most that are read for a word."""
    return min(unit["rows"] * window / unit["window"], world.index_words * (world.max_postings + 1))


def edition_seconds(unit: Mapping[str, float], world: World, items: float) -> float:
    """Processor seconds of a day's editions."""
    return items * (unit["edition"] + unit["row"] * (rows_read(unit, world, items * world.window) - unit["rows"]))


def full_core(unit: Mapping[str, float], world: World) -> float:
    """Items a day at which the edition, of which one runs at a time, takes a whole core. Found by bisection, since the cost of a
    day only grows with its items."""
    least, most = 0.0, DAY / unit["edition"] * 10
    for _ in range(60):
        middle = (least + most) / 2
        least, most = (middle, most) if edition_seconds(unit, world, middle) < DAY else (least, middle)
    return least


def a_day(unit: Mapping[str, float], world: World) -> list[Line]:
    """What a day costs."""
    day = Day.of(world)
    quiet = (day.polls - day.news) * unit["poll304"]
    changed = day.news * (unit["document_parent"] + unit["document_child"])
    grown = edition_seconds(unit, world, world.items)
    ticks = DAY / world.tick * world.sources * unit["state"]
    cores = (quiet + changed + grown + ticks) / DAY
    each, compared = world.items / world.sources, world.window * world.items / 1e6
    wire = (day.news * unit["wire"] + (day.polls - day.news) * world.unchanged) / GIB
    worst = day.polls * unit["wire"] / GIB
    memory = world.items * world.remembered * unit["bytes_window"] / GIB
    texts = world.items * world.keep * unit["bytes_keep"] / GIB
    forever = world.items * 365 * unit["bytes_ever"] / GIB
    return [
        Line(
            "requests",
            f"{day.polls / 1e6:.1f} million, {day.polls / DAY:.0f} a second",
            f"{world.sources:,} sources × {day.a_source:.0f} polls, the schedule's interval at {each:.0f} items a day",
        ),
        Line("documents with news", f"{day.news / 1e6:.2f} million", "polls × (1 − e^(−items ÷ polls))"),
        Line("processor, polls without news", f"{quiet / 3600:.1f} h", "(polls − documents) × 304 cost"),
        Line("processor, documents", f"{changed / 3600:.1f} h", "documents × (parent + child)"),
        Line("processor, finding due sources", f"{ticks / 3600:.1f} h", "ticks × sources × state"),
        Line(
            "processor, edition",
            f"{grown / 3600:,.1f} h",
            f"items × (edition + (index entries at {compared:.0f} million in the window − measured) × index entry); "
            f"at most {world.index_words} × {world.max_postings + 1} index entries",
        ),
        Line(
            "cores, mean (busiest hour)",
            f"{cores:.2f} ({world.peak * cores:.2f})",
            f"sum ÷ a day; the busiest hour is assumed to be {world.peak:g} × the mean",
        ),
        Line("received", f"{wire:,.0f} GiB", f"documents × bytes on the wire + the rest × {world.unchanged} bytes"),
        Line("received, if no server answers 304", f"{worst:,.0f} GiB", "polls × bytes on the wire"),
        Line("start", f"{world.sources * unit['configuration']:.0f} s", "sources × source in feeds.yaml"),
        Line(
            "memory",
            f"{(unit['memory_parent'] + 2 * unit['memory_child'] + world.sources * unit['memory_source']) / GIB:.1f} GiB",
            "process + two children + sources × source",
        ),
        Line("disk, grouping memory", f"{memory:,.0f} GiB", f"items × {world.remembered} days × its bytes"),
        Line("disk, texts", f"{texts:,.0f} GiB", f"items × {world.keep} days × their bytes"),
        Line("disk, kept for good", f"{forever:,.0f} GiB a year", "items × 365 × its bytes"),
    ]


def limits(unit: Mapping[str, float], world: World) -> list[Line]:
    """At how many sources, or items a day, each part is full; the first to break first."""
    day = Day.of(world)
    a_second = DAY / day.a_source  # sources that one poll a second serves
    per_item = world.sources / world.items
    grown = full_core(unit, world)
    found = [
        (
            world.claim / world.tick * a_second,
            "sources claimed per tick",
            f"{world.claim} sources every {world.tick:g} s",
        ),
        (
            world.together / world.answer * a_second,
            "requests at once",
            f"{world.together} ÷ {world.answer:g} s until the answer (assumed), per worker",
        ),
        (
            world.tick / unit["state"],
            "states read per tick",
            f"{world.tick:g} s ÷ {unit['state'] * 1e6:.0f} µs",
        ),
        (
            grown * per_item,
            "one core for the edition",
            f"at {grown / 1e6:.2f} million items a day, with a larger index",
        ),
        (
            world.stored / unit["commit"] * a_second,
            "sequential commits",
            f"{world.stored} polls per transaction ÷ {unit['commit'] * 1e3:.1f} ms wall-clock time",
        ),
    ]
    return [
        Line(what, f"{sources:,.0f} sources ({sources / world.sources:.2f} ×)", how)
        for sources, what, how in sorted(found)
    ]


def shown(lines: list[Line], head: tuple[str, str, str]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        "|---|---|---|",
        *(f"| {line.what} | {line.value} | {line.how} |" for line in lines),
    ]
