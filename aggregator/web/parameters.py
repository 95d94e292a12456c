"""Parses parameters of requests. An invalid one raises a QueryError that names it."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from aggregator.errors import QueryError
from aggregator.model.stream import Filter
from aggregator.text.languages import language_tag
from aggregator.web.terms import CONTROL, terms

Default = TypeVar("Default", int, None)

LIMITS = (1, 500)
PAGES = (1, 99_999)
MAX_VALUE = 200  # characters of any other text
OF_ID = ("section", "topic", "source")
PLAIN = (*OF_ID, "publisher", "label")
"""The parameters that name something; each is a field of `Filter`."""
SEARCH = ("q", *PLAIN, "lang", "since", "until")
SHAPE = ("limit", "min_publishers", "primary", "view")
KEPT = (*SEARCH, *SHAPE)
"""The parameters that distinguish streams; links to a stream and its other formats contain them."""
STREAM = (*KEPT, "order")
LIST = (*SEARCH, "min_publishers", "primary", "order", "limit", "cursor", "changed_since")
ORDERS = ("newest", "relevance")
_AGE = re.compile(r"(\d{1,4})([mhdw])")


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


def is_age(text: str) -> bool:
    return bool(_AGE.fullmatch(text))


def ages(args: Mapping[str, str]) -> bool:
    """Whether a time is given as an age (`24h`), so that its meaning changes every minute."""
    return any(is_age(args.get(name, "")) for name in ("since", "until", "changed_since"))


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
        if len(text) > MAX_VALUE:  # Python reads any number of digits, and every link of the answer would repeat them
            raise ValueError
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
    named: dict[str, Any] = {name: _plain(args, name) for name in PLAIN}
    since, until = moment(args, "since", now), moment(args, "until", now)
    # Only if both are ages or both are times: otherwise it depends on the current time, and a saved search would fail one day.
    alike = len({is_age(args.get(name, "")) for name in ("since", "until")}) == 1
    if since and until and since > until and alike:
        raise QueryError("since", "`since` is later than `until`: no time lies between them")
    return Filter(words=words, without=without, lang=_language(args), since=since, until=until, **named)


def _plain(args: Mapping[str, str], name: str) -> str | None:
    text = args.get(name, "").strip()
    if len(text) > MAX_VALUE or CONTROL.search(text):
        raise QueryError(name, f"`{name}` is too long or holds control characters")
    return text or None


def _language(args: Mapping[str, str]) -> str | None:
    text = _plain(args, "lang")
    found = language_tag(text)
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
