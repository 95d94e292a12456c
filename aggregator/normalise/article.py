"""Checks that the text extracted from a page is the article that the feed announces, and cleans it.

Many pages answer with status 200 but are not the article: a log-in form, a cookie banner, "not found", the front page. Others hold
less of the article than the feed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from aggregator.errors import ParseError
from aggregator.model.item import Told
from aggregator.normalise.boilerplate import without_asides
from aggregator.normalise.plain import plain, plain_of_safe
from aggregator.text.fold import key
from aggregator.text.words import stems, tokens

BEGINNING = 2000  # characters that are compared: a longer text, such as a list of news, contains some of any words
SHARED = 0.25
"""The least share of the words of headline and summary that the beginning of the text must repeat. Measured on full texts in feeds:
nearly all articles repeat more, and other pages fewer."""
NAMED = 0.5
"""If the page's own headings have more than this share of the words of the headline, its text need not repeat any."""
_OPENING = 3  # blocks at the beginning among which the headline is searched
_LONG = 80  # characters of a paragraph that is not repeated on purpose
_BLOCK = re.compile(r"<(h[2-6]|p)>((?:(?!<\1[ >]).){1,1000}?)</\1>\s*", re.DOTALL)
"""Not one with another of its kind inside, whose end would be taken for its own."""


def article_of(text: str, told: Told, headings: Sequence[str]) -> str:
    """The text of a page (`text`, sanitised HTML; `headings`: its own headings, HTML), without the headline and what outlets put between
    their paragraphs.

    Raises:
        ParseError: the text is not that of the article (`another-text`), or is shorter than the feed's (`shorter`).
    """
    names = [told.headline, *map(plain, headings)]
    text = _once(without_asides(_without_headline(text, names)))
    article, name = plain_of_safe(text), _words(told.headline)
    words = _words(f"{told.headline} {told.summary}")
    named = len(name & _words(" ".join(names[1:]))) > NAMED * len(name)
    if not article or (not named and len(words & _words(article[:BEGINNING])) < SHARED * len(words)):
        raise ParseError("another-text", "the page does not tell what the feed tells of the article")
    if len(article) < len(plain_of_safe(without_asides(told.text))):
        raise ParseError("shorter", "the page holds less of the article than the feed")
    return text


def _without_headline(text: str, names: Sequence[str]) -> str:
    known = {_compared(name) for name in names} - {""}
    for block in islice(_BLOCK.finditer(text), _OPENING):
        if _compared(plain_of_safe(block[2])) in known:
            return text[: block.start()] + text[block.end() :]
    return text


def _once(text: str) -> str:
    """The text with each long paragraph once: some pages have all of it twice, for phones and for large screens."""
    seen: set[str] = set()
    twice: set[str] = set()

    def kept(block: re.Match[str]) -> str:
        again = block[2] in seen
        (twice if again else seen).add(block[2])
        return "" if again and len(block[2]) >= _LONG else block[0]

    once = _BLOCK.sub(kept, text)
    return once if once == text else _without_last_headings(once, twice)


def _without_last_headings(text: str, twice: set[str]) -> str:
    """The text without those sub-headings at its end that it has `twice`."""
    end = len(text)
    while (last := text.rfind("<h", 0, end)) >= 0 and (one := _BLOCK.fullmatch(text, last, end)) and one[2] in twice:
        end = last
    return text[:end]


def _compared(text: str) -> str:
    return key(text).rstrip(". ")


def _words(text: str) -> set[str]:
    """The stems of the words, without short ones, which occur in any text. In scripts without spaces all tokens are short, and stay."""
    return set(stems(word for word in tokens(text) if len(word) > 3 or not word.isascii() or not word.islower()))
