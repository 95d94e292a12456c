"""Orders other than by time: by importance (front page) and by relevance (search). Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec import Struct

from aggregator.model.story import ItemView, StoryHead, StoryView
from aggregator.model.stream import Filter
from aggregator.text.forms import forms
from aggregator.text.search import alternatives, begun, indexed
from aggregator.text.words import plains, tokens

Entry = TypeVar("Entry", StoryView, ItemView)

HALVING_HOURS = 8.0
CONFIRMED = 1.4
"""Exponent of the number of outlets. It is above 1, since each further outlet has decided independently that the news is important."""
CANDIDATES = 500
"""So many results of a search are ranked, the newest ones; so a search with a million results takes no longer."""
HEADLINE, HEADLINES, SUMMARY = 3.0, 2.0, 1.0
"""Weight of a word in the headline, in the headlines of all outlets (times the share of them that have it), and in the summary."""
SATURATION, LENGTHS = 1.2, (0.3, 12, 60)
"""Parameters of BM25: k₁; and (b, usual number of words of a headline, of a summary)."""
OTHERWISE = 0.7
"""Weight of another form of a word, such as its plural."""
OUTLETS = 4.0
"""The score is multiplied by 1 + ln(outlets) / OUTLETS: fifty outlets double it."""

Term = tuple[str, ...]
"""The forms of a word or phrase, the one typed first, each as " word word " so that it is found as a substring of SearchText."""


def weight(story: StoryHead, now: int) -> float:
    """The importance of a story: (independent publishers) ** CONFIRMED, halved every eight hours since the first report."""
    hours = max(0.0, (now - story.published.timestamp()) / 3600)
    return float(story.independent**CONFIRMED * 0.5 ** (hours / HALVING_HOURS))


def rank_by_importance(stories: Iterable[StoryHead], now: int) -> list[StoryHead]:
    return sorted(stories, key=lambda story: heaviest_first(story, weight(story, now)))


def heaviest_first(story: StoryHead, weight: float) -> tuple[float, float, str]:
    """Sort key: highest weight first; of equal weights (after a year all are 0), the newest first."""
    return -weight, -story.published.timestamp(), story.id


class SearchText(Struct, frozen=True):
    """The words of a candidate, each as " word word ", so that phrases are found as substrings."""

    headline: str
    headlines: tuple[str, ...]
    summary: str
    outlets: int = 1

    @classmethod
    def of(cls, title: str, summary: str, titles: Iterable[str] = (), outlets: int = 1) -> SearchText:
        return cls(_spaced(title), tuple(map(_spaced, titles)) or (_spaced(title),), _spaced(summary), outlets)

    def weight(self, term: Term) -> float:
        """The weighted number of occurrences of a term in all its forms."""
        as_typed, *others = term
        return self._weight(as_typed) + OTHERWISE * sum(map(self._weight, others))

    def _weight(self, form: str) -> float:
        share, headline, summary = LENGTHS
        found = HEADLINE * self.headline.count(form) / _longer(self.headline, headline, share)
        found += HEADLINES * sum(form in one for one in self.headlines) / len(self.headlines)
        return found + SUMMARY * self.summary.count(form) / _longer(self.summary, summary, share)


def best_first(found: Sequence[Entry], wanted: Filter) -> list[Entry]:
    """The stories or items, the best match for the words of the search first."""
    return [found[n] for n in rank_by_relevance(list(map(_search_text, found)), wanted.words, wanted.lang)]


def _search_text(one: StoryView | ItemView) -> SearchText:
    if isinstance(one, ItemView):
        return SearchText.of(one.title, one.summary)
    return SearchText.of(one.title, one.summary, [report.title for report in one.reports], one.independent)


def rank_by_relevance(candidates: Sequence[SearchText], words: Iterable[str], lang: str | None = None) -> list[int]:
    """Indexes of the candidates, the best match for the words and phrases first; equal ones in their order. `lang`: the language to which
    the search is restricted, if any.

    BM25F (Robertson, Zaragoza, Taylor 2004) with the fields headline, headlines of all outlets, and summary. Rarity is computed among
    the candidates: a word that all of them have decides nothing. Stories of many outlets score higher, because people look for them
    more often.
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
    """The distinct forms of a word. (Normalised, the typed form may equal another one: `hurricane,`.)"""
    spaced = [_spaced(form).rstrip() if begun(form) else _spaced(form) for form in forms(word, lang)]
    return tuple(dict.fromkeys(filter(str.strip, spaced)))


def _spaced(text: str) -> str:
    return f" {' '.join(plains(tokens(indexed(text))))} "


def _longer(text: str, usual: int, share: float) -> float:
    return 1 - share + share * (text.count(" ") - 1) / usual
