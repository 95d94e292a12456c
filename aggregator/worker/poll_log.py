"""What the log says of polls."""

from __future__ import annotations

import logging
from collections import Counter

from aggregator.model.poll import RefreshReport
from aggregator.text.plurals import counted

log = logging.getLogger("aggregator.worker.polling")  # as all that the worker says of polls

NAMED = 5  # if no source answers, at most so many are named that begin to fail for the same reason


class PollLog:
    """A failing source is named only when it begins to fail or the reason changes; `/sources` shows its present state. If no source
    answers at all, the fault is in this machine's network, and only the first ones are named."""

    def __init__(self) -> None:
        self._failing: Counter[str] = Counter()  # reason → sources that began to fail since any source last answered
        self._unnamed: set[str] = set()  # failing sources that were not named

    def write(self, report: RefreshReport) -> None:
        log.info(
            "polled %s: %d unchanged, %d failed, %s, %d changed",
            counted(report.polled, "source"), report.not_modified, len(report.failed), counted(report.new, "new item"), report.changed,
        )  # fmt: skip
        if others_answer := report.polled > len(report.failed):
            self._failing.clear()
        for source, why, _, again in report.failed:
            if again and source not in self._unnamed:
                continue
            self._failing[why] += 1
            if others_answer or self._failing[why] <= NAMED:
                log.warning("source %s: %s", source, why)
                self._unnamed.discard(source)
                continue
            self._unnamed.add(source)
            if self._failing[why] == NAMED + 1:
                log.warning("more sources fail alike (%s); they are not named until a source answers", why)
