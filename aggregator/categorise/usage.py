"""Counts, while texts are judged, which lines of the rules are used."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from aggregator.categorise import weights
from aggregator.categorise.evidence import read
from aggregator.categorise.judge import decided
from aggregator.categorise.rulebook import Rulebook
from aggregator.model.judgement import Case, Judgement
from aggregator.model.settings import Term
from aggregator.model.stream import StreamName
from aggregator.text.match import Matcher, haystack, needle


class DeadLine(Struct, frozen=True):
    """A line of a section or topic that no text needs. `found`: texts contain its words, but none of them is in the section or topic."""

    of: StreamName  # the section or topic
    key: str  # words, places, not, never
    term: Term
    found: bool


class Usage:
    """Judges texts like `judge`, and counts for each line the texts in its section or topic that it supports."""

    def __init__(self, book: Rulebook) -> None:
        self._book = book
        self._placed: Counter[int] = Counter()
        self._found: Counter[int] = Counter()
        blocking = [term for rules in book.rules for term in (*rules.nots, *rules.nevers)]
        words = [(word, id(term), n) for term in blocking for n, part in enumerate(term.choices) for word in part]
        parts = [(made, line, n) for word, line, n in words if (made := needle(word))]
        self._blocking = Matcher([made for made, _, _ in parts])
        self._blocked = [(line, n) for _, line, n in parts]
        self._parts = {id(term): len(term.parts) for term in blocking}

    def judge(self, case: Case) -> Judgement:
        hay = haystack(case.title, case.summary)
        reading = read(self._book, hay)
        judgement = decided(self._book, reading, case)
        rules, first_topic = self._book.rules, self._book.sections
        sections, topics = judgement.sections, judgement.topics
        for line, rule in {(id(one.term), one.rule) for one in (*reading.evidence, *reading.covered)}:
            self._found[line] += 1
            if rules[rule].id in (sections if rule < first_topic else topics):
                self._placed[line] += 1
        found = Counter(line for line, _ in {self._blocked[hit[0]] for hit in self._blocking.find(hay)})
        self._placed.update(line for line, count in found.items() if count == self._parts[line])
        return judgement

    def dead(self) -> list[DeadLine]:
        """The lines that so far supported or excluded nothing, in the editor's order."""
        return [
            DeadLine(rules.stream, key, term, self._found[id(term)] > 0)
            for rules in self._book.rules
            for key, terms in rules.lists.items()
            for term in terms
            if not self._placed[id(term)] and (key != "places" or term.weight >= weights.MARK)
        ]
