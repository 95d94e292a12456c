"""How well the reports of a story agree. The grouping sometimes puts a report into the wrong story (a planned mission to one asteroid
among reports on samples of another). Such an odd report must not give the story its headline."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from math import sqrt
from statistics import fmean, median

from msgspec import Struct

from aggregator.text.languages import function_words, language_code
from aggregator.text.words import plains, tokens

PUBLISHERS = 3  # with fewer publishers one cannot tell which report is the odd one
APART = 0.67
"""A report is odd if its agreement with the others is below this share of the median report's. Measured on 1,034 stories of the
allsides corpus: the lead belonged to another story (by the labels) in 81 of them, and in 67 since odd reports cannot lead; 36 stories
got another lead, and no right lead was replaced by a wrong one."""
WITNESSES = 16  # a report is compared with at most so many publishers: a story may have thousands of reports
SHORT = 2  # words of so many letters or fewer are ignored


class Account(Struct, frozen=True, dict=True):
    """What a report says, and who says it."""

    publisher: str
    title: str
    summary: str
    lang: str | None

    @cached_property
    def words(self) -> frozenset[str]:
        return _words(self.title, self.summary, self.lang)


class Agreement:
    """Compares a report with the first report of each publisher of its story. With fewer than `PUBLISHERS` publishers no report is odd.

    The agreement of two reports is the cosine of their sets of words; that of a report with the others is the mean over the reports
    of other publishers."""

    def __init__(self, reports: Sequence[Account]) -> None:
        first = {report.publisher: report for report in reversed(reports)}
        witnesses = [report for report in reports if first[report.publisher] is report][:WITNESSES]
        self._witnesses = witnesses if len(witnesses) >= PUBLISHERS else []
        self._least = APART * median(map(self._with_others, self._witnesses)) if self._witnesses else 0.0

    def is_odd(self, report: Account) -> bool:
        """Whether a report says something else than the others."""
        return bool(self._witnesses) and self._with_others(report) < self._least

    def _with_others(self, report: Account) -> float:
        return fmean([_cosine(report.words, one.words) for one in self._witnesses if one.publisher != report.publisher])


def _cosine(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / sqrt(len(one) * len(other)) if one and other else 0.0


@lru_cache(maxsize=512)  # the same reports are compared each time that their story grows
def _words(title: str, summary: str, lang: str | None) -> frozenset[str]:
    idle = _idle(language_code(lang or "en"))
    words = plains(tokens(f"{title} {summary}"))
    return frozenset([word for word in words if (len(word) > SHORT or not word.isascii()) and word not in idle])


@lru_cache(maxsize=64)
def _idle(lang: str) -> frozenset[str]:
    return frozenset(function_words().get(lang, ()))
