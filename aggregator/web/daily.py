"""The daily brief of a section: one entry per past day, its stories ordered by the number of independent outlets. As on the front page,
matches, columns and live pages count less: they were half of a quiet day's brief."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from aggregator.model.feed import Brief, Stream
from aggregator.model.stream import StreamName, StreamQuery
from aggregator.web.emphasis import announced
from aggregator.web.in_force import InForce
from aggregator.web.library import Library, stream_name
from aggregator.web.queries import address_of, known

DAYS = 7
STORIES = 15


def query_of(library: Library, id: str, limit: int | None = None) -> StreamQuery:
    known(library.in_force(), "section", id)
    return StreamQuery("daily", id, limit=limit)


def daily(library: Library, query: StreamQuery, asked: str = "") -> Stream:
    """The briefs as a stream, newest first. `asked`: the parameters of the request, as `query_string` gives them."""
    force = library.in_force()
    changed = library.changed(stream_name(query))
    today = library.today()
    days = [today - timedelta(days=n) for n in range(1, DAYS + 1)]
    told = (brief for day in days if (brief := _brief(library, query.id or "", day)) is not None)
    found = list(islice(told, query.limit))
    section = force.names.sections[query.id or ""]
    return Stream(
        title=f"{force.settings.site.title} – {section}, day by day",
        description=f"{section}, one entry per day: the stories that most outlets reported.",
        root=force.root,
        address=address_of(force, query),
        query=asked,
        part=asked,
        language=force.settings.site.language,
        updated=max((brief.updated for brief in found), default=library.since),
        names=force.names,
        modified=max(changed, datetime.fromtimestamp(_start(force, today), UTC)),
        briefs=tuple(found),
        ttl=60,
        expires=_start(force, today + timedelta(days=1)),
    )


def _brief(library: Library, id: str, day: date) -> Brief | None:
    """The brief of a day; None if it has no stories. Its id depends only on the day and the first id of the section.

    `updated` changes with everything that changes the brief, and never goes back. It is the latest time at which a story that the brief
    shows was updated, another story of the day lost outlets (it may have been shown before), or any story of the day entered late, left, or
    was given a headline that is no news or an address of leisure."""
    force = library.in_force()
    window = (_start(force, day), _start(force, day + timedelta(days=1)))
    reading = library.archive.reading
    told = reading.told(StreamQuery("section", id, window=window), window[1])
    ranked = sorted(told, key=lambda story: (-story.outlets * announced(story, id), story.published, story.id))
    best, rest = ranked[:STORIES], ranked[STORIES:]
    shown = reading.chosen(best)
    if not shown:
        return None
    fallen = reading.fallen([story.n for story in rest])
    changed = [*(story.updated for story in shown), *(story.updated for story in rest if story.n in fallen)]
    over = datetime.fromtimestamp(window[1], UTC)
    shifted = datetime.fromtimestamp(reading.shifted(StreamName("section", id), *window), UTC)
    first = next((old.id for old, now in force.renamed.items() if (old.kind, now) == ("section", id)), id)
    return Brief(
        id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"daily:{first}:{day.isoformat()}")),
        day=day.isoformat(),
        title=f"{force.names.sections[id]}, {day.strftime('%A %-d %B %Y')}",
        stories=tuple(shown),
        published=over,
        updated=max(over, shifted, *changed),
    )


def _start(force: InForce, day: date) -> int:
    """The first second of a day in the site's time zone."""
    return int(datetime(day.year, day.month, day.day, tzinfo=force.zone).timestamp())
