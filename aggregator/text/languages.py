"""The language that a text is in, recognised by its function words: `data/function_words.tsv` lists the most frequent short
words of each language (built by `benchmarks/build_languages.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files

ENGLISH = ("", "en")  # an unknown language is read as English
PLAINLY = frozenset(("the", "and", "with", "that", "this", "from", "which", "their"))  # in no other language
ENOUGH = 3  # different function words that identify a language
FEW = 2  # … if the feed says nothing, no other language has as many, and English none
CLEARLY = 2  # to override what the feed says: so many times the function words of that language
ALIASES = {"no": "nb", "nn": "nb", "hr": "sh", "sr": "sh", "bs": "sh", "iw": "he", "tl": "fil"}
NAMED = {"nb": "no", "sh": None}
"""What feeds call a language that has another code here; Bosnian, Croatian and Serbian, which have one, cannot be told apart."""
SCRIPTS = (  # first and last character, and the languages written in it
    ("\u0370", "\u03ff", ("el",)), ("\u0590", "\u05ff", ("he",)), ("\u0900", "\u097f", ("hi",)), ("\u0980", "\u09ff", ("bn",)),
    ("\u0b80", "\u0bff", ("ta",)), ("\u0e00", "\u0e7f", ("th",)), ("\u3040", "\u30ff", ("ja",)), ("\u4e00", "\u9fff", ("zh", "ja")),
    ("\uac00", "\ud7a3", ("ko",)),
)  # fmt: skip
LACKS = {
    lang: frozenset(letters)
    for lang, letters in {
        "bg": "эыёіїєґјљњџўќћ",
        "mk": "йщъыьэюяёіїєґўћ",
        "ru": "іїєґјљњџўќћ",
        "uk": "ъыэёјљњџўќћ",
    }.items()
}
"""Letters that these languages, which share many short words, do not have."""


def language(words: Sequence[str], said: str | None) -> str:
    """The code of the language that these words of a text are in: what its feed says, unless the feed says nothing or
    the text is plainly in another language that we know (much software says English by default). "" if unknown."""
    code = language_code(said) if said else ""
    if code and code not in function_words():
        return code
    if code in ENGLISH and len(PLAINLY.intersection(words)) > 1:  # most items; spares the counting
        return "en"
    votes = _votes(words)
    if not votes:
        return code
    most, _, found = max((count, one == code, one) for one, count in votes.items())
    if most == FEW and not code and not votes["en"]:
        return found if sum(count == FEW for count in votes.values()) == 1 else ""
    return found if most >= ENOUGH and most >= CLEARLY * votes[code] else code


def recognised(words: Sequence[str], likely: str | None) -> str | None:
    """The same as a tag that feeds use, of a text for which nobody names a language: `likely` is that of the texts around it."""
    code = language(words, likely)
    return NAMED.get(code, code or None)


@lru_cache(maxsize=256)
def language_code(said: str) -> str:
    """The code by which a tag such as `en-GB` is known here."""
    code = said.partition("-")[0].partition("_")[0].lower()
    return ALIASES.get(code, code)


@cache
def function_words() -> dict[str, tuple[str, ...]]:
    """Language → its most frequent words of two letters and more, in small letters."""
    content = (files("aggregator.text") / "data" / "function_words.tsv").read_text("utf-8")
    return {lang: tuple(words.split()) for lang, _, words in (line.partition("\t") for line in content.splitlines())}


@cache
def _languages_of() -> dict[str, tuple[str, ...]]:
    """Function word → the languages that have it."""
    found: dict[str, tuple[str, ...]] = {}
    for lang, words in function_words().items():
        for word in words:
            found[word] = (*found.get(word, ()), lang)
    return found


def _votes(words: Sequence[str]) -> Counter[str]:
    """How many different words point to each language: its function words in lower case, and words in its script. A word
    that a language cannot have takes back as many as would identify it."""
    of = _languages_of()
    votes = Counter([lang for word in of.keys() & words for lang in of[word]])
    if max(words, default="") < SCRIPTS[0][0]:
        return votes
    for word in set(words):
        votes.update(lang for first, last, langs in SCRIPTS if first <= word[0] <= last for lang in langs)
        votes.subtract(
            {lang: ENOUGH for lang, lacked in LACKS.items() if lang in votes and not lacked.isdisjoint(word)}
        )
    return +votes
