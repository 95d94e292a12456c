"""Wire copies: a text of a news agency, or of a service for press releases, that several outlets print almost verbatim counts as one
report.

Two leads are copies if one of them credits an agency or has it as its author, and they agree almost word for word: a large share of
the runs of five words in the shorter one also occurs in the other (shingles; Broder, "On the resemblance and containment of
documents", 1997). Without a credit, agreement proves nothing, since two outlets may quote the same statement.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

from msgspec import Struct

RUN = 5  # words in a run
ALIKE = 0.6  # share of the shorter text's runs that must occur in the other text
LEAST = 20  # words; leads with fewer may agree by chance

AGENCIES = (
    "AP", "Associated Press", "Reuters", "AFP", "Agence France-Presse", "dpa", "UPI", "EFE", "ANSA", "Kyodo", "Yonhap", "Xinhua",
    "TASS", "Interfax", "Ukrinform", "Anadolu", "PTI", "IANS", "ANI", "PA Media", "Canadian Press", "AAP", "Bloomberg", "APA", "CTK",
    "PAP", "NTB", "TT", "Belga", "Lusa", "MTI", "Antara", "Bernama", "Jiji", "SPA", "WAM", "IRNA", "MENA",
    "ТАСС", "РИА Новости", "Интерфакс", "Укринформ", "Укрінформ", "Интерфакс-Украина", "Інтерфакс-Україна", "УНИАН", "УНІАН", "Рейтер",
    "АФП", "БелТА", "БЕЛТА", "Танюг", "БТА", "ΑΠΕ-ΜΠΕ", "رويترز", "أ ف ب", "فرانس برس", "أ ب", "الأناضول", "ایرنا",
    # press releases
    "ots", "OTS", "APA-OTS", "PRNewswire", "PR Newswire", "CNW", "Business Wire", "BUSINESS WIRE", "GlobeNewswire", "GLOBE NEWSWIRE",
    "ACCESSWIRE",
)  # fmt: skip
_NAMES = "|".join(re.escape(name) for name in AGENCIES)
CREDIT = re.compile(
    rf"\((?:{_NAMES})(?:/\w+)?\)|^(?![a-zа-яіїє])[^\W\d_][^.]{{0,60}}?[-–—/]\s*(?:{_NAMES})\b"
    rf"|[-–—]\s*(?:{_NAMES})\s*$|\b(?:by|via|передает|передаёт|сообщает|передає|повідомляє) (?:{_NAMES})\b|[.\d] /(?:{_NAMES})/"
)
"""Forms such as "KYIV (Reuters) – …", "… (AP)", "… — AFP", "by dpa", "КИЕВ, 27 ноября. /ТАСС/. …", "Dec. 1, 2026 /PRNewswire/ -- …"."""


_AGENCY = re.compile(rf"\b(?:{_NAMES})\b")
_AUTHOR = re.compile(rf"(?:by )?(?:the )?(?:{_NAMES})(?: staff| in .*)?", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[,/|&]\s*|\s+and\s+")


@lru_cache(maxsize=1024)
def credited(text: str, author: str | None) -> bool:
    """Whether a text credits a news agency, or an agency is among its authors (`Reuters, Ann Lee`)."""
    return CREDIT.search(text) is not None or any(map(_AUTHOR.fullmatch, _BETWEEN.split(author or "")))


def is_agency(publisher: str) -> bool:
    """Whether a publisher is an agency, by its name (`AP News`, `Yonhap News Agency`)."""
    return _AGENCY.search(publisher) is not None


class Lead(Struct, frozen=True, dict=True):
    """A text and its author. What it is compared by is computed once: a story may have thousands of leads, each compared with each."""

    text: str
    author: str | None

    @cached_property
    def credited(self) -> bool:
        return credited(self.text, self.author)

    @cached_property
    def runs(self) -> frozenset[int]:
        return _runs(self.text)


def is_copy(one: Lead, other: Lead) -> bool:
    """Whether two leads are copies of one agency's text."""
    if not (one.credited or other.credited):
        return False
    mine, theirs = one.runs, other.runs
    return bool(mine and theirs) and len(mine & theirs) >= ALIKE * min(len(mine), len(theirs))


@lru_cache(maxsize=128)  # some 1 MB; the same leads are compared each time that their story grows
def _runs(text: str) -> frozenset[int]:
    """The hashes of the runs of words of a text; empty if it is too short to be compared."""
    words = re.findall(r"\w+", text.lower())
    if len(words) < LEAST:
        return frozenset()
    return frozenset(hash(tuple(words[start : start + RUN])) for start in range(len(words) - RUN + 1))
