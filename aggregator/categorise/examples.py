"""Runs the `examples` and `counterexamples` of a file: which fail, where they are, what came instead and why."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.categorise.judge import judge
from aggregator.categorise.receipts import receipts
from aggregator.categorise.rulebook import Rulebook
from aggregator.errors import Problem
from aggregator.model.judgement import Case, Judgement, Receipt
from aggregator.model.settings import Example, Rules


def check_examples(book: Rulebook) -> tuple[Problem, ...]:
    """Every failing example, in the order of the rules. An example of a section must have it as its primary section,
    one of a topic must be in the topic; a counterexample must not be in the section or topic at all."""
    return tuple(problem for rule in book.rules for problem in misses(book, rule))


def misses(book: Rulebook, rule: Rules) -> Iterator[Problem]:
    """The failing examples of one section or topic."""
    for example in rule.examples:
        found = judge(book, Case(example.text))
        if found.section != rule.id and rule.kind == "section":
            yield _problem(
                example, f"expected section {rule.id}, got {found.section} ({_why(book, example, found.section)})"
            )
        elif rule.kind == "topic" and rule.id not in found.topics:
            yield _problem(example, f"expected topic {rule.id}, got {', '.join(found.topics) or 'no topic'}")
    for example in rule.counterexamples:
        found = judge(book, Case(example.text))
        if rule.id in (_placed(found) if rule.kind == "section" else found.topics):
            yield _problem(example, f"expected not in {rule.id}, but it is ({_why(book, example, rule.id)})")


def _placed(found: Judgement) -> tuple[str, ...]:
    return found.sections or (found.section,)


def _problem(example: Example, message: str) -> Problem:
    return example.at.problem(f'"{example.text}": {message}')


def _why(book: Rulebook, example: Example, section: str) -> str:
    for receipt in receipts(book, Case(example.text)):
        if receipt.section == section:
            return _reason(receipt)
    return "no rule matched"


def _reason(receipt: Receipt) -> str:
    if not receipt.matched:
        return "no rule matched" if receipt.rule == "fallback" else receipt.rule
    texts = list(dict.fromkeys(match.text for match in receipt.matched))
    words = ", ".join(f"“{text}”" for text in texts[:3])
    at = f" at {receipt.at}" if receipt.at else ""
    return f"{receipt.rule}{at} matched {words}"
