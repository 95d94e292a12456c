"""The forms of a word that a search looks for: singular, plural, and other spellings (`data/spellings.txt`). `hurricanes` also finds
hurricane, `defence` defenses, `f-35` F-35B. This applies to English words; 10000 and 10,000 find each other in any language. Phrases in
quotes, the beginning of a word (`missile*`) and words of other languages are searched as written; `"f 35"` also as the one word that the
index makes of F-35. Pure.

Plurals are formed by rules. For words that have no plural the rules mostly give a word that does not occur (`Parises`), which does no
harm. The exceptions (`news` is not the plural of new, nor Hamas that of Hama) are listed in `data/numbers.txt`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import chain
from string import ascii_lowercase

from aggregator.text.fold import key
from aggregator.text.languages import function_words, language_code
from aggregator.text.search import alternatives, begun
from aggregator.text.words import listed, other_spellings

SHORTEST = 4
"""Minimum number of letters of a singular whose plural is formed by rule."""
_QUOTED = re.compile(r'"(.*)"')
_TYPE = re.compile(r"(?<=(?<!\w)[^\W\d_])\s+(?=\d)")
_BARE = re.compile(r"[\W_]*(?P<head>(?:\w+[-\u2010-\u2015])*)(?P<last>[^\W_]+)(?P<possessive>['’ʼ][sS])?[\W_]*")
_THOUSANDS = re.compile(r"[\W_]*(?P<number>[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{3,})[\W_]*")
_NUMBERED = re.compile(
    r"(?P<name>[a-z]+)(?P<hyphen>[-\u2010\u2011]?)(?P<number>\d(?:[\w\u2010\u2011-]*\d)?)(?P<several>s?)", re.IGNORECASE
)


def forms(term: str, lang: str | None = None) -> tuple[str, ...]:
    """The forms to search for a word, a phrase, or alternatives (`a OR b`): any of them will do. Each alternative comes first as
    written, without quotes, then its other forms. `lang`: the language to which the search is restricted, if any."""
    if len(either := alternatives(term)) > 1:
        return tuple(dict.fromkeys(form for one in either for form in forms(one, lang)))
    if quoted := _QUOTED.fullmatch(term):
        return tuple(dict.fromkeys((quoted[1], _TYPE.sub("-", quoted[1]))))
    return (term,) if begun(term) else tuple(dict.fromkeys((term, *_other_forms(term, lang))))


def _other_forms(word: str, lang: str | None) -> Iterable[str]:
    if thousands := _THOUSANDS.fullmatch(word):
        digits = thousands["number"].replace(",", "")
        return digits, f"{int(digits):,}"
    found = _BARE.fullmatch(word)
    if not found or language_code(lang or "en") != "en":
        return ()
    head, last = found["head"], found["last"]
    if found["possessive"]:
        return forms(head + last)
    if numbered := _NUMBERED.fullmatch(head + last):
        return _numbered(**numbered.groupdict())
    return (*(head + other for other in _others(key(last))), *_joined(head[:-1], last))


def _numbered(name: str, hyphen: str, number: str, several: str) -> list[str]:
    """The other forms of names such as those of weapons: Su-35, Su-35s, Su35, Su35s; and the variants Su-35a to Su-35z, of names that have
    a hyphen or may have one (f35, but g7 is a group). The index treats F-35 and F35 as one word, so after a single letter the hyphen is not
    varied."""
    hyphens = ("-", "") if len(name) > 1 else (hyphen,)
    found = [(one, ending) for one in hyphens for ending in ("", "s") if (one, ending) != (hyphen, several)]
    is_type = hyphen or (len(name) == 1 and len(number) > 1)
    if is_type and number != "2":  # B2B and P2P are no types
        found += [(hyphen, variant) for variant in ascii_lowercase if variant != "s"]
    return [f"{name}{one}{number}{ending}" for one, ending in found]


def _joined(first: str, last: str) -> tuple[str, ...]:
    """The forms of a hyphenated word without its hyphen: re-election → reelection, reelections."""
    whole = key(first + last)
    return (whole, *_others(whole)) if first.isalpha() and last.isalpha() else ()


@lru_cache(maxsize=1 << 12)
def _others(word: str) -> tuple[str, ...]:
    """The other forms of a word, which must be folded and in lower case."""
    if not (word.isascii() and word.isalpha()) or word in _alone():
        return ()
    own = _singulars(word) or [word]
    bases = [*own, *chain.from_iterable(map(other_spellings, own))]
    found = dict.fromkeys(form for base in bases for form in (base, *_plurals(base)))
    return tuple(form for form in found if form != word and form not in _alone())


def _singulars(word: str) -> list[str]:
    """The words of which this one may be the plural."""
    irregular = [one for one, several in _pairs() if word in (one, several)]
    if irregular:
        return irregular
    if not word.endswith("s") or word.endswith(("ss", "us", "is")) or len(word) <= SHORTEST:
        return []
    if word.endswith("ies") and len(word) > SHORTEST + 1:
        return [f"{word[:-3]}y"]
    if word.endswith(("shes", "xes", "sses", "zzes")):
        return [word[:-2]]
    if word.endswith(("ches", "oes", "uses")) and len(word) > SHORTEST + 1:  # headaches or churches, clauses or viruses
        return [word[:-1], word[:-2]]
    return [word[:-1]]


def _plurals(word: str) -> list[str]:
    irregular = [several for one, several in _pairs() if one == word]
    if irregular or len(word) < SHORTEST or word.endswith(("is", "men")):
        return irregular
    if word.endswith("s"):
        return [f"{word}es"] if word.endswith(("ss", "us")) else []
    if word.endswith("y") and word[-2] not in "aeiouy":
        return [f"{word[:-1]}ies"]
    if word.endswith(("x", "z", "sh")):
        return [f"{word}es"]
    return [f"{word}s", f"{word}es"] if word.endswith(("ch", "o")) else [f"{word}s"]


@cache
def _pairs() -> tuple[tuple[str, ...], ...]:
    """(singular, plural) of irregular plurals."""
    return tuple(line for line in listed("numbers.txt") if len(line) == 2)


@cache
def _alone() -> frozenset[str]:
    """Words that have no other form and are not a form of another word: those listed, and the function words of all languages."""
    alone = {line[0] for line in listed("numbers.txt") if len(line) == 1}
    return frozenset(alone.union(*function_words().values()) - set(chain.from_iterable(_pairs())))
