"""Charts of how busy the sections are: stories in each hour of the last day. They are inline SVG with only attributes and classes, since
pages allow no inline styles."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from aggregator.model.settings import Rules
from aggregator.model.stream import StreamName
from aggregator.web.library import Library

HOURS = 24
STEP, WIDTH, HEIGHT = 5, 4, 32


def pulse(lib: Library, only: StreamName | None = None) -> list[tuple[Rules, int, Markup]]:
    """(section, number of stories, chart of stories per hour) over the last day, for each section or for one. All charts have one scale.
    A section without stories has no chart, and where none has any, there is nothing to show."""
    start = lib.seconds() // 3600 * 3600 - (HOURS - 1) * 3600
    hours = lib.archive.reading.per_hour("section", start)
    sections = [one for one in lib.in_force().settings.sections if only in (None, one.stream)]
    highest = max((count for one in sections for count in hours.get(one.id, {}).values()), default=0)
    if not highest:
        return []
    rows = []
    for section in sections:
        counts = [hours.get(section.id, {}).get(hour, 0) for hour in range(HOURS)]
        label = f"{section.title}: stories in each of the last {HOURS} hours, at most {max(counts)}"
        rows.append((section, sum(counts), bars(counts, label, highest) if any(counts) else Markup()))
    return rows


def bars(counts: Sequence[int], label: str, top: int) -> Markup:
    """One bar per count, oldest first. `top`: the count of a bar of full height; `label`: the text for screen readers. The style
    sheet sets its size; without one it would be as wide as the page, and as high as that makes it."""
    full = max(top, 1)
    highs = [max(round(count / full * HEIGHT), 2 if count else 1) for count in counts]
    drawn = [
        f'<rect x="{n * STEP}" y="{HEIGHT - high}" width="{WIDTH}" height="{high}"/>' for n, high in enumerate(highs)
    ]
    width = len(counts) * STEP - 1
    box = f"0 0 {width} {HEIGHT}"
    rects = Markup("".join(drawn))  # noqa: S704 - only numbers
    return Markup(
        '<svg class="bars" viewBox="{}" width="{}" height="{}" preserveAspectRatio="none" role="img" aria-label="{}">'
        "<title>{}</title>{}</svg>"
    ).format(box, width, HEIGHT, label, label, rects)
