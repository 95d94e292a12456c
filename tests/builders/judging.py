"""Texts judged by a rulebook."""

from __future__ import annotations

from aggregator.categorise.judge import judge as judge_case
from aggregator.categorise.receipts import receipts as receipts_of_case
from aggregator.categorise.rulebook import Rulebook
from aggregator.model.judgement import Case, Judgement, Receipt


def judge(
    book: Rulebook, title: str, summary: str = "", *, usually: str | None = None, section: str | None = None
) -> Judgement:
    return judge_case(book, Case(title, summary, usually, section))


def receipts(
    book: Rulebook, title: str, summary: str = "", *, usually: str | None = None, section: str | None = None
) -> tuple[Receipt, ...]:
    return receipts_of_case(book, Case(title, summary, usually, section))
