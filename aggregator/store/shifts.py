"""Known stories that enter or leave a stream (hidden, merged, moved by an edit or to another time of publication), and such as
come late: a list of the stream by days needs to know when a day last changed, since a story that left cannot say so any more. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from aggregator.store.rows import EntryRow

KEPT = 10 * 86_400
"""Seconds for which shifts are kept after a story was published: more than the daily brief looks back."""

QUARTER = 900
"""Seconds of a quarter of an hour: with one of those each day ends, in every time zone."""

Row = tuple[int, int, int, bool]
"""Of a story in a stream: number of the stream, number of the story, published, whether it stands there."""


def shifts(before: Iterable[Row], after: Iterable[EntryRow], now: int) -> list[tuple[int, int, int]]:
    """(stream, published, now) of each place that a story left or entered. Stories that were not there before are news,
    and have a time of entering of their own, unless a day may have ended since: a back-catalogue enters long before it comes."""
    old, known = {}, set()
    for stream, story, published, active in before:
        known.add(story)
        if active:
            old[stream, story] = published
    new = {
        (stream, story): published
        for stream, story, entered, _, published, active in after
        if active and (story in known or entered // QUARTER < now // QUARTER)
    }
    changed = {(place[0], at) for place, at in old.items() if new.get(place) != at}
    changed |= {(place[0], at) for place, at in new.items() if old.get(place) != at}
    return sorted((stream, published, now) for stream, published in changed if published >= now - KEPT)
