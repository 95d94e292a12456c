"""What several feeds of one outlet tell."""

from __future__ import annotations

from collections.abc import Iterable

from aggregator.model.story import Report
from aggregator.normalise.address import canonical


def told_once(reports: Iterable[Report]) -> list[Report]:
    """The reports, without those of an article that another feed of its outlet lists too, perhaps with the name of that feed in
    its address."""
    found: dict[tuple[str, str], Report] = {}
    for report in reports:
        found.setdefault((report.publisher, canonical(report.url) or report.title), report)
    return list(found.values())
