"""Shifts: known stories that enter or leave a stream (hidden, merged, moved by an edit or to another time of publication), and reports
that come late. A list of the stream by days needs them to tell when a day last changed: a story that left it cannot. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aggregator.store.rows import EntryRow

KEPT = 10 * 86_400
"""Seconds for which shifts are kept after a story was published: more than the daily brief looks back."""

QUARTER = 900
"""Seconds of a quarter of an hour: with one of those each day ends, in every time zone."""

Row = tuple[int, int, int, bool, int]
"""Of a story in a stream: number of the stream, number of the story, published, whether it stands there, and when its entry was updated."""


def shifts(
    before: Iterable[Row], after: Iterable[EntryRow], updated: Mapping[int, int], now: int
) -> list[tuple[int, int, int]]:
    """(stream, published, now) wherever a story left or entered a stream, or where it says something else there. `updated`: story → when
    its entry was updated. A change that this time shows by itself is no shift, unless a day may have ended since: a back-catalogue
    enters, and joins stories, with times long before it came."""
    old, said = {}, {}
    for stream, story, published, active, at in before:
        said[story] = at
        if active:
            old[stream, story] = published
    late = {story for story, at in updated.items() if at != said.get(story) and at // QUARTER < now // QUARTER}
    new = {
        (stream, story): published
        for stream, story, _, _, published, active in after
        if active and (story in said or story in late)
    }
    changed = {(key[0], at) for key, at in old.items() if new.get(key) != at}
    changed |= {(key[0], at) for key, at in new.items() if old.get(key) != at or key[1] in late}
    return sorted((stream, published, now) for stream, published in changed if published >= now - KEPT)
