"""Words of a text: tokens, folded for comparison, and their stems.

A token is a run of letters and digits; scripts without word boundaries (Han, kana, Thai, Lao, Khmer, Myanmar) give
overlapping pairs of characters instead. Stems follow Snowball (https://snowballstem.org), English where the language
has no stemmer or is not known: a stem only has to be equal for equal words.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b

import snowballstemmer

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_TOKEN = re.compile(
    rf"[{_UNSPACED}]+|(?:[^\W\d_{_UNSPACED}]\.){{2,}}|\d+(?:[.,:]\d+)*|[^\W_{_UNSPACED}]+(?:['’][^\W_{_UNSPACED}]+)*"
)
_UNSPACED_START = re.compile(f"[{_UNSPACED}]")
_STEMMERS = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "id": "indonesian", "it": "italian", "nl": "dutch", "no": "norwegian",
    "nb": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip


def tokens(text: str) -> list[str]:
    """The words of a plain text, as written, in order."""
    found: list[str] = _TOKEN.findall(text)
    if not text.isascii() and any(_UNSPACED_START.match(token) for token in found):
        return [part for token in found for part in _pairs(token)]
    return found


def _pairs(token: str) -> list[str]:
    if len(token) < 3 or not _UNSPACED_START.match(token):
        return [token]
    return [token[i : i + 2] for i in range(len(token) - 1)]


@lru_cache(maxsize=1 << 17)
def plain(word: str) -> str:
    """A word in the form that compares equal: lower case, no diacritics, no possessive, no dots of abbreviations."""
    folded = word.casefold().replace("’", "'")
    if not folded.isascii():
        folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    folded = folded.removesuffix("'s")
    return folded if folded[:1].isdigit() else folded.replace(".", "").replace("'", "")


@lru_cache(maxsize=1 << 17)
def stem(word: str, lang: str = "en") -> str:
    """The stem of a word as written, folded: `stem("Sanctions") == "sanction"`. Figures stay as they are."""
    folded = plain(word)
    if folded[:1].isdigit():
        return folded
    result: str = _stemmer(lang[:2]).stemWord(folded)
    return result


@lru_cache(maxsize=1 << 5)
def _stemmer(lang: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(_STEMMERS.get(lang, "english"))


@lru_cache(maxsize=1 << 18)
def word_id(word: str) -> int:
    """A stable number below 2⁶³ that stands for a stem in the store."""
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 1
