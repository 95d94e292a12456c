"""Explains why a text is in its sections and topics. Receipts are not stored: they are recomputed from text and rules on demand."""

from __future__ import annotations

from aggregator.categorise import weights
from aggregator.categorise.evidence import read, whole
from aggregator.categorise.findings import Evidence
from aggregator.categorise.judge import concluded, enough, topic_numbers, totals, weighed
from aggregator.categorise.rulebook import Rulebook
from aggregator.model.judgement import Case, Judgement, Match, Receipt, RunnerUp
from aggregator.model.settings import Term
from aggregator.text.match import Locator, haystack


def receipts(book: Rulebook, case: Case) -> tuple[Receipt, ...]:
    """One receipt for each section that `judge` names, in the same order, then one for each topic (its `runner_up` is None)."""
    return judged(book, case)[1]


def judged(book: Rulebook, case: Case) -> tuple[Judgement, tuple[Receipt, ...]]:
    """The result of `judge` with the receipts, for which the text is read only once."""
    hay = haystack(case.title, case.summary)
    reading = read(book, hay)
    raw = totals(book, reading, case)
    judgement = concluded(book, reading, raw)
    best = _best(book, enough(book, raw[: book.sections])) or _best(book, raw[: book.sections])
    by_rule: dict[int, list[Evidence]] = {}
    for one in reading.evidence:
        by_rule.setdefault(one.rule, []).append(one)

    locator = Locator(case.title, case.summary, hay)

    def match(one: Evidence) -> Match:
        field, text, start, end = locator.locate(*whole(hay, one))
        return Match(text[start:end], field, round(one.value, 3), start, end)

    def made(id: str, number: int, score: float, rival: RunnerUp | None, source: str | None = None) -> Receipt:
        own = sorted(by_rule.get(number, ()), key=lambda one: (-one.value, one.start, -one.end, one.term.at.line))
        matched = tuple(map(match, own))
        if source is None and not own:
            return Receipt(id, score, "fallback", None, (), rival)
        if source is not None:
            return Receipt(id, score, f"{source}: {id}", None, matched, rival)
        return Receipt(id, score, full_rule_name(own[0].term, own[0].place), own[0].term.at, matched, rival)

    found = []
    for id, score in judgement.scores:
        number = book.ids.get(id, -1)
        rival = next((RunnerUp(other, value) for other, value in best if other != id), None)
        by_prior = case.usually == id and number not in by_rule
        source = "section" if case.section == id else "usually" if by_prior else None
        found.append(made(id, number, score, rival, source))
    for number in topic_numbers(book, raw, reading):
        found.append(made(book.rules[number].id, number, round(raw[number] / (raw[number] + weights.HALF), 4), None))
    return judgement, tuple(found)


def places_named(book: Rulebook, title: str, summary: str = "") -> dict[str, Match]:
    """For each place that a text names, by code, the match where it is first named."""
    hay = haystack(title, summary)
    locator, found = Locator(title, summary, hay), {}
    for code, span in read(book, hay).codes.items():
        field, text, start, end = locator.locate(*span)
        found[code] = Match(text[start:end], field, 1.0, start, end)
    return found


def _best(book: Rulebook, raw: list[float]) -> list[tuple[str, float]]:
    """The two sections with the most evidence."""
    order = sorted([(-value, number) for number, value in enumerate(raw) if value > 0])[:2]
    scale = weighed(-order[0][0] if order else 0.0) + weights.HALF
    return [(book.rules[number].id, round(weighed(-value) / scale, 4)) for value, number in order]


def rule_name(term: Term, place: bool) -> str:
    """A term as the editor would name it, without `unless`: a line whose `unless` was edited is still that line."""
    if len(term.parts) > 1:
        return f"words: all: {', '.join(term.parts)}"
    return f"{'places' if place else 'words'}: {term.parts[0]}"


def full_rule_name(term: Term, place: bool) -> str:
    """With `unless`, since feeds have no line numbers by which to tell lines with the same words apart."""
    return rule_name(term, place) + (f", unless: {', '.join(term.unless)}" if term.unless else "")
