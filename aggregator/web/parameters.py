"""Parses parameters of requests. An invalid one raises a QueryError that names it."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TypeVar
from unicodedata import normalize

from aggregator.errors import QueryError
from aggregator.model.stream import Filter
from aggregator.normalise.characters import without_unwanted
from aggregator.normalise.steps import tag
from aggregator.text.search import EITHER, INITIALS

Default = TypeVar("Default", int, None)

LIMITS = (1, 500)
PAGES = (1, 99_999)
MAX_QUERY = 1000  # characters
MAX_TERMS = 20
MAX_VALUE = 200  # characters of any other text
SEARCH = ("q", "section", "topic", "source", "publisher", "label", "lang", "since", "until")
SHAPE = ("limit", "min_publishers", "primary", "view")
KEPT = (*SEARCH, *SHAPE)
"""The parameters that distinguish streams; links to a stream and its other formats contain them."""
STREAM = (*KEPT, "order")
LIST = (*SEARCH, "min_publishers", "primary", "order", "limit", "cursor", "changed_since")
ORDERS = ("newest", "relevance")
# Groups: minus, opening parenthesis, phrase, word, closing parenthesis. A word may contain pairs of parentheses: Boeing(737).
_TERM = re.compile(rf'(-?)(?:(\()|"([^"]*)"?|({INITIALS}(?![^\s)])|(?:[^\s()]|(?<=[^\s()])\([^\s()]*\))+))|(\))')
_QUOTES = dict.fromkeys(map(ord, "“”„‟«»＂"), '"')  # typed by phones and word processors
_AGE = re.compile(r"(\d{1,4})([mhdw])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def number(args: Mapping[str, str], name: str, default: Default, bounds: tuple[int, int]) -> int | Default:
    """A whole number within `bounds` (inclusive), or the default if it is absent."""
    text = args.get(name)
    if text is None or text == "":
        return default
    low, high = bounds
    if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
        raise QueryError(name, f"`{name}` must be a whole number from {low} to {high}")
    return int(text)


def flag(args: Mapping[str, str], name: str) -> bool:
    text = args.get(name, "")
    if text not in ("", "0", "1", "true", "false"):
        raise QueryError(name, f"`{name}` must be 1 or 0")
    return text in ("1", "true")


def choice(args: Mapping[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    text = args.get(name) or default
    if text not in choices:
        raise QueryError(name, f"`{name}` must be {' or '.join(choices)}")
    return text


def by_relevance(args: Mapping[str, str], words: Sequence[str]) -> bool:
    """Whether the list is ordered by relevance. Without search words there is nothing to rank."""
    return choice(args, "order", ORDERS, ORDERS[0]) == "relevance" and bool(words)


def terms(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Parse `q`: words, beginnings of words (`missile*`), "phrases", alternatives (`a OR b`), groups in parentheses, and -minus. Returns
    (terms that must all occur, terms that must not occur). Phrases keep their quotes, by which `forms` recognises them."""
    if len(text) > MAX_QUERY:
        raise QueryError("q", f"`q` may have at most {MAX_QUERY} characters")
    groups, operators = [_Group()], []
    unwanted: list[str] = []
    typed = without_unwanted(_CONTROL.sub(" ", text)).translate(_QUOTES)
    for minus, begins, phrase, word, ends in _TERM.findall(normalize("NFC", typed)):
        term = f'"{phrase.strip()}"' if phrase else word
        if begins:
            groups.append(_Group(left_out=bool(minus)))
        elif ends:
            _close(groups, unwanted)
        elif word in ("AND", "OR") and not minus:
            operators.append(word)
            groups[-1].either = word == "OR"
        elif any(letter.isalnum() for letter in term):
            if minus:
                unwanted.append(term)
                groups[-1].either = False
            else:
                groups[-1].add([(term,)])
    while len(groups) > 1:
        _close(groups, unwanted)
    wanted = groups[0].clauses or ([] if unwanted else [(word,) for word in operators])
    if text.strip() and not wanted and not unwanted:  # such a search would find everything
        raise QueryError("q", "`q` must have at least one word of letters or digits")
    if _size(wanted) + len(unwanted) > MAX_TERMS:
        raise QueryError("q", f"`q` may have at most {MAX_TERMS} words and phrases")
    return tuple(map(EITHER.join, wanted)), tuple(unwanted)


_Clauses = list[tuple[str, ...]]
"""A conjunction of alternatives: of each tuple at least one term must occur."""


@dataclass
class _Group:
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


def _size(clauses: _Clauses) -> int:
    return sum(map(len, clauses))


def ages(args: Mapping[str, str]) -> bool:
    """Whether a time is given as an age (`24h`), so that its meaning changes every minute."""
    return any(_AGE.fullmatch(args.get(name, "")) for name in ("since", "until", "changed_since"))


def moment(args: Mapping[str, str], name: str, now: datetime) -> datetime | None:
    """A time from ISO 8601 (UTC if it has no zone) or from an age: 24h, 7d, 2w. None if it is absent."""
    text = args.get(name)
    if not text:
        return None
    age = _AGE.fullmatch(text)
    if age:
        minutes = int(age[1]) * {"m": 1, "h": 60, "d": 1440, "w": 10080}[age[2]]
        # Rounded to the minute, so that equal requests within a minute are the same query.
        return now.replace(second=0, microsecond=0) - timedelta(minutes=minutes)
    try:
        # A `+` in a query string arrives as a blank; RFC 3339 allows lower-case t and z.
        found = datetime.fromisoformat(text.upper().replace(" ", "+"))
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        found.timestamp()
    except (ValueError, OverflowError) as error:
        raise QueryError(name, f"`{name}` must be a time like 2026-11-24T12:00:00Z or an age like 24h or 7d") from error
    return found


def search(args: Mapping[str, str], now: datetime) -> Filter:
    """The filter from the parameters of search, which are the same everywhere. The caller must look up labels."""
    words, without = terms(args.get("q", ""))
    text = {name: _plain(args, name) for name in ("section", "topic", "source", "publisher", "label")}
    since, until = moment(args, "since", now), moment(args, "until", now)
    # Only if both are ages or both are times: otherwise it depends on the current time, and a saved search would fail one day.
    alike = len({bool(_AGE.fullmatch(args.get(name, ""))) for name in ("since", "until")}) == 1
    if since and until and since > until and alike:
        raise QueryError("since", "`since` is later than `until`: no time lies between them")
    return Filter(
        words=words,
        without=without,
        section=text["section"],
        topic=text["topic"],
        source=text["source"],
        publisher=text["publisher"],
        label=text["label"],
        lang=_language(args),
        since=since,
        until=until,
    )


def _plain(args: Mapping[str, str], name: str) -> str | None:
    text = args.get(name, "").strip()
    if len(text) > MAX_VALUE or _CONTROL.search(text):
        raise QueryError(name, f"`{name}` is too long or holds control characters")
    return text or None


def _language(args: Mapping[str, str]) -> str | None:
    text = _plain(args, "lang")
    found = tag(text)
    if text and found is None:
        raise QueryError("lang", "`lang` must be a language like en or en-GB")
    return found


def encode_cursor(kind: str, time: int, n: int) -> str:
    return base64.urlsafe_b64encode(f"{kind}.{time}.{n}".encode()).decode().rstrip("=")


def decode_cursor(args: Mapping[str, str], kind: str) -> tuple[int, int] | None:
    """(time, number) after which a list continues; None if there is no cursor. A cursor is valid only for the kind of list that issued
    it."""
    text = args.get("cursor")
    if not text:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        found = re.fullmatch(
            r"([a-z-]+)\.(\d{1,18})\.(\d{1,18})", base64.b64decode(padded, b"-_", validate=True).decode("ascii")
        )
    except ValueError:
        found = None
    if not found or found[1] != kind:
        raise QueryError("cursor", "`cursor` is not from this list: start without it")
    return int(found[2]), int(found[3])
