"""Identifiers in headlines: the number of a notice, release, issue or bulletin within its series (CVE-2026-40200, Linux 7.1.2, #123,
Episode 12). Two headlines with different numbers of one series tell of two things, however similar they are.

Only what can hardly be anything else counts. A toll, a magnitude, a rank, an aircraft or a date is no identifier: "rises to 1,200",
"7.1 quake", "No. 4 seed", "F-16", "30.11.2026".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_UNFINISHED = r"(?:[-.]?(?:rc|alpha|beta|preview)[-.]?\d{0,3})"
_FULL = (
    rf"\d{{1,4}}(?:\.\d{{1,5}}){{2,3}}(?<!\.[12]\d\d\d){_UNFINISHED}?|v\d{{1,4}}(?:\.\d{{1,5}}){{1,3}}{_UNFINISHED}?"
)
_MORE = r"(?:(?:,|,?\ and|\ &|/)\ ?v?\d{1,4}(?:\.\d{1,5}){1,3}){0,9}"  # further versions of the same name
_OUT = (
    r"(?i:(?:\ (?:is|ist|est))?(?:\ (?:now|officially|finally))?"
    r"\ (?:released?|out|available|erschienen|veröffentlicht|disponible|вышла?|вышел)\b)"
)
_NUMBERED = "episode|ep|épisode|episodio|folge|issue|ausgabe|newsletter"
_NAME = r"(?:\b(?P<of>[^\W\d_][\w+\#-]{0,40})\ |\A)(?:(?i:kernel|version|release|update)\ )?"
_SERIES = tuple(
    re.compile(pattern, re.VERBOSE)
    for pattern in (
        # CVE-2026-40200, RHSA-2026:1234, USN-1234-5, CERTFR-2026-AVI-0123
        r"\b(?!UTC|GMT)(?P<of>[A-Z]{2,12}(?:-[A-Z]{2,12}){0,2})-(?P<number>\d{2,8}(?:-[A-Z]{2,5})?(?:[-:]\d{1,8}){1,3})\b",
        r"\b(?P<of>GHSA)-(?P<number>[0-9a-z]{4}(?:-[0-9a-z]{4}){2})\b",
        r"\b(?P<of>KB)(?P<number>\d{6,7})\b",
        # No. 123, #123, #45: …
        r"(?P<of>\b(?i:no|nr)\.|№|\b[nN][°º])\ ?(?P<number>\d{3,9})\b(?![.,]\d)",
        r"(?<![\w&/])(?P<of>\#)(?P<number>\d{3,9}\b|\d\d(?=\s*(?::|\Z)))",
        # Vol. 21, No. 4; …, Part 2: …
        r"\b(?P<of>(?i:vol)\.?|Volume)\ (?P<number>\d{1,4}(?:,?\ (?i:no\.?|issue)\ \d{1,3})?)\b",
        r"[,:–—(-]\ ?(?P<of>(?i:part))\ (?P<number>\d\d?)(?=[:)]|\Z)",
        # Issue 45, Episode #12, S02E05
        rf"\b(?P<of>(?i:{_NUMBERED}))\.?\ (?:\#|(?i:no|nr)\.?\ )?(?P<number>\d{{1,6}})\b",
        r"\b(?P<of>S)(?P<number>\d\d?\ ?E\d\d{0,2})\b",
    )
)
_VERSIONS = tuple(
    re.compile(pattern, re.VERBOSE)
    for pattern in (
        rf"{_NAME}(?P<number>(?:{_FULL}|\d{{1,4}}\.\d{{1,4}}{_UNFINISHED}){_MORE})(?![\w%])(?![.-]\d)",  # Linux 7.1.2, curl v8.17
        rf"{_NAME}(?P<number>\d{{1,4}}\.\d{{1,4}}{_MORE})(?={_OUT})",  # Linux 7.1 released
        r"\A(?P<of>(?i:version|release)\ |)(?P<number>\d{1,4}\.\d{1,4})\Z",  # 5.2, and nothing else
    )
)
_PARTS = re.compile(rf"v?(\d[\d.]*\d(?:{_UNFINISHED})?)")
_BULLETIN = re.compile(
    r"\b(?:bulletin|newscast|news (?:summary|update|headlines|at)|headlines|nachrichten|journal|noticiero|notiziario|news:)",
    re.IGNORECASE,
)
_TIME = re.compile(r"\b\d\d?(?:[:.h]\d\d\b|\s?[ap]\.?m\b|\s?(?:Uhr|h)\b)", re.IGNORECASE)
_FIGURES = re.compile(r"\d+|[ap](?=\.?m\b)", re.IGNORECASE)
# Each headline with an identifier has both, and few others have the second, which takes longer.
_DIGIT = re.compile(r"\d")
_LIKELY = re.compile(rf"[-.#№°ºBESh:]\ ?\d|\d\s?(?:[ap]\.?m|Uhr|h)\b|(?:{_NUMBERED}|part)\b.{{1,5}}\d", re.IGNORECASE)


def identifiers(headline: str) -> Iterator[tuple[str, str]]:
    """(series, number) of each identifier. Two that are equal mean the same; the texts are folded for that, not to be shown."""
    if not _DIGIT.search(headline) or not _LIKELY.search(headline):
        return
    for pattern in _SERIES:
        for found in pattern.finditer(headline):
            yield found["of"].lower().rstrip("."), found["number"].lower().replace(" ", "")
    for pattern in _VERSIONS:
        for found in pattern.finditer(headline):
            name = (found["of"] or "").rstrip()
            if found.start() == 0 or name != name.lower():  # a name, not "am 3.12.26"
                yield from ((f"version {name.lower()}", _version(part[1])) for part in _PARTS.finditer(found["number"]))
    if _TIME.search(headline) and _BULLETIN.search(headline):
        yield "bulletin", " ".join(_FIGURES.findall(headline.lower()))


def _version(written: str) -> str:
    """7.1.0 is 7.1, and 7.1-rc.3 is 7.1rc3."""
    return re.sub(r"(?:\.0)+(?=\Z|[a-z])", "", re.sub(r"[-.]?([a-z]+)[-.]?", r"\1", written.lower()))
