"""Identifiers in headlines: the number of a notice, release, episode, hourly bulletin or line of transport within its series
(CVE-2026-40200, Linux 7.1.2, #123, Episode 12, Linie 18). Two headlines with different numbers of one series tell of two things, however
similar they are.

Only what can hardly be anything else counts. A toll, a magnitude, a rank, an aircraft, a score, a season or a date is no identifier:
"rises to 1,200", "1.234.567 casos", "7.1 quake", "falls to #12", "F-16", "24-17", "2026-27", "30.11.26".
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
_FIGURES = re.compile(r"\d+|[ap](?=\.?m\b)", re.IGNORECASE)
# Each headline with an identifier has both, and few others have the second, which takes longer.
_DIGIT = re.compile(r"\d")
_LIKELY = re.compile(
    r"[-.#№°ºB:]\ ?\d|(?:episode|ep|folge|lini?e|ligne|l[ií]nea)\b.{1,3}\d|\d\s?(?:[ap]\.?m|Uhr|h)\b", re.IGNORECASE
)


def identifiers(headline: str) -> Iterator[tuple[str, str]]:
    """(series, number) of each identifier. Two that are equal mean the same; the texts are folded for that, not to be shown."""
    if not _DIGIT.search(headline) or not _LIKELY.search(headline):
        return
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


def is_version_alone(headline: str) -> bool:
    """Whether a headline is a version and nothing else (8.19.0, Release v1.4.2), as code hosts head releases: of what it is a version, only
    its outlet says."""
    return _ALONE.fullmatch(headline.strip()) is not None


def _version(written: str) -> str:
    """7.1.0 is 7.1, 7.1-rc.3 is 7.1rc3, and 150.0.7204.97 is 150.0.7204, since the last of four numbers differs among systems."""
    short = re.sub(r"\A(\d+(?:\.\d+){2})\.\d+", r"\1", written.lower())
    return re.sub(r"(?:\.0)+(?=\Z|[a-z])", "", re.sub(r"[-.]?([a-z]+)[-.]?", r"\1", short))
