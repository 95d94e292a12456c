"""Recognises the language of a text by its function words. `data/function_words.tsv` lists the most frequent short words of each
language; `benchmarks/build_languages.py` builds it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files

ENGLISH = ("", "en")  # an unknown language is read as English
PLAINLY = frozenset(("the", "and", "with", "that", "this", "from", "which", "their"))  # words of English alone
ENOUGH = 3  # so many different function words identify a language
FEW = 2  # these suffice if the feed names no language, no other language has as many, and English has none
CLEARLY = 2  # to override the feed's language, a text must have this many times the function words of that language
_FORMER = {"in": "id", "iw": "he", "ji": "yi"}  # codes that were replaced in 1989, which Java wrote until version 17
LONG = {
    long: short
    for short, longs in {
        "ar": "ara", "bg": "bul", "bn": "ben", "bs": "bos", "ca": "cat", "cs": "ces cze", "da": "dan", "de": "deu ger", "el": "ell gre",
        "en": "eng", "es": "spa", "fa": "fas per", "fi": "fin", "fr": "fra fre", "he": "heb", "hi": "hin", "hr": "hrv", "hu": "hun",
        "id": "ind", "is": "isl ice", "it": "ita", "ja": "jpn", "km": "khm", "ko": "kor", "lo": "lao", "lt": "lit", "lv": "lav",
        "mk": "mkd mac", "ms": "msa may", "my": "mya bur", "nb": "nob", "nl": "nld dut", "nn": "nno", "no": "nor", "pl": "pol", "pt": "por",
        "ro": "ron rum", "ru": "rus", "sk": "slk slo", "sl": "slv", "sr": "srp", "sv": "swe", "ta": "tam", "th": "tha", "tl": "tgl",
        "tr": "tur", "uk": "ukr", "ur": "urd", "vi": "vie", "zh": "zho chi cmn",
    }.items()
    for long in longs.split()
}  # fmt: skip
"""ISO 639-2 and 639-3 code → that of ISO 639-1, which a tag of BCP 47 must have where there is one, for the languages known here."""
_PRESENT = {**_FORMER, **LONG}
ALIASES = {"no": "nb", "nn": "nb", "hr": "sh", "sr": "sh", "bs": "sh", "tl": "fil"}
NAMED = {"nb": "no", "sh": None}
"""Our code → the code that feeds use, where they differ. Bosnian, Croatian and Serbian share one code here (`sh`), so their own codes
are unknown."""
SCRIPTS = (  # first and last character, and the languages written in it
    ("\u0370", "\u03ff", ("el",)), ("\u0590", "\u05ff", ("he",)), ("\u0900", "\u097f", ("hi",)), ("\u0980", "\u09ff", ("bn",)),
    ("\u0b80", "\u0bff", ("ta",)), ("\u0e00", "\u0e7f", ("th",)), ("\u0e80", "\u0eff", ("lo",)),
    ("\u1000", "\u109f", ("my",)), ("\u1780", "\u17ff", ("km",)), ("\u3040", "\u30ff", ("ja",)), ("\u4e00", "\u9fff", ("zh", "ja")),
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
"""Letters that each of these languages does not have. The languages share many short words; letters tell them apart."""
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_NONE = frozenset(["und", "mul", "zxx"])  # undetermined, several, no words


def language(words: Sequence[str], said: str | None) -> str:
    """The code of the language of a text, given by its words; "" if unknown. `said` is the language that its feed claims. It is
    believed unless the text is clearly in another known language, since much software claims English by default."""
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


def is_undecided(words: Sequence[str]) -> bool:
    """Whether as many words of a text point to one language as to another: Danish and Norwegian share most of theirs."""
    most = [count for _, count in _votes(words).most_common(2)]
    return len(most) == 2 and most[0] == most[1]


def recognised(words: Sequence[str], likely: str | None) -> str | None:
    """As `language`, but as a tag that feeds use, for a text whose feed names no language. `likely`: the language of the texts around
    it."""
    code = language(words, likely)
    return NAMED.get(code, code or None)


def language_tag(text: str | None) -> str | None:
    """A language tag (BCP 47) in its usual writing: `en-GB`, `id` for `in`, `de` for `deu`; None for anything else, and for those that
    name no language."""
    found = _TAG.fullmatch(text.strip()) if text else None
    if found is None:
        return None
    first, *rest = found[0].replace("_", "-").split("-")
    first = first.lower()
    if first in _NONE:
        return None
    return "-".join([_PRESENT.get(first, first), *(part.upper() if len(part) == 2 else part for part in rest)])


@lru_cache(maxsize=256)
def language_code(said: str) -> str:
    """Our code for a language tag: `en-GB` → `en`, `no` → `nb`; also for one that was stored before `language_tag` replaced its code."""
    code = said.partition("-")[0].partition("_")[0].lower()
    code = _PRESENT.get(code, code)
    return ALIASES.get(code, code)


@cache
def function_words() -> dict[str, tuple[str, ...]]:
    """Language → its most frequent words of two letters or more, in lower case."""
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


@cache
def _listed() -> frozenset[str]:
    """All function words. An intersection with a frozenset takes less time than one with the keys of a dictionary."""
    return frozenset(_languages_of())


def _votes(words: Sequence[str]) -> Counter[str]:
    """Language → the number of different words that point to it: its function words (in lower case), and words in its script. A word
    with a letter that the language lacks subtracts `ENOUGH`."""
    of = _languages_of()
    votes = Counter([lang for word in _listed().intersection(words) for lang in of[word]])
    if "".join(words).isascii() or max(words) < SCRIPTS[0][0]:
        return votes
    for word in set(words):
        votes.update(lang for first, last, langs in SCRIPTS if first <= word[0] <= last for lang in langs)
        votes.subtract(
            {lang: ENOUGH for lang, lacked in LACKS.items() if lang in votes and not lacked.isdisjoint(word)}
        )
    return +votes
