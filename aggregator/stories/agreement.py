"""How well the reports of a story agree. The grouping sometimes puts a report into the wrong story (a planned mission to one asteroid
among reports on samples of another). Such an odd report must not give the story its headline, nor should one whose headline says little
of what the others' say (a column by the candidate whose withdrawal they report, a preview of the match)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from math import sqrt
from operator import lt
from statistics import fmean, median
from typing import NamedTuple

from aggregator.model.story import EditionItem
from aggregator.text.languages import function_words, language_code
from aggregator.text.words import plains, tokens

PUBLISHERS = 3  # with fewer publishers one cannot tell which report is the odd one
APART = 0.67
"""A report is odd if its agreement with the others is below this share of the median report's, in text or in headline (decision 2)."""
WITNESSES = 16  # a report is compared with at most so many publishers: a story may have thousands of reports
SHORT = 2  # words of so many letters or fewer are ignored


class Agreement:
    """Compares a report with the first report of each publisher of its story. With fewer than `PUBLISHERS` publishers no report is odd.

    The agreement of two reports is the cosine of their sets of words, and that of their headlines; that of a report with the others is
    the mean over the reports of other publishers."""

    def __init__(self, reports: Sequence[EditionItem]) -> None:
        first = {report.publisher: report for report in reversed(reports)}
        witnesses = [report for report in reports if first[report.publisher] is report][:WITNESSES]
        self._witnesses = list(map(_Words.of, witnesses)) if len(witnesses) >= PUBLISHERS else []

    @cached_property
    def _least(self) -> tuple[float, ...]:
        """From which agreement on a report says the same as the others, in text and in headline."""
        both = zip(*map(self._with_others, self._witnesses), strict=True)
        return tuple(APART * median(agreed) for agreed in both)

    def is_odd(self, report: EditionItem) -> bool:
        """Whether a report or its headline says something else than the others."""
        return bool(self._witnesses) and any(map(lt, self._with_others(_Words.of(report)), self._least))

    def _with_others(self, report: _Words) -> tuple[float, float]:
        """How well a report agrees with the others, in text and in headline."""
        others = [one for one in self._witnesses if one.publisher != report.publisher]
        return (
            fmean([_cosine(report.words, one.words) for one in others]),
            fmean([_cosine(report.headline, one.headline) for one in others]),
        )


class _Words(NamedTuple):
    """The words of a report, and who says them."""

    publisher: str
    headline: frozenset[str]
    words: frozenset[str]

    @classmethod
    def of(cls, report: EditionItem) -> _Words:
        headline = _words(report.title, report.lang)
        return cls(report.publisher, headline, headline | _words(report.summary, report.lang))


def _cosine(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / sqrt(len(one) * len(other)) if one and other else 0.0


@lru_cache(maxsize=1024)  # the same reports are compared each time that their story grows
def _words(text: str, lang: str | None) -> frozenset[str]:
    idle = _idle(language_code(lang or "en"))
    words = plains(tokens(text))
    return frozenset([word for word in words if (len(word) > SHORT or not word.isascii()) and word not in idle])


@lru_cache(maxsize=64)
def _idle(lang: str) -> frozenset[str]:
    return frozenset(function_words().get(lang, ()))
