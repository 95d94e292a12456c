"""What is typed into a search (`q`) → words and phrases that must occur, and those that must not. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from unicodedata import normalize

from msgspec import Struct, field

from aggregator.errors import QueryError
from aggregator.normalise.characters import without_unwanted
from aggregator.text.search import EITHER, INITIALS, indexed

MAX_QUERY = 1000  # characters
MAX_TERMS = 20
MAX_WORDS = 100
"""In all phrases together. Four letters of a script without spaces count as a word. The index compares each word of a phrase with all texts
that have it, so one common word, written hundreds of times, would take as long as hundreds of searches."""
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_MARKS = ",;،、，；"
_COMMA = rf"(?:(?<!\d)[{_MARKS}]|[{_MARKS}](?!\d))"  # not that of 10,000
# Groups: minus or NOT, opening parenthesis, phrase, word, closing parenthesis. A word may contain pairs of parentheses: Boeing(737).
_TERM = re.compile(
    rf"((?<![^\s()\"{_MARKS}])NOT\s+|-?)"
    rf'(?:(\()|"([^"]*)"?|({INITIALS}(?![^\s){_MARKS}])'
    rf"|(?:(?!{_COMMA})[^\s()]|(?<=[^\s()])\((?:(?!{_COMMA})[^\s()])*\))+))|(\))|{_COMMA}"
)
# A letter that is no word (as a, i, e, o, y are) before a number that is no year, outside of phrases: like F-35, one word of the index.
_TYPE = re.compile(
    rf'"[^"]*"?|(?<![^\s({_MARKS}])(-?)([b-df-hj-np-tvwxz] +\d{{2,3}}[a-z]?)(?![^\s){_MARKS}])',
    re.IGNORECASE | re.ASCII,
)
_LETTER = re.compile(r"[^\W_]")
_WORD = re.compile(r"[^\W_]+")
_QUOTES = dict.fromkeys(map(ord, "“”„‟«»＂"), '"')  # typed by phones and word processors


def terms(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Parse `q`: words, beginnings of words (`missile*`), "phrases", alternatives (`a OR b`), groups in parentheses, and -minus or NOT.
    Returns (terms that must all occur, terms that must not occur). Phrases keep their quotes, by which `forms` recognises them."""
    if len(text) > MAX_QUERY:
        raise QueryError("q", f"`q` may have at most {MAX_QUERY} characters")
    groups, operators = [_Group()], []
    unwanted: list[str] = []
    typed = normalize("NFC", without_unwanted(CONTROL.sub(" ", text)).translate(_QUOTES))
    typed = _TYPE.sub(lambda found: f'{found[1]}"{found[2]}"' if found[2] else found[0], typed)
    end, held = 0, ""
    for found in _TERM.finditer(typed):
        minus, begins, phrase, word, ends = found.groups("")
        minus = minus or (held if found.start() == end else "")  # up to the next blank: `-football,golf` excludes both
        end, held = found.end(), "" if begins or ends else minus
        term = f'"{phrase.strip()}"' if phrase else word
        if begins:
            groups.append(_Group(left_out=bool(minus)))
        elif ends:
            _close(groups, unwanted)
        elif word in ("AND", "OR", "NOT") and not minus:
            operators.append(word)
            groups[-1].either = word == "OR"
        elif _LETTER.search(indexed(term)):
            if minus:
                unwanted.append(term)
                groups[-1].either = False
            else:
                groups[-1].add([(term,)])
    while len(groups) > 1:
        _close(groups, unwanted)
    wanted = groups[0].clauses
    if not wanted and not unwanted:  # nothing but operators is what is looked for: in quotes, since NOT OR is -OR
        wanted = [(f'"{word}"' if operators[1:] else word,) for word in operators]
    if text.strip() and not wanted and not unwanted:  # such a search would find everything
        raise QueryError("q", "`q` must have at least one word of letters or digits")
    _limit(wanted, unwanted)
    return tuple(map(EITHER.join, wanted)), tuple(unwanted)


def as_typed(words: Sequence[str], without: Sequence[str]) -> str:
    """The search as typed in `q`: excluded words have a minus."""
    return " ".join([*words, *(f"-{word}" for word in without)])


_Clauses = list[tuple[str, ...]]
"""A conjunction of alternatives: of each tuple at least one term must occur."""


class _Group(Struct):
    """The content of a pair of parentheses, or of the whole search. `either`: OR joins the next part to the last one. `left_out`: the
    group has a minus."""

    parts: list[_Clauses] = field(default_factory=list)
    either: bool = False
    left_out: bool = False

    @property
    def clauses(self) -> _Clauses:
        return list(chain.from_iterable(self.parts))

    def add(self, part: _Clauses) -> None:
        if self.either and self.parts:
            last = self.parts.pop()
            if len(last) * _size(part) + len(part) * _size(last) > MAX_TERMS:
                raise QueryError("q", f"`q` may join at most {MAX_TERMS} words and phrases by OR, and fewer in groups")
            part = [
                tuple(dict.fromkeys(one + other)) for one in last for other in part
            ]  # (a b) OR c: (a OR c) (b OR c)
        self.parts.append(part)
        self.either = False


def _close(groups: list[_Group], unwanted: list[str]) -> None:
    if len(groups) == 1:  # the parenthesis was never opened
        return
    group = groups.pop()
    if group.left_out:
        unwanted.extend(chain.from_iterable(group.clauses))
        groups[-1].either = False
    elif group.parts:
        groups[-1].add(group.clauses)


def _limit(wanted: _Clauses, unwanted: list[str]) -> None:
    if _size(wanted) + len(unwanted) > MAX_TERMS:
        raise QueryError("q", f"`q` may have at most {MAX_TERMS} words and phrases; words in quotes count as one")
    if sum(map(_words, chain(*wanted, unwanted))) > MAX_WORDS:
        raise QueryError(
            "q", f"`q` may have at most {MAX_WORDS} words, those in quotes and between hyphens counted one by one"
        )


def _words(term: str) -> int:
    return max(len(_WORD.findall(term)), len(_WORD.findall(indexed(term))) // 4)


def _size(clauses: _Clauses) -> int:
    return sum(map(len, clauses))
