"""Runs the `examples` and `counterexamples` of the rules: which fail, at which position, with which result and why; and whose result
changes with an edit."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Literal

from msgspec import Struct

from aggregator.categorise.attribution import blocking
from aggregator.categorise.judge import judge
from aggregator.categorise.receipts import receipts
from aggregator.categorise.rulebook import Rulebook
from aggregator.errors import ConfigError, Problem, bounded
from aggregator.model.judgement import Case, Judgement, Receipt
from aggregator.model.settings import Example, Position, Rules
from aggregator.model.stream import StreamName

Kind = Literal["example", "counterexample"]
Key = tuple[StreamName, Kind, str]
"""The section or topic of an example, and its text."""


class Turned(Struct, frozen=True):
    """An example whose result changes with an edit, or a new one that fails.

    `of`: the id of its section or topic; `held` and `holds`: whether it passed before (None if it is new) and passes now; `why`: the
    message, if it fails; only for the first `ConfigError.MOST` that are listed, since finding it out takes long.
    """

    of: str
    kind: Kind
    text: str
    at: Position
    held: bool | None
    holds: bool
    why: str | None


class Miss(Struct, frozen=True):
    """A failing example of a section or topic, and its judgement."""

    book: Rulebook
    rule: Rules
    kind: Kind
    example: Example
    found: Judgement

    @property
    def problem(self) -> Problem:
        """What is wrong and why. Finding out why takes much longer than the judgement."""
        return self.example.at.problem(f'"{self.example.text}": {self._message()}')

    def _message(self) -> str:
        book, rule, example, found = self.book, self.rule, self.example, self.found
        if self.kind == "counterexample":
            return f"expected not in {rule.id}, but it is ({_why(book, example, rule.id)})"
        out = _kept_out(book, example, rule)
        if rule.kind == "section":
            return f"expected section {rule.id}, got {found.section} ({_why(book, example, found.section)}){out}"
        return f"expected topic {rule.id}, got {', '.join(found.topics) or 'no topic'}{out}"


def check_examples(book: Rulebook) -> tuple[Problem, ...]:
    """The failing examples, in the order of the rules; `bounded`.

    An example of a section must have that section as its primary one, and an example of a topic must be in the topic. A
    counterexample must not be in the section or topic at all.
    """
    misses = [miss for rule in book.rules for miss in _misses(book, rule)]
    return bounded([miss.problem for miss in misses[: ConfigError.MOST + 1]], len(misses))


def failing(book: Rulebook | None) -> dict[Key, Miss]:
    """The failing examples of a file, if there is one."""
    misses = (miss for rule in book.rules for miss in _misses(book, rule)) if book else ()
    return {(miss.rule.stream, miss.kind, miss.example.text): miss for miss in misses}


def turned(before: Rulebook | None, after: Rulebook, failed: Container[Key], fails: Mapping[Key, Miss]) -> list[Turned]:
    """The examples of `after` whose result changed, and new ones that fail. `failed` and `fails` are `failing` of before and after."""
    known, found = _examples(before), list[Turned]()
    for key, at in _examples(after).items():
        stream, kind, text = key
        held, holds = key not in failed if key in known else None, key not in fails
        if held != holds and not (held is None and holds):
            why = None if holds or len(found) >= ConfigError.MOST else fails[key].problem.message
            found.append(Turned(stream.id, kind, text, at, held, holds, why))
    return found


def _examples(book: Rulebook | None) -> dict[Key, Position]:
    kinds: tuple[Kind, ...] = ("example", "counterexample")
    return {
        (rules.stream, kind, example.text): example.at
        for rules in (book.rules if book else ())
        for kind in kinds
        for example in (rules.examples if kind == "example" else rules.counterexamples)
    }


def _misses(book: Rulebook, rule: Rules) -> Iterator[Miss]:
    """The failing examples of one section or topic."""
    for example in rule.examples:
        found = judge(book, Case(example.text))
        if found.section != rule.id if rule.kind == "section" else rule.id not in found.topics:
            yield Miss(book, rule, "example", example, found)
    for example in rule.counterexamples:
        found = judge(book, Case(example.text))
        if rule.id in (found.sections if rule.kind == "section" else found.topics):
            yield Miss(book, rule, "counterexample", example, found)


def _why(book: Rulebook, example: Example, section: str) -> str:
    for receipt in receipts(book, Case(example.text)):
        if receipt.section == section:
            return _reason(receipt)
    return "no rule matched"


def _kept_out(book: Rulebook, example: Example, rule: Rules) -> str:
    """The line that keeps the text out of the section or topic, if one does: `never`, `not`, or an `unless`."""
    cause = blocking(book, rule, example.text)
    return f"; {cause.rule} at {cause.at} keeps it out of {rule.id}" if cause else ""


def _reason(receipt: Receipt) -> str:
    if not receipt.matched:
        return "no rule matched" if receipt.rule == "fallback" else receipt.rule
    texts = list(dict.fromkeys(match.text for match in receipt.matched))
    words = ", ".join(f"“{text}”" for text in texts[:3])
    at = f" at {receipt.at}" if receipt.at else ""
    return f"{receipt.rule}{at} matched {words}"
