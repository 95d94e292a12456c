"""Explains what decides the section of a text: the lines without which it would be in another section, and how much evidence the
runner-up lacks. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from aggregator.categorise import weights
from aggregator.categorise.evidence import read, said_once, word_value
from aggregator.categorise.findings import Evidence, TextReading
from aggregator.categorise.judge import decided, totals
from aggregator.categorise.receipts import full_rule_name
from aggregator.categorise.rulebook import Rulebook, without_place
from aggregator.model.judgement import Case
from aggregator.model.settings import Position, Term
from aggregator.text.match import Haystack, haystack


class Counterfactual(Struct, frozen=True):
    """A line that decides: without it the text would be in the section `then`."""

    rule: str
    at: Position
    then: str


class Outcome(Struct, frozen=True):
    """What decided a section.

    `behind` is what the runner-up lacks, as the weight of one more word in the headline. `turns` are the single lines that
    decide, strongest first.
    """

    section: str
    runner_up: str | None
    behind: float
    turns: tuple[Counterfactual, ...]


def outcome(book: Rulebook, case: Case) -> Outcome:
    """Why a text is in its section and not in another, and by how much. If the source fixes the section, there is no runner-up."""
    if case.section is not None:
        return Outcome(case.section, None, 0.0, ())
    hay = haystack(case.title, case.summary)
    reading = read(book, hay)
    raw = totals(book, reading, case)[: book.sections]
    winner = decided(book, reading, case).section
    ranked = sorted(
        (-value, number) for number, value in enumerate(raw) if value > 0 and book.rules[number].id != winner
    )
    deciding = tuple(_counterfactuals(book, hay, reading, winner, case))
    if not ranked:
        return Outcome(winner, None, 0.0, deciding)
    rival = ranked[0][1]
    first = book.ids.get(winner, -1)
    lead = raw[first] if first >= 0 else 0.0
    tie = rival < first or lead < book.least[rival]
    evidence = max(lead, book.least[rival]) - raw[rival] + (-1e-9 if tie else 1e-9)
    return Outcome(winner, book.rules[rival].id, _lacking(evidence, rival in reading.elsewhere), deciding)


def _lacking(evidence: float, elsewhere: bool) -> float:
    """The smallest weight, a multiple of 0.01, with which a word in the headline contributes at least this evidence."""
    steps = (step / 100 for step in range(1, 10_000))
    return next((one for one in steps if word_value(one, weights.HEADLINE, elsewhere) >= evidence), 100.0)


def _counterfactuals(
    book: Rulebook, hay: Haystack, reading: TextReading, winner: str, case: Case
) -> Iterator[Counterfactual]:
    number = book.ids.get(winner)
    own: dict[Term, tuple[float, Evidence]] = {}
    for one in reading.evidence:
        if one.rule == number:
            own[one.term] = (own.get(one.term, (0.0, one))[0] + one.value, one)
    every = (*reading.evidence, *reading.covered)
    for term, (_, one) in sorted(own.items(), key=lambda entry: -entry[1][0]):
        if number is not None and one.place:
            # Evaluated anew, since another line may list the same country, and places decide which words count (`elsewhere`),
            # and how much evidence the section needs.
            without = without_place(book, number, term)
            then = decided(without, read(without, hay), case).section
        else:
            kept, _ = said_once(hay, [other for other in every if not (other.rule == number and other.term == term)])
            then = decided(book, replace(reading, evidence=kept), case).section
        if then != winner:
            yield Counterfactual(full_rule_name(term, one.place), term.at, then)
