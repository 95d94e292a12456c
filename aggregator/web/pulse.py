"""Charts of how busy the sections are: stories in each hour of the last day."""

from __future__ import annotations

from markupsafe import Markup

from aggregator.model.settings import Rules
from aggregator.web.charts import bars
from aggregator.web.library import Library

HOURS = 24


def pulse(lib: Library) -> list[tuple[Rules, int, Markup]]:
    """(section, number of stories, chart of stories per hour) for each section over the last day. All charts have the same scale."""
    start = lib.seconds() // 3600 * 3600 - (HOURS - 1) * 3600
    hours = lib.archive.reading.per_hour("section", start)
    highest = max((count for counts in hours.values() for count in counts.values()), default=0)
    rows = []
    for section in lib.in_force().settings.sections:
        counts = [hours.get(section.id, {}).get(hour, 0) for hour in range(HOURS)]
        label = f"{section.title}: stories in each of the last {HOURS} hours, at most {max(counts)}"
        rows.append((section, sum(counts), bars(counts, label, highest)))
    return rows
