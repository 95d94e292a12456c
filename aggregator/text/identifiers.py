"""Identifiers in headlines: the number of a notice, release, episode, hourly bulletin or line of transport within its series
(CVE-2026-40200, Linux 7.1.2, #123, Episode 12, Linie 18), or the day of a column that is headed by it ("Horoscope for October 12"). Two
headlines with different numbers of one series tell of two things, however similar they are.

Only what can hardly be anything else counts. A toll, a magnitude, a rank, an aircraft, a score or a season is no identifier: "rises to
1,200", "1.234.567 casos", "7.1 quake", "falls to #12", "F-16", "24-17", "2026-27". The series of a day is all the rest of its headline.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_UNFINISHED = r"(?:[-.]?(?:rc|alpha|beta|preview)[-.]?\d{0,3})"
_DATE = r"(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?:[23]\d|[12]\d{3})"
_NO_VERSION = rf"(?!(?:\d{{1,3}}(?:\.\d{{3}})+|{_DATE})(?![.\d]))"  # 1.234.567, 30.11.26
_FULL = rf"{_NO_VERSION}\d{{1,4}}(?:\.\d{{1,5}}){{2,3}}{_UNFINISHED}?|v\d{{1,4}}(?:\.\d{{1,5}}){{1,3}}{_UNFINISHED}?"
_MORE = r"(?:(?:,|,?\ and|\ &|/)\ ?v?\d{1,4}(?:\.\d{1,5}){1,3}){0,9}"  # further versions of the same name
_OUT = (
    r"(?i:(?:\ (?:is|ist|est))?(?:\ (?:now|officially|finally))?"
    r"\ (?:released?|out(?!\ of)|available|erschienen|veröffentlicht|disponible|вышла?|вышел)\b)"
)
_NAME = r"(?:\b(?P<of>[^\W\d_][\w+\#-]{0,40})\ |\A)(?:(?i:kernel|version|release|update)\ )?"
_SERIES = tuple(
    re.compile(pattern, re.VERBOSE)
    for pattern in (
        # CVE-2026-40200, RHSA-2026:1234, USN-1234-5, CERTFR-2026-AVI-0123, ICSA-26-123-01
        r"\b(?P<of>[A-Z]{2,12}(?:-[A-Z]{2,12}){0,2})-(?!(?:19|20)\d\d-\d\d\b)"
        r"(?P<number>\d{4}(?:-[A-Z]{2,5})?[-:]\d{1,8}|\d\d-\d{3,4}(?:-\d\d)?)\b",
        r"\b(?P<of>GHSA)-(?P<number>[0-9a-z]{4}(?:-[0-9a-z]{4}){2})\b",
        r"\b(?P<of>KB)(?P<number>\d{6,7})\b",
        # No. 123, #123
        r"(?P<of>\b(?i:no|nr)\.|№|\b[nN][°º])\ ?(?P<number>\d{3,9})\b(?![.,]\d)",
        r"(?<![\w&/])(?P<of>\#)(?P<number>\d{3,9}\b)(?![.,]\d)",
        # Episode 12: …, but not "als Folge 20 Tote"
        r"\b(?P<of>(?i:episode|ep|folge))\.?\ \#?(?P<number>\d{1,5})(?=\s*(?:[:)|–—-]|\Z))",
        # Linie 18: …, Metro line 4: …
        r"(?:\A|:\ |\b(?i:metro|subway|tube|tram|bus)\ )(?P<of>(?i:lini?e|ligne|l[ií]nea))\ (?P<number>\d{1,3})(?=:)",
    )
)
_VERSIONS = tuple(
    re.compile(pattern, re.VERBOSE)
    for pattern in (
        rf"{_NAME}(?P<number>(?:{_FULL}|\d{{1,4}}\.\d{{1,4}}{_UNFINISHED}){_MORE})(?![\w%])(?![.-]\d)",  # Linux 7.1.2, curl v8.17
        rf"{_NAME}(?P<number>\d{{1,3}}\.\d{{1,2}}{_MORE})(?={_OUT})",  # Linux 7.1 released
        r"\A(?P<of>(?i:version|release)\ |)(?P<number>\d{1,4}\.\d{1,4})\Z",  # 5.2, and nothing else
    )
)
_ALONE = re.compile(
    rf"(?:(?:version|release)\ )?(?:{_FULL}|\d{{1,4}}\.\d{{1,4}}{_UNFINISHED}?)", re.IGNORECASE | re.VERBOSE
)
_PARTS = re.compile(rf"v?(\d[\d.]*\d(?:{_UNFINISHED})?)")
# A bulletin by its time, and nothing else: "NPR News: 11-30-2026 3PM EST", not "BBC News: 12 dead at 7am".
_BULLETIN = re.compile(
    r"\D{0,60}\b(?:bulletin|newscast|news|headlines|summary|nachrichten):?"
    r"(?P<number>(?:,?\ (?:(?:at|vom|um)\ )?\d[\d.:/h-]{0,15}(?:\ ?(?:[ap]\.?m\b\.?|Uhr|h)\b)?){1,3})(?:\ [A-Z]{2,4})?",
    re.IGNORECASE | re.VERBOSE,
)
# A day, with a word before it, which may be its weekday. With a year any word may be the month; only English months count without.
_MONTH = r"(?:Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec)(?:uary|ruary|ust|(?:em|o)?ber)?\.?"
_TH = r"(?:\.|º|er|st|nd|rd|th)?"
_DAY = re.compile(
    rf"""(?:\b[^\W\d_]+,?\ )?(?<![\d.,:/-])(?P<day>
        \d{{1,4}}(?P<by>[./-])\d{{1,2}}(?P=by)(?:\d{{4}}|\d\d)
        |\d{{1,2}}{_TH}\ (?:(?:de|of)\ )?[^\W\d_]{{3,12}},?\ (?:del?\ )?20\d\d
        |[^\W\d_]{{3,12}}\ \d{{1,2}}{_TH},?\ 20\d\d
        |{_MONTH}\ \d{{1,2}}{_TH}
        |\d{{1,2}}{_TH}\ {_MONTH}
        |(?:20\d\d年)?\d{{1,2}}月\d{{1,2}}(?=日)
    )(?![^\W日]|[/-]|[.,:]\d)""",
    re.VERBOSE,
)
_DAYS = re.compile(
    r"\d[./-]\d|\b20\d\d\b|月\d|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept|Oct|Nov|Dec)"
)  # each match of `_DAY` has one
# Of a day: its figures without the year, and the first letters of its month, which styles shorten (Oct. 12, October 12).
_YEAR = re.compile(r"20\d\d|(?<=[./-])\d\d\Z")
_WORD, _PART = re.compile(r"[^\W\d_]+"), re.compile(r"(?!0)\d\d?|(?<![^\W\d_])(?!del\b)[^\W\d_]{3}")
_FIGURES = re.compile(r"\d+|[ap](?=\.?m\b)", re.IGNORECASE)
# Each headline with an identifier has both, and few others have the second, which takes longer.
_DIGIT = re.compile(r"\d")
_LIKELY = re.compile(
    r"[-.#№°ºB:]\ ?\d|(?:episode|ep|folge|lini?e|ligne|l[ií]nea)\b.{1,3}\d|\d\s?(?:[ap]\.?m|Uhr|h)\b", re.IGNORECASE
)


def identifiers(headline: str) -> Iterator[tuple[str, str]]:
    """(series, number) of each identifier. Two that are equal mean the same; the texts are folded for that, not to be shown."""
    if not _DIGIT.search(headline):
        return
    found = list(_numbered(headline)) if _LIKELY.search(headline) else []
    yield from found or (_dated(headline) if _DAYS.search(headline) else ())


def _numbered(headline: str) -> Iterator[tuple[str, str]]:
    for pattern in _SERIES:
        for found in pattern.finditer(headline):
            yield found["of"].lower().rstrip("."), found["number"].lower()
    for pattern in _VERSIONS:
        for found in pattern.finditer(headline):
            name = (found["of"] or "").rstrip()
            if found.start() == 0 or name != name.lower():  # a name, not "am 3.12.26"
                yield from ((f"version {name.lower()}", _version(part[1])) for part in _PARTS.finditer(found["number"]))
    if bulletin := _BULLETIN.fullmatch(headline):
        yield "bulletin", " ".join(_FIGURES.findall(bulletin["number"].lower()))


def _dated(headline: str) -> Iterator[tuple[str, str]]:
    """A headline that differs from another in nothing but the day is another one of its series: "Horoscope for October 12"."""
    if days := [_YEAR.sub("", found["day"].lower(), count=1) for found in _DAY.finditer(headline)]:
        number = sorted(part for day in days for part in _PART.findall(day))  # 03.05. is 3.5., May 3 is 3rd May
        kind = "date" if all(map(str.isdecimal, number)) else "day"  # 30.11. and 30 November are not compared
        yield f"{kind} {' '.join(_WORD.findall(_DAY.sub(' ', headline).lower()))}", " ".join(number)


def is_version_alone(headline: str) -> bool:
    """Whether a headline is a version and nothing else (8.19.0, Release v1.4.2), as code hosts head releases: of what it is a version, only
    its outlet says."""
    return _ALONE.fullmatch(headline.strip()) is not None


def _version(written: str) -> str:
    """7.1.0 is 7.1, 7.1-rc.3 is 7.1rc3, and 150.0.7204.97 is 150.0.7204, since the last of four numbers differs among systems."""
    short = re.sub(r"\A(\d+(?:\.\d+){2})\.\d+", r"\1", written.lower())
    return re.sub(r"(?:\.0)+(?=\Z|[a-z])", "", re.sub(r"[-.]?([a-z]+)[-.]?", r"\1", short))
