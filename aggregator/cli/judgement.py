"""The classification of a text (section, sections, topics, receipts) as JSON and as lines."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from aggregator.bootstrap import Application
from aggregator.cli import shapes
from aggregator.model.judgement import Receipt
from aggregator.model.settings import Source
from aggregator.render.shapes import located


def judgement(
    application: Application, title: str, summary: str, source: Source | None = None, *, receipts: bool = True
) -> shapes.Judgement:
    """For a text by itself."""
    found: tuple[Receipt, ...] = ()
    if receipts:
        judged, found = application.judged(title, summary, source)
    else:
        judged = application.judge(title, summary, source)
    return {
        "section": judged.section,
        "sections": list(judged.sections),
        "topics": list(judged.topics),
        "receipts": [located(one) for one in found],
    }


def lines(receipts: Collection[Receipt]) -> Iterator[str]:
    width = max([20, *(len(one.section) for one in receipts)])
    for one in receipts:
        at = f"  ({one.at})" if one.at else ""
        yield f"  {one.section:{width}} {one.score:.2f}  {one.rule}{at}"
        if one.matched:
            words = ", ".join(f"{match.text} ({match.field}, {match.weight:.1f})" for match in one.matched)
            yield f"  {'':{width}}       matched: {words}"
        if one.runner_up:
            yield f"  {'':{width}}       next: {one.runner_up.section} {one.runner_up.score:.2f}"
