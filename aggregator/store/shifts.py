"""Known stories that enter or leave a stream (hidden, merged, moved by an edit or to another time of publication): a
list of the stream by days needs to know when a day last changed, since a story that left cannot say so any more. Pure."""

from __future__ import annotations

from collections.abc import Iterable

KEPT = 10 * 86_400
"""Seconds for which shifts are kept after the story was published: more than the daily brief looks back."""

Row = tuple[int, int, int, bool]
"""Of a story in a stream: number of the stream, number of the story, published, whether it stands there."""


def shifts(before: Iterable[Row], after: Iterable[Row], now: int) -> list[tuple[int, int, int]]:
    """(stream, published, now) of each place that a story left or entered. Stories that were not there before are news,
    and have a time of entering of their own."""
    old, known = {}, set()
    for stream, story, published, active in before:
        known.add(story)
        if active:
            old[stream, story] = published
    new = {(stream, story): published for stream, story, published, active in after if active and story in known}
    changed = {(place[0], at) for place, at in old.items() if new.get(place) != at}
    changed |= {(place[0], at) for place, at in new.items() if old.get(place) != at}
    return sorted((stream, published, now) for stream, published in changed if published >= now - KEPT)
