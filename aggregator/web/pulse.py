"""Charts of how busy the sections are: stories in each hour of the last day."""

from __future__ import annotations

from markupsafe import Markup

from aggregator.model.settings import Rules
from aggregator.model.stream import StreamName
from aggregator.web.charts import bars
from aggregator.web.library import Library

HOURS = 24


def pulse(lib: Library, only: StreamName | None = None) -> list[tuple[Rules, int, Markup]]:
    """(section, number of stories, chart of stories per hour) over the last day, for each section or for one. All charts have one scale."""
    start = lib.seconds() // 3600 * 3600 - (HOURS - 1) * 3600
    hours = lib.archive.reading.per_hour("section", start)
    sections = [one for one in lib.in_force().settings.sections if only in (None, one.stream)]
    highest = max((count for one in sections for count in hours.get(one.id, {}).values()), default=0)
    rows = []
    for section in sections:
        counts = [hours.get(section.id, {}).get(hour, 0) for hour in range(HOURS)]
        label = f"{section.title}: stories in each of the last {HOURS} hours, at most {max(counts)}"
        rows.append((section, sum(counts), bars(counts, label, highest)))
    return rows
