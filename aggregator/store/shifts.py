"""Shifts: changes of a day of a stream that the stories listed there do not show. Pure functions. A list of a stream by days must know when
each day last changed. A story that has left the day (hidden, merged, moved by an edit, or with another time of publication) is no longer
there to show it; so the time is stored as a shift. The same for known stories that enter, for reports that come late, and for
headlines that are news no more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from aggregator.store.rows import EntryRow

KEPT = 10 * 86_400
"""Shifts are kept for so many seconds after a story was published, at least (retention deletes them): longer than the daily brief looks
back."""

QUARTER = 900
"""Seconds of a quarter of an hour. In every time zone, days end at a multiple of it."""

Row = tuple[int, int, int, bool, int]
"""A story in a stream: (number of the stream, number of the story, published, active, time when its entry was updated)."""


def shifts(
    before: Iterable[Row],
    after: Iterable[EntryRow],
    updated: Mapping[int, int],
    now: int,
    lessened: Collection[int] = (),
) -> list[tuple[int, int, int]]:
    """(stream, published, now) for each change of a story in a stream: it entered, left, or its entry changed. `updated`: number of a story
    → time when its entry was updated. If the day can be seen to have changed by that time, there is no shift; except if a day may have
    ended since, because items of a back-catalogue have times long before they came. `lessened`: stories that may fall behind others, so
    that a list of the first of a day does not show their time any more."""
    old, said = {}, {}
    for stream, story, published, active, at in before:
        said[story] = at
        if active:
            old[stream, story] = published
    late = {story for story, at in updated.items() if at != said.get(story) and at // QUARTER < now // QUARTER}
    late.update(lessened)
    new = {
        (stream, story): published
        for stream, story, _, _, published, active in after
        if active and (story in said or story in late)
    }
    changed = {(key[0], at) for key, at in old.items() if new.get(key) != at}
    changed |= {(key[0], at) for key, at in new.items() if old.get(key) != at or key[1] in late}
    return sorted((stream, published, now) for stream, published in changed if published >= now - KEPT)
