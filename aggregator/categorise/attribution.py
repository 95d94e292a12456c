"""Finds the line of the rules whose edit moved a text, by comparing the rulebooks before and after the edit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from aggregator.categorise.evidence import read
from aggregator.categorise.judge import decided
from aggregator.categorise.receipts import rule_name
from aggregator.categorise.rulebook import Rulebook, compile_rules
from aggregator.model.judgement import Case
from aggregator.model.settings import Position, Rules, Term
from aggregator.model.stream import StreamName
from aggregator.text.match import Haystack, Matcher, haystack, needle


class Cause(Struct, frozen=True):
    """The line that moved a text.

    `rule` is the line as the editor would name it (`words: flood*`), and `at` its position in the file that has it. `gone`: the new
    file does not have the line, or gives it less weight; then `at` is its position in the old file.
    """

    rule: str
    at: Position | None
    gone: bool = False


Weighed = dict[str, tuple[float, Position]]


def cause(
    before: Rulebook | None, after: Rulebook, stream: StreamName, title: str, summary: str, *, comes: bool
) -> Cause:
    """The line because of which a text enters (`comes`) or leaves a section or topic.

    It is the line whose contribution rose (or fell) most, or a line of `not` or `never` that was removed (or added). The rule is
    "fallback" if a text enters and no line contributes, and "outweighed" if it leaves only because other sections rose.
    """
    hay = haystack(title, summary)
    old, blocked = (_lines(before, stream, hay), _blocks(before, stream, hay)) if before else ({}, {})
    new, blocks = _lines(after, stream, hay), _blocks(after, stream, hay)
    if comes:
        lifted = next((block for block in blocked if block not in blocks), None)
        if lifted:
            return replace(blocked[lifted], gone=True)
        risen, _ = _most(new, old)
        return Cause(risen, new[risen][1]) if risen else Cause("fallback", None)
    added = next((block for block in blocks if block not in blocked), None)
    if added:
        return blocks[added]
    fallen, fall = _most(old, new)
    if fallen and fall > 0:
        return Cause(fallen, old[fallen][1], gone=True)
    return Cause("outweighed", None)


def kept_out(book: Rulebook, case: Case) -> list[tuple[StreamName, Cause]]:
    """The sections and topics in which the text would be without a line of `never` or `not`, or the `unless` of a line; each with that
    line. If only several together keep it out, one of them is given."""
    hay = haystack(case.title, case.summary)
    reading = read(book, hay)
    told = {one.rule for one in reading.evidence}
    found = []
    for number, rules in enumerate(book.rules):
        keys = ("not: ", "unless: ") if number not in told else ("never: ",) if number in reading.excluded else ()
        blocks = (block for block in _blocks(book, rules.stream, hay).values() if block.rule.startswith(keys))
        if block := _first_needed(rules, blocks, partial(_would_hold, book, number, case, hay)):
            found.append((rules.stream, block))
    return found


def blocking(book: Rulebook, rules: Rules, text: str) -> Cause | None:
    """The line without which a text would have words or places of a section or topic, and now has none that count. Unlike `kept_out`, this
    does not ask whether it would be in there, and compiles only these rules."""
    hay = haystack(text, "")

    def counts(left: Rules) -> bool:
        reading = read(compile_rules([left], [], left.id), hay)
        return bool(reading.evidence and not reading.excluded)

    blocks = _blocks(book, rules.stream, hay).values()
    return _first_needed(rules, blocks, counts) if blocks and not counts(rules) else None


def _first_needed(rules: Rules, blocks: Iterable[Cause], holds: Callable[[Rules], bool]) -> Cause | None:
    """The line after whose removal `holds` is true, if these lines are removed one after the other."""
    for block in blocks:
        rules = _lifted(rules, block.at)
        if holds(rules):
            return block
    return None


def _lifted(rules: Rules, at: Position | None) -> Rules:
    """The rules without the line of `never` or `not` at this position, or without the `unless` of the line there."""
    return replace(
        rules,
        nevers=tuple(term for term in rules.nevers if term.at != at),
        nots=tuple(term for term in rules.nots if term.at != at),
        words=tuple(replace(term, unless=()) if term.at == at else term for term in rules.words),
    )


def _would_hold(book: Rulebook, number: int, case: Case, hay: Haystack, rules: Rules) -> bool:
    """Whether the text would be in a section or topic that had these rules."""
    every = (*book.rules[:number], rules, *book.rules[number + 1 :])
    tried = compile_rules(every[: book.sections], every[book.sections :], book.fallback)
    judgement = decided(tried, read(tried, hay), case)
    return rules.id in (judgement.sections if number < book.sections else judgement.topics)


def _most(lines: Weighed, others: Weighed) -> tuple[str | None, float]:
    """The line whose weight exceeds that in `others` most, and by how much; None and 0 if there are no lines."""
    gains = {rule: weight - (others[rule][0] if rule in others else 0.0) for rule, (weight, _) in lines.items()}
    most = max(gains, key=gains.__getitem__, default=None)
    return most, gains[most] if most else 0.0


def _lines(book: Rulebook, stream: StreamName, hay: Haystack) -> Weighed:
    """The lines that support a section or topic in this text, each with the sum of its evidence and its position."""
    found: Weighed = {}
    reading = read(book, hay)
    for one in reading.evidence:
        if book.rules[one.rule].stream == stream and one.rule not in reading.excluded:
            name = rule_name(one.term, one.place)
            found[name] = (found.get(name, (0.0,))[0] + one.value, one.term.at)
    return found


def _blocks(book: Rulebook, stream: StreamName, hay: Haystack) -> dict[tuple[object, ...], Cause]:
    """The lines of `not` and `never` of a section or topic that this text matches, and the words of `unless` that block a line.

    The keys are equal if two rulebooks have a line that blocks the same words of the text. A line is called by the first of these of
    each part.
    """
    rules = next((rules for rules in book.rules if rules.stream == stream), None)
    if rules is None:
        return {}
    blocks: dict[tuple[object, ...], Cause] = {}
    for key in ("never", "not"):
        for term in rules.lists[key]:
            if said := _said(term, hay):
                blocks[key, *map(frozenset, said)] = Cause(f"{key}: {', '.join(words[0] for words in said)}", term.at)
    for term in rules.words:
        if term.unless and _said(term, hay):
            blocks |= {("unless", word): Cause(f"unless: {word}", term.at) for word in term.unless if _has(hay, word)}
    return blocks


def _said(term: Term, hay: Haystack) -> list[list[str]]:
    """For each part of a line its words that the text contains; empty if the text lacks a part."""
    said = [[word for word in words if _has(hay, word)] for words in term.choices]
    return said if all(said) else []


def _has(hay: Haystack, word: str) -> bool:
    made = needle(word)
    return bool(made and made.text in hay.text and Matcher([made]).find(hay))
