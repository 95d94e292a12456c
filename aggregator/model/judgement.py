"""Where an item belongs, and the receipts that say why."""

from __future__ import annotations

from msgspec import Struct

from aggregator.model.settings import Position, Source

Scores = tuple[tuple[str, float], ...]
"""Sections with their scores, highest first."""


class Case(Struct, frozen=True):
    """A text to be classified, with two settings of its source: `usually` is a prior, `section` the fixed section of all its items."""

    title: str
    summary: str = ""
    usually: str | None = None
    section: str | None = None

    @classmethod
    def of(cls, title: str, summary: str, source: Source | None) -> Case:
        return cls(title, summary, source.usually, source.section) if source else cls(title, summary)


class Match(Struct, frozen=True):
    """Something that counted for a section or topic. A word of the text: `field` is title or summary, `start` and `end` are offsets
    into it. Or a category of the feed that names a topic: `field` is category."""

    text: str
    field: str
    weight: float
    start: int = 0
    end: int = 0


class RunnerUp(Struct, frozen=True):
    section: str
    score: float


class Receipt(Struct, frozen=True):
    """Why a text is in a section: the strongest rule, all matches, the score and the runner-up."""

    section: str
    score: float
    rule: str  # as in feeds.yaml: "words: south china sea", "places: CN"
    at: Position | None  # None if no line of the file is responsible (the fallback)
    matched: tuple[Match, ...]
    runner_up: RunnerUp | None


class Judgement(Struct, frozen=True):
    """An item's own sections and topics. `scores` are the sections above the threshold, highest first, or the fallback with 0; `section`
    is the first of them; `topics` are ids of configured topics; `places` are ISO 3166 codes of places in the text, the most significant
    first."""

    section: str
    scores: Scores
    topics: tuple[str, ...]
    places: tuple[str, ...] = ()

    @property
    def sections(self) -> tuple[str, ...]:
        return tuple(section for section, _ in self.scores)
