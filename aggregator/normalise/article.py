"""Whether the text of a page is the article of which a feed tells. Many pages answer with 200 and are none: log in, accept cookies,
not found, the front page. Others hold less than the feed does."""

from __future__ import annotations

from aggregator.errors import ParseError
from aggregator.model.item import Told
from aggregator.normalise.plain import plain, plain_of_safe
from aggregator.text.words import stems, tokens

BEGINNING = 2000  # characters: in a long list of news some of any words are found
SHARED = 0.25
"""Of the words of headline and summary, how many the beginning of the text repeats at least. Nearly all articles repeat more, by
what full texts in feeds show, and pages that tell something else fewer."""
NAMED = 0.5
"""Of the words of the headline, how many a page has in its own that need not repeat any in its text."""


def confirm(text: str, told: Told, heading: str = "") -> None:
    """`text` is safe HTML, `heading` is HTML: what the page calls itself.

    Raises:
        ParseError: it is not the article (`another-text`), or is shorter than what the feed has of it (`shorter`).
    """
    article = plain_of_safe(text)
    words = _words(f"{told.headline} {told.summary}")
    name = _words(told.headline)
    named = len(name & _words(plain(heading))) > NAMED * len(name)
    if not named and len(words & _words(article[:BEGINNING])) < SHARED * len(words):
        raise ParseError("another-text", "the page does not tell what the feed tells of the article")
    if len(article) < len(plain_of_safe(told.text)):
        raise ParseError("shorter", "the page holds less of the article than the feed")


def _words(text: str) -> set[str]:
    """Stems, without short words, which are found in any text. In scripts without spaces all tokens are short."""
    return set(stems(word for word in tokens(text) if len(word) > 3 or not word.isascii() or not word.islower()))
