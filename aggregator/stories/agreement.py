"""How far the reports of a story tell the same: the grouping may have taken a report for one of its story that tells something else
(a coming mission to an asteroid, among samples of another), and that one must not give the story its headline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import sqrt
from statistics import fmean, median

from aggregator.text.languages import function_words, language_code
from aggregator.text.words import plains, tokens

PUBLISHERS = 3  # fewer cannot tell which of them is the odd one
APART = 0.67
"""A report is odd if it agrees with the others less than so many times as the median one does. Of 1,034 stories of allsides 81 were led
by a report that the labels place elsewhere, and 67 are without the odd ones; 36 have another lead, and none
a wrong one that had a right one."""
WITNESSES = 16  # publishers that a report is compared with: a story may have thousands of reports
SHORT = 2  # letters; such words say little


@dataclass(frozen=True)
class Account:
    """What a report says, and who says it."""

    publisher: str
    title: str
    summary: str
    lang: str | None

    @cached_property
    def words(self) -> frozenset[str]:
        return _words(self.title, self.summary, self.lang)


class Agreement:
    """What the publishers of a story agree on, by what each of them said first. Where fewer than `PUBLISHERS` tell it, no report is
    odd.

    Two reports agree by the cosine of the sets of their words, and one with the others by the mean over those of other publishers."""

    def __init__(self, reports: Sequence[Account]) -> None:
        first = {report.publisher: report for report in reversed(reports)}
        witnesses = [report for report in reports if first[report.publisher] is report][:WITNESSES]
        self._witnesses = witnesses if len(witnesses) >= PUBLISHERS else []
        self._least = APART * median(map(self._with_others, self._witnesses)) if self._witnesses else 0.0

    def is_odd(self, report: Account) -> bool:
        """Whether it tells something else than the others."""
        return bool(self._witnesses) and self._with_others(report) < self._least

    def _with_others(self, report: Account) -> float:
        return fmean(_cosine(report.words, one.words) for one in self._witnesses if one.publisher != report.publisher)


def _cosine(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / sqrt(len(one) * len(other)) if one and other else 0.0


@lru_cache(maxsize=512)  # a story is told of again and again while it grows
def _words(title: str, summary: str, lang: str | None) -> frozenset[str]:
    idle = _idle(language_code(lang or "en"))
    words = plains(tokens(f"{title} {summary}"))
    return frozenset([word for word in words if (len(word) > SHORT or not word.isascii()) and word not in idle])


@lru_cache(maxsize=64)
def _idle(lang: str) -> frozenset[str]:
    return frozenset(function_words().get(lang, ()))
