"""Orders other than by time: the top of the front page, and the best match of a search. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from aggregator.model.story import ItemView, StoryView
from aggregator.model.stream import Filter
from aggregator.text.forms import forms
from aggregator.text.search import alternatives, begun, indexed
from aggregator.text.words import plains, tokens

Entry = TypeVar("Entry", StoryView, ItemView)

HALVING_HOURS = 8.0
CONFIRMED = 1.4
"""The power of the number of outlets: each further one has judged anew that the news is worth telling."""
CANDIDATES = 500
"""How many results of a search are ranked, the newest: a search with a million results costs no more."""
HEADLINE, HEADLINES, SUMMARY = 3.0, 2.0, 1.0
"""The weight of a word in the headline, in the headlines of all outlets (by their share), in the summary."""
SATURATION, LENGTHS = 1.2, (0.3, 12, 60)
"""Of BM25: how quickly further occurrences stop counting; how much length counts against, and from which lengths on."""
OTHERWISE = 0.7
"""The weight of another form of a word, such as its plural."""
OUTLETS = 4.0
"""Fifty outlets double the score of one."""

Term = tuple[str, ...]
"""A word or phrase and its other forms, each as " word word "."""


def weight(story: StoryView, now: int) -> float:
    """Independent publishers, to a power, worth half as much every eight hours after the event was first reported."""
    hours = max(0.0, (now - story.published.timestamp()) / 3600)
    return float(story.independent**CONFIRMED * 0.5 ** (hours / HALVING_HOURS))


def rank_by_importance(stories: Iterable[StoryView], now: int) -> list[StoryView]:
    return sorted(stories, key=lambda story: heaviest_first(story, weight(story, now)))


def heaviest_first(story: StoryView, weight: float) -> tuple[float, float, str]:
    """What to sort stories by. Of those of one weight, as all have after a year, the newest comes first."""
    return -weight, -story.published.timestamp(), story.id


@dataclass(frozen=True, slots=True)
class SearchText:
    """The words of a candidate, each as " word word ", so that phrases are found as substrings."""

    headline: str
    headlines: tuple[str, ...]
    summary: str
    outlets: int = 1

    @classmethod
    def of(cls, title: str, summary: str, titles: Iterable[str] = (), outlets: int = 1) -> SearchText:
        return cls(_spaced(title), tuple(map(_spaced, titles)) or (_spaced(title),), _spaced(summary), outlets)

    def weight(self, term: Term) -> float:
        """Occurrences of a term in its forms, by field and length."""
        as_typed, *others = term
        return self._weight(as_typed) + OTHERWISE * sum(map(self._weight, others))

    def _weight(self, form: str) -> float:
        share, headline, summary = LENGTHS
        found = HEADLINE * self.headline.count(form) / _longer(self.headline, headline, share)
        found += HEADLINES * sum(form in one for one in self.headlines) / len(self.headlines)
        return found + SUMMARY * self.summary.count(form) / _longer(self.summary, summary, share)


def best_first(found: Sequence[Entry], wanted: Filter) -> list[Entry]:
    """Stories or items, the best match for the words of a search first."""
    return [found[n] for n in rank_by_relevance(list(map(_search_text, found)), wanted.words, wanted.lang)]


def _search_text(one: StoryView | ItemView) -> SearchText:
    if isinstance(one, ItemView):
        return SearchText.of(one.title, one.summary)
    return SearchText.of(one.title, one.summary, [report.title for report in one.reports], one.independent)


def rank_by_relevance(candidates: Sequence[SearchText], words: Iterable[str], lang: str | None = None) -> list[int]:
    """Indices of the candidates, the best match for the words and phrases first; of equals the first one. `lang` is the language that is
    asked for.

    BM25F (Robertson, Zaragoza, Taylor 2004) over headline, headlines of the other outlets and summary. Rarity is
    measured among the candidates: a word that all of them have decides nothing. Stories of many outlets are more often
    what people look for.
    """
    scores = [0.0] * len(candidates)
    for term in filter(None, (_term(one, lang) for word in words for one in alternatives(word))):
        weights = [text.weight(term) for text in candidates]
        holding = sum(any(form in text.headline for form in term) for text in candidates)
        rarity = math.log(1 + (len(candidates) - holding + 0.5) / (holding + 0.5))
        scores = [score + rarity * found / (found + SATURATION) for score, found in zip(scores, weights, strict=True)]
    weighted = [score * (1 + math.log(text.outlets) / OUTLETS) for score, text in zip(scores, candidates, strict=True)]
    return sorted(range(len(candidates)), key=lambda n: (-round(weighted[n], 6), n))


def _term(word: str, lang: str | None) -> Term:
    """The forms of a word, each once: as typed it may be written as another is (`hurricane,`)."""
    spaced = [_spaced(form).rstrip() if begun(form) else _spaced(form) for form in forms(word, lang)]
    return tuple(dict.fromkeys(filter(str.strip, spaced)))


def _spaced(text: str) -> str:
    return f" {' '.join(plains(tokens(indexed(text))))} "


def _longer(text: str, usual: int, share: float) -> float:
    return 1 - share + share * (text.count(" ") - 1) / usual
