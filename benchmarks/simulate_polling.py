"""Compares adaptive polling with fixed intervals, with the real schedule on real arrival times.

    python -m benchmarks.simulate_polling [--design] [--plot FILE.svg]

Every feed of the stream (twelve days of October 2023) is polled from the first day on; its items become visible at their
publication times, and every poll goes through `schedule.next_poll`. The results are the number of requests and the delay from
publication to the poll that finds the item. `--design` prints the figures from which the constants of `schedule.rate` were chosen:
the third to the eighth day. The report is on the last four days, which the choice did not see. Feeds without an item in the
reported days are left out on both sides: adaptive polling would win too easily on them.

The stream is not part of the project: $AGGREGATOR_CORPUS names the folder that holds `stream/2023-10.jsonl.gz`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from statistics import fmean, median, quantiles

from aggregator.model.source import Fetched, Freshness, NotModified, Outcome, SourceState
from aggregator.schedule import rate
from aggregator.schedule.decide import after_poll
from aggregator.schedule.rate import Bounds

DAY = timedelta(days=1)
FIRST = datetime(2023, 10, 1, tzinfo=UTC)
DESIGN = (FIRST + 2 * DAY, FIRST + 8 * DAY)
REPORT = (FIRST + 8 * DAY, FIRST + 12 * DAY)
Arrivals = dict[str, list[datetime]]
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Result:
    """`requests` a day over all feeds; delays in minutes."""

    name: str
    requests: float
    middle: float
    p95: float
    mean: float

    @classmethod
    def of(cls, name: str, requests: float, delays: list[float], span: Span) -> Result:
        days = (span[1] - span[0]) / DAY
        return cls(name, requests / days, median(delays), quantiles(delays, n=20)[-1], fmean(delays))

    def row(self) -> str:
        return f"| {self.name} | {self.requests:,.0f} | {self.middle:.1f} | {self.p95:.1f} | {self.mean:.1f} |"


def read(folder: Path) -> Arrivals:
    arrivals: Arrivals = defaultdict(list)
    with gzip.open(folder / "stream" / "2023-10.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            arrivals[item["feed"]].append(datetime.fromisoformat(item["published"]).astimezone(UTC))
    return {feed: sorted(times) for feed, times in arrivals.items()}


def alive(arrivals: Arrivals, span: Span) -> Arrivals:
    return {feed: times for feed, times in arrivals.items() if any(span[0] <= time < span[1] for time in times)}


def fixed(arrivals: Arrivals, minutes: int, span: Span) -> Result:
    """A poll every so many minutes, each feed with an offset of its own."""
    step, delays = timedelta(minutes=minutes), []
    for feed, times in arrivals.items():
        start = FIRST + step * random.Random(feed).random()
        inside = [time for time in times if span[0] <= time < span[1]]
        delays += [(start + step * ceil((time - start) / step) - time) / timedelta(minutes=1) for time in inside]
    return Result.of(f"fixed, {minutes} min", len(arrivals) * ((span[1] - span[0]) / step), delays, span)


def adaptive(arrivals: Arrivals, bounds: Bounds, span: Span, name: str) -> Result:
    """The schedule as it is: what a feed brings decides when it is asked next."""
    requests, delays = 0, []
    for feed, times in arrivals.items():
        chance = random.Random(feed)
        now = FIRST + bounds.every * chance.random()
        state, seen = SourceState(feed, feed, feed), 0
        while now < span[1] + DAY:
            found = times[seen : bisect_right(times, now)]
            seen += len(found)
            requests += span[0] <= now < span[1]
            delays += [(now - time) / timedelta(minutes=1) for time in found if span[0] <= time < span[1]]
            state = after_poll(
                state,
                _answer(feed, bool(found)),
                feed=None,
                new_items=len(found),
                now=now,
                bounds=bounds,
                jitter=chance.random(),
            )
            assert state.next_poll
            now = state.next_poll
    return Result.of(name, requests, delays, span)


def _answer(feed: str, news: bool) -> Outcome:
    if news:
        return Fetched(feed, 200, b"x", None, '"1"', None, Freshness())
    return NotModified(feed, '"1"', None, Freshness())


def print_design(arrivals: Arrivals) -> None:
    """The grid from which MEMORY and REFERENCE_RATE were taken, on the days kept for that."""
    header("design, days 3 to 8")
    feeds = alive(arrivals, DESIGN)
    for minutes in (5, 15, 60):
        print(fixed(feeds, minutes, DESIGN).row())
    chosen = rate.MEMORY, rate.REFERENCE_RATE
    for hours in (3, 6, 12, 24, 48):
        for reference in (0.5, 1.0, 2.0, 4.0):
            rate.MEMORY, rate.REFERENCE_RATE = timedelta(hours=hours), reference
            name = f"memory {hours} h, reference {reference:g} items/h"
            print(adaptive(feeds, Bounds(), DESIGN, name).row())
    rate.MEMORY, rate.REFERENCE_RATE = chosen


def header(title: str) -> None:
    print(f"\n| {title} | requests a day | median delay, min | 95th percentile, min | mean, min |")
    print("|---|---|---|---|---|")


def report(arrivals: Arrivals) -> tuple[list[Result], list[Result]]:
    feeds = alive(arrivals, REPORT)
    straight = [fixed(feeds, minutes, REPORT) for minutes in (5, 10, 15, 20, 30, 45, 60)]
    bent = [
        adaptive(
            feeds,
            Bounds(every=timedelta(minutes=minutes), shortest=timedelta(minutes=min(5, minutes))),
            REPORT,
            f"adaptive, `every: {minutes}m`",
        )
        for minutes in (5, 10, 15, 20, 30, 45, 60)
    ]
    header(f"{len(feeds)} feeds, days 9 to 12")
    for result in [*straight, *bent]:
        print(result.row())
    return straight, bent


def plot(file: Path, straight: list[Result], bent: list[Result]) -> None:
    """Requests a day against delay, both curves for the median and for the 95th percentile, as a small SVG."""
    width, height, edge = 640, 400, 56
    most_requests = max(result.requests for result in [*straight, *bent])
    most_delay = max(result.p95 for result in [*straight, *bent])

    def at(requests: float, delay: float) -> str:
        x = edge + requests / most_requests * (width - 2 * edge)
        y = height - edge - delay / most_delay * (height - 2 * edge)
        return f"{x:.1f},{y:.1f}"

    curves = (
        ("fixed, median", "#888", "", [at(result.requests, result.middle) for result in straight]),
        ("fixed, 95 %", "#888", "6 4", [at(result.requests, result.p95) for result in straight]),
        ("adaptive, median", "#06c", "", [at(result.requests, result.middle) for result in bent]),
        ("adaptive, 95 %", "#06c", "6 4", [at(result.requests, result.p95) for result in bent]),
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<path d="M{edge},{edge} V{height - edge} H{width - edge}" fill="none" stroke="#000"/>',
        f'<text x="{width / 2}" y="{height - 14}" text-anchor="middle">requests a day (0 to {most_requests:,.0f})</text>',
        f'<text x="{edge}" y="{edge - 14}">delay from publication, minutes (0 to {most_delay:.0f})</text>',
    ]
    for row, (name, colour, dashes, points) in enumerate(curves):
        line = f'stroke="{colour}" stroke-dasharray="{dashes}" fill="none" stroke-width="2"'
        parts.append(f'<polyline points="{" ".join(points)}" {line}/>')
        y = edge + 18 * row
        parts.append(f'<path d="M{width - 210},{y} h30" {line}/><text x="{width - 172}" y="{y + 4}">{name}</text>')
    file.write_text("\n".join([*parts, "</svg>"]) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--design", action="store_true", help="print the grid the constants were chosen from")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="draw both curves")
    options = parser.parse_args()
    folder = Path(os.environ.get("AGGREGATOR_CORPUS") or Path(__file__).resolve().parents[2] / "shared" / "corpus")
    if not (folder / "stream").is_dir():
        raise SystemExit(
            f"no stream in {folder}: set AGGREGATOR_CORPUS to the folder that holds stream/2023-10.jsonl.gz"
        )
    arrivals = read(folder)
    if options.design:
        print_design(arrivals)
    straight, bent = report(arrivals)
    if options.plot:
        plot(options.plot, straight, bent)


if __name__ == "__main__":
    main()
