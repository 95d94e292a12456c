"""Judges by a rulebook which sections and topics a text belongs to, and derives a story's sections from those of its items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aggregator.categorise import weights
from aggregator.categorise.evidence import read
from aggregator.categorise.findings import TextReading
from aggregator.categorise.rulebook import Rulebook
from aggregator.model.judgement import Case, Judgement, Scores
from aggregator.text.match import haystack


def judge(book: Rulebook, case: Case) -> Judgement:
    """The sections and topics of a text."""
    return decided(book, read(book, haystack(case.title, case.summary)), case)


def decided(book: Rulebook, reading: TextReading, case: Case) -> Judgement:
    """The sections and topics of a text, from its reading."""
    return concluded(book, reading, totals(book, reading, case))


def concluded(book: Rulebook, reading: TextReading, raw: Sequence[float]) -> Judgement:
    """The sections and topics of a text, from its reading and the `totals` (`raw`)."""
    scores = _section_scores(book, raw[: book.sections])
    topics = tuple([book.rules[number].id for number in topic_numbers(book, raw, reading)])
    places = tuple([code for code in reading.codes if code.isupper()])
    return Judgement(scores[0][0], scores, topics, places)


def totals(book: Rulebook, reading: TextReading, case: Case) -> list[float]:
    """The raw evidence for each rule, by number: that of the reading, and that of the source (`usually`, `section`)."""
    raw = [0.0] * len(book.rules)
    for one in reading.evidence:
        raw[one.rule] += one.value
    for number in reading.excluded:
        raw[number] = 0.0
    usually, fixed = book.ids.get(case.usually or ""), book.ids.get(case.section or "")
    if usually is not None and usually not in reading.excluded:
        raw[usually] += weights.PRIOR
    if fixed is not None:
        raw[fixed] = max(raw[: book.sections]) + weights.FIXED
    return raw


def topic_numbers(book: Rulebook, raw: Sequence[float], reading: TextReading) -> list[int]:
    """The numbers of the matching topics, in the editor's order."""
    spoken = {one.rule for one in reading.evidence if one.rule >= book.sections}
    return sorted([number for number in spoken if raw[number] >= weights.TOPIC])


def _section_scores(book: Rulebook, raw: Sequence[float]) -> Scores:
    """The sections above the threshold, highest score first, on a tie in the editor's order; the fallback if there is none."""
    values = enough(book, raw)
    best = max(values)
    if not best:
        return ((book.fallback, 0.0),)
    scale = weighed(best) + weights.HALF
    floor = weights.THRESHOLD * scale
    # Rounded, so that the order of the additions (of floating-point numbers) does not decide a tie.
    above = [(round(-value, 9), n) for n, value in enumerate(values) if value >= floor and weighed(value) >= floor]
    above.sort()
    return tuple([(book.rules[n].id, round(weighed(-value) / scale, 4)) for value, n in above])


def enough(book: Rulebook, raw: Sequence[float]) -> list[float]:
    """The raw evidence for each section, or 0 if it is less than the section needs (`Rulebook.least`)."""
    return [value if value >= least else 0.0 for value, least in zip(raw, book.least, strict=True)]


def weighed(raw: float) -> float:
    """The part of raw evidence that counts for a score: evidence beyond `weights.ENOUGH` counts less."""
    return raw if raw <= weights.ENOUGH else weights.ENOUGH + (raw - weights.ENOUGH) * weights.BEYOND


def story_sections(judgements: Iterable[tuple[str, Judgement]], order: Sequence[str], fallback: str) -> Scores:
    """A story's sections, from the (publisher, judgement) pairs of its items.

    The score of a section is the mean over publishers, and that of a publisher is the mean over its items. The result has the primary
    section and all others above the threshold, highest first. `order` is the editor's order of sections; sections not in it no longer
    exist, and are ignored. Items that are in no section count for the fallback: it becomes the primary section if their score is
    higher than that of any section, and is left out otherwise.
    """
    items: dict[str, list[Judgement]] = {}
    for publisher, judgement in judgements:
        items.setdefault(publisher, []).append(judgement)
    means: dict[str, float] = {}
    silent = 0.0
    for own in items.values():
        share = 1 / len(own) / len(items)
        for judgement in own:
            for section, score in judgement.scores:
                means[section] = means.get(section, 0.0) + score * share
            silent += weights.SILENT * share * (judgement.scores[0][1] == 0)
    ranked = sorted(
        [(section, round(mean, 4)) for section, mean in means.items() if mean > 0 and section in order],
        key=lambda entry: (-entry[1], order.index(entry[0])),
    )
    if not ranked:
        return ((fallback, 0.0),)
    if silent > ranked[0][1]:
        ranked = [(fallback, round(silent, 4)), *(entry for entry in ranked if entry[0] != fallback)]
    return tuple(entry for at, entry in enumerate(ranked) if at == 0 or entry[1] >= weights.THRESHOLD)
