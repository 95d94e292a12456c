"""Removes the duplicates from reports of a story."""

from __future__ import annotations

from collections.abc import Collection

from aggregator.model.story import Report
from aggregator.normalise.address import canonical


def told_once(reports: Collection[Report]) -> list[Report]:
    """The reports, each article once: two feeds of one outlet may list the same article.

    Addresses are compared in canonical form, because some outlets add the name of the feed to them (`?source=rss-world`).
    """
    if len(reports) == 1:  # most stories
        return list(reports)
    found: dict[tuple[str, str], Report] = {}
    for report in reports:
        found.setdefault((report.publisher, canonical(report.url) or report.title), report)
    return list(found.values())
