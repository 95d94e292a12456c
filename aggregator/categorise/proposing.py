"""Proposes edits of one line that would move a text into another section; each is tested with the real rules. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from aggregator.categorise.evidence import read, whole
from aggregator.categorise.findings import TextReading
from aggregator.categorise.judge import decided
from aggregator.categorise.rulebook import Rulebook, compile_rules
from aggregator.model.judgement import Case
from aggregator.model.settings import LONGEST_WORD, Rules, Term
from aggregator.text.languages import function_words, language
from aggregator.text.match import Locator, Needle, haystack, needle
from aggregator.text.scripts import MARKS, unspaced

WEIGHTS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0)
"""Weights that an editor would write. A proposal uses the smallest that moves the text."""

MOST_PHRASES = 16  # so many phrases of a headline are tried as new words

# \w alone breaks off a word of Hindi at its first vowel sign
_WORD = re.compile(rf"[\w{MARKS}]+(?:['’.-][\w{MARKS}]+)*")
# Japanese has no spaces, but writes most of its words apart from each other in Han or katakana, with hiragana between
_RUN = re.compile("[\u3400-\u9fff々]+|[\u30a0-\u30ff]+|[^\u3040-\u30ff\u3400-\u9fff々]+")
_POSSESSIVE = re.compile("['’][sS]$")
_EMPTY_WORDS = (
    "a an and are as at be been but by can could did do does for from had has have he her his how i in into is it its may "
    "more most new no not of off on or our out over said say says she should so than that the their them they this to up "
    "was we were what when where which who why will with would you your after before about against amid as during how"
)
_EMPTY = frozenset(_EMPTY_WORDS.split())


class Proposal(Struct, frozen=True):
    """An edit of one line.

    Attributes:
        rules: the section after the edit.
        key: the list of the line: words, places or not.
        term: the new line.
        was: the line that it replaces; None if it is added.
        phrase: only stories with these words can be affected; None if the edit may affect others too.
    """

    rules: Rules
    key: str
    term: Term
    was: Term | None
    phrase: str | None


def proposals(book: Rulebook, case: Case, wanted: str) -> Iterator[Proposal]:
    """Edits after which `wanted` is the primary section of the text; none if a `never` or the source's fixed section prevents it.

    A line of `not` for the leading section affects many texts. So it is proposed only if no edit of `wanted` itself is enough, or if
    `wanted` is the fallback.
    """
    number = book.ids[wanted]
    reading = read(book, haystack(case.title, case.summary))
    if number in reading.excluded:
        return
    trial = _Trial(_said(book, case), book.fallback, case, wanted)
    own = False
    for proposal in _own_lines(book, reading, number, trial):
        own = True
        yield proposal
    if own and wanted != book.fallback:
        return
    yield from filter(trial.moves, _blocked(book, reading, number, case))


class _Trial(Struct, frozen=True):
    """Tries edits on a text. `sections`: with their lines that bear on the text."""

    sections: tuple[Rules, ...]
    fallback: str
    case: Case
    wanted: str

    def moves(self, proposal: Proposal) -> bool:
        """Whether the text is in the wanted section after the edit."""
        book = compile_rules(edited(self.sections, proposal), (), self.fallback)
        return decided(book, read(book, haystack(self.case.title, self.case.summary)), self.case).section == self.wanted


def _said(book: Rulebook, case: Case) -> tuple[Rules, ...]:
    """The sections with only those words of which the text has some: an edit of one line leaves the others without effect, and to compile
    them takes seconds where there are thousands of sections."""
    found = {book.matcher.needles[index] for index, *_ in book.matcher.find(haystack(case.title, case.summary))}

    def told(terms: Sequence[Term]) -> tuple[Term, ...]:
        return tuple(term for term in terms if any(needle(word) in found for word in chain(*term.choices)))

    return tuple(
        replace(rules, words=told(rules.words), nots=told(rules.nots), nevers=told(rules.nevers))
        for rules in book.rules[: book.sections]
    )


def _own_lines(book: Rulebook, reading: TextReading, number: int, trial: _Trial) -> Iterator[Proposal]:
    """Edits of the wanted section: new places and words, and more weight for lines that match."""
    for proposal in _new_places(book, reading, number):
        if found := _enough(trial, proposal):
            yield found
    guess = 0
    for proposal in _new_words(book, reading, number, trial.case):
        if found := _enough(trial, proposal, guess):
            guess = WEIGHTS.index(found.term.weight)
            yield found
    for proposal in _heavier(book, reading, number):
        if found := _enough(trial, proposal):
            yield found


def edited(sections: Sequence[Rules], proposal: Proposal) -> tuple[Rules, ...]:
    """All sections, with the edit."""
    return tuple(proposal.rules if rules.id == proposal.rules.id else rules for rules in sections)


def _enough(trial: _Trial, proposal: Proposal, guess: int = 0) -> Proposal | None:
    """The proposal with the smallest weight that moves the text; None if the greatest does not (a word inside a phrase of `not`).

    Words of one headline mostly need the same weight. So `guess`, the index of the weight that was enough for another, is tried first.
    """
    least = proposal.was.weight if proposal.was else 0.0
    tried = [_put(proposal, replace(proposal.term, weight=weight)) for weight in WEIGHTS if weight > least]

    def enough(step: int) -> bool:
        return trial.moves(tried[step])

    last = len(tried) - 1
    if not tried:
        return None
    if enough(guess):
        return tried[next((step + 1 for step in reversed(range(guess)) if not enough(step)), 0)]
    if guess == last or not enough(last):
        return None
    return tried[next((step for step in range(guess + 1, last) if enough(step)), last)]


def _put(proposal: Proposal, term: Term) -> Proposal:
    """The proposal with the line written as `term`."""
    was, key = proposal.was, "nots" if proposal.key == "not" else proposal.key
    lines = getattr(proposal.rules, key)
    lines = (*lines, term) if was is None else tuple(term if line == was else line for line in lines)
    return replace(proposal, rules=replace(proposal.rules, **{key: lines}), term=term)


def _heavier(book: Rulebook, reading: TextReading, number: int) -> Iterator[Proposal]:
    """Lines of the section that match the text, to be given more weight."""
    rules = book.rules[number]
    for term, place in dict.fromkeys((one.term, one.place) for one in reading.evidence if one.rule == number):
        bare = not place and len(term.parts) == 1 and "*" not in term.parts[0]
        yield Proposal(rules, "places" if place else "words", term, term, term.parts[0] if bare else None)


def _new_places(book: Rulebook, reading: TextReading, number: int) -> Iterator[Proposal]:
    """Places that the text names and no section lists. None for a section without places: its first would change how its words weigh."""
    rules = book.rules[number]
    own = {code for term in rules.places for code in term.parts}
    listed = {(one.start, one.end) for one in reading.evidence if one.place and one.rule < book.sections}
    for code, span in reading.codes.items():
        if own and code not in own and span not in listed:
            yield Proposal(rules, "places", _below(rules, rules.places, code), None, None)


def _new_words(book: Rulebook, reading: TextReading, number: int, case: Case) -> Iterator[Proposal]:
    """Words of the headline, and pairs of them, that the section does not list; without names of places, which belong in `places`."""
    rules = book.rules[number]
    listed = {needle(word) for term in rules.words for word in chain(*term.choices)}
    hay = haystack(case.title, case.summary)
    places = {(one.start, one.end) for one in reading.evidence if one.place}
    if rules.places:
        places.update(reading.codes.values())
    names = {word for start, end in places for word in hay.text[start:end].split()}
    for phrase in _phrases(case.title)[:MOST_PHRASES]:
        made = needle(phrase)
        if (
            made
            and len(phrase) <= LONGEST_WORD
            and listed.isdisjoint((made, Needle(made.text)))
            and names.isdisjoint(made.word.split())
        ):
            yield Proposal(rules, "words", _below(rules, rules.words, phrase), None, phrase)


def _blocked(book: Rulebook, reading: TextReading, number: int, case: Case) -> Iterator[Proposal]:
    """Lines for the `not` of the leading section: phrases around the words that support it."""
    leader = book.ids.get(decided(book, reading, case).section)
    if leader is None or leader == number:
        return
    rules = book.rules[leader]
    hay = haystack(case.title, case.summary)
    locator = Locator(case.title, case.summary, hay)
    phrases: dict[str, None] = {}
    for one in reading.evidence:
        if one.rule == leader:
            _, text, start, end = locator.locate(*whole(hay, one))
            phrases.update(dict.fromkeys(_around(text, start, end)))
    for phrase in phrases:
        term = _below(rules, rules.nots, phrase)
        yield _put(Proposal(rules, "not", term, None, phrase), term)


def _below(rules: Rules, lines: Sequence[Term], phrase: str) -> Term:
    """A new line of the section, with the position of the one that it is to stand below: an example that it breaks names this position."""
    return Term((phrase,), 1.0, lines[-1].at if lines else rules.at)


def _phrases(title: str) -> list[str]:
    """The single words of a headline, longest first, then pairs of neighbours.

    Words are written without a possessive ('s), since they match with and without it. A pair with a possessive inside is left out: a
    search of the archive would not find it.
    """
    written = [run for match in _WORD.finditer(title) for run in _RUN.findall(match[0])]
    words = [_POSSESSIVE.sub("", word) for word in written]
    plain = [_cased(word, title) for word in words]
    lower = [word.lower() for word in words]
    empty = _EMPTY.union(function_words().get(language(lower, None), ()))
    telling = [
        word.lower() not in empty and len(word) > (not unspaced(word[0])) + 1 and not word[0].isdigit()
        for word in words
    ]
    single = {word for word, tells in zip(plain, telling, strict=True) if tells}
    pairs = [
        f"{plain[i]} {plain[i + 1]}"
        for i in range(len(words) - 1)
        if telling[i] and telling[i + 1] and words[i] == written[i]
    ]
    return [*sorted(single, key=lambda word: (-len(word), word)), *dict.fromkeys(pairs)]


def _cased(word: str, title: str) -> str:
    """The word in lower case, except an acronym (NATO). In a headline all in capitals no acronyms can be recognised."""
    return word if word.isupper() and len(word) > 1 and not title.isupper() else word.lower()


def _around(text: str, start: int, end: int) -> Iterator[str]:
    """The text from `start` to `end` with the word before it, and with the word after it; in lower case."""
    words = list(_WORD.finditer(text))
    before = [match.start() for match in words if match.end() < start]
    after = [match.end() for match in words if match.start() > end]
    for first, last in ((before[-1:], [end]), ([start], after[:1])):
        if first and last:
            phrase = " ".join(match[0] for match in words if first[0] <= match.start() and match.end() <= last[0])
            if 0 < len(phrase) <= LONGEST_WORD:  # a headline in Thai may be one word
                yield phrase.lower()
