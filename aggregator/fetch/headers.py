"""Interprets headers: validators, how long a response stays fresh, when to come again. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from aggregator.addresses import host_of, plain
from aggregator.model.source import ASKED_TO_WAIT, Freshness

_LONGEST_FRESH = 7 * 86_400  # seconds
_LONGEST_RETRY = 86_400
_LONGEST_VALIDATOR = 1024  # bytes
_LONGEST_CONTROL = 10_000  # characters; while the megabytes that 128 lines may have are read, everything waits


def user_agent(version: str, *contacts: str | None) -> str:
    """The User-Agent, in visible ASCII: `aggregator/1.2 (+https://wire.example.org; editor@example.org)`. It says who polls and how to
    reach them."""
    told = "; ".join(_in_ascii(contact) for contact in dict.fromkeys(contacts) if contact)
    product = f"aggregator/{version}" + (f" (+{told})" if told else "")
    return re.sub(r"[^\x20-\x7e]", "", product)


def _in_ascii(contact: str) -> str:
    """A web or e-mail address in ASCII (punycode): if letters were left out, it would be another address."""
    if contact.isascii():
        return contact
    if host_of(contact):
        return plain(contact) or contact
    mailbox, at, host = contact.rpartition("@")
    return f"{mailbox}{at}{host_of(f'http://{host}') or host}"


def legal_validator(value: str | None) -> str | None:
    """The value of an ETag or Last-Modified if it can be sent back byte for byte, else None.

    aiohttp reads and writes headers as UTF-8: bytes that are not UTF-8 (lone surrogates here) would be sent back changed. Control
    characters could split a header, and `*` as an ETag would match anything (RFC 9110, 13.1.2).
    """
    if not value or value == "*" or not value.isprintable():  # nor are lone surrogates
        return None
    return value if len(value.encode()) <= _LONGEST_VALIDATOR else None


def written(value: str) -> str:
    """A value that can be stored: bytes that are not UTF-8 (lone surrogates here) become question marks."""
    return value.encode("utf-8", "replace").decode()


def freshness(headers: Mapping[str, str], status: int, now: datetime) -> Freshness:
    """Freshness by Cache-Control and Expires (RFC 9111, 4.2; at most 7 days), and Retry-After of 429 and 503 (at most 24 hours)."""
    return Freshness(
        max_age=_max_age(headers, now), retry_after=_retry_after(headers, now) if status in ASKED_TO_WAIT else None
    )


def _max_age(headers: Mapping[str, str], now: datetime) -> int | None:
    said = ",".join(value.lower() for name, value in headers.items() if name.lower() == "cache-control")
    directives = _directives(said) if len(said) <= _LONGEST_CONTROL else {}
    if "no-store" in directives or "no-cache" in directives:
        return 0
    lifetime = _seconds(directives.get("max-age"))
    if lifetime is None:
        lifetime = _seconds(directives.get("s-maxage"))
    if lifetime is None:
        lifetime = _until(headers.get("Expires"), headers, now)
    if lifetime is None:
        return None
    return max(0, min(lifetime - (_seconds(headers.get("Age")) or 0), _LONGEST_FRESH))


def _directives(text: str) -> dict[str, str]:
    """Directive → value of Cache-Control; tolerates missing commas. Not a regular expression: for a hostile header of 500 bytes one took
    half a minute, during which everything waits."""
    pairs = (part.partition("=")[::2] for part in text.split(","))
    return {words[-1]: value.strip(' "') for name, value in pairs if (words := name.split())}


def _retry_after(headers: Mapping[str, str], now: datetime) -> int | None:
    value = headers.get("Retry-After")
    if value is None:
        return None
    if re.fullmatch(r"\s*-[0-9]+\s*", value):
        return 0
    wait = _seconds(value)
    if wait is None:
        wait = _until(value, headers, now)
    return None if wait is None else max(0, min(wait, _LONGEST_RETRY))


def _until(date: str | None, headers: Mapping[str, str], now: datetime) -> int | None:
    """Seconds until a date, by the server's clock (its Date header), which may differ from ours."""
    moment = _date(date)
    return None if moment is None else int((moment - (_date(headers.get("Date")) or now)).total_seconds())


def _seconds(value: str | None) -> int | None:
    """delta-seconds (RFC 9111, 1.2.2). Very long numbers are cut to 12 digits, which still means "forever"."""
    digits = (value or "").strip()
    return int(digits[:12]) if digits.isascii() and digits.isdigit() else None


def _date(value: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime((value or "")[:100])
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
