"""Known stories that come to a stream or leave it (hidden, merged, moved by an edit or to another time of publication): what
lists the stream by days needs to know when such a day changed last, since what has left says nothing any more. Pure."""

from __future__ import annotations

from collections.abc import Iterable

KEPT = 10 * 86_400
"""Seconds for which shifts are kept after the story was published: more than the daily brief looks back."""

Row = tuple[int, int, int, bool]
"""Of a story in a stream: number of the stream, number of the story, published, whether it stands there."""


def shifts(before: Iterable[Row], after: Iterable[Row], now: int) -> list[tuple[int, int, int]]:
    """(stream, published, now) of each place that a story left or came to. Stories that were not there before are news,
    and tell for themselves when they came."""
    old, known = {}, set()
    for stream, story, published, active in before:
        known.add(story)
        if active:
            old[stream, story] = published
    new = {(stream, story): published for stream, story, published, active in after if active and story in known}
    changed = {(place[0], at) for place, at in old.items() if new.get(place) != at}
    changed |= {(place[0], at) for place, at in new.items() if old.get(place) != at}
    return sorted((stream, published, now) for stream, published in changed if published >= now - KEPT)
