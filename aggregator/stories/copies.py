"""Wire copies: the text of one news agency, printed almost verbatim by several outlets, counts as one report.

Two texts are copies if one of them credits an agency, or has it as its author, and the leads agree almost word for word, measured
as the share of common runs of five words in the shorter one (shingles; Broder, "On the resemblance and containment of documents",
1997).
Without a credit, agreement proves nothing: two outlets may quote the same statement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

RUN = 5  # words
ALIKE = 0.6  # share of the shorter text's runs that must agree
LEAST = 20  # words; shorter leads may agree by chance

AGENCIES = (
    "AP", "Associated Press", "Reuters", "AFP", "Agence France-Presse", "dpa", "UPI", "EFE", "ANSA", "Kyodo", "Yonhap", "Xinhua",
    "TASS", "Interfax", "Ukrinform", "Anadolu", "PTI", "IANS", "ANI", "PA Media", "Canadian Press", "AAP", "Bloomberg", "APA", "CTK",
    "PAP", "NTB", "TT", "Belga", "Lusa", "MTI", "Antara", "Bernama", "Jiji", "SPA", "WAM", "IRNA", "MENA",
)  # fmt: skip
_NAMES = "|".join(re.escape(name) for name in AGENCIES)
CREDIT = re.compile(
    rf"\((?:{_NAMES})(?:/\w+)?\)|^[A-Z][^.]{{0,60}}?[-–—/]\s*(?:{_NAMES})\b"
    rf"|[-–—]\s*(?:{_NAMES})\s*$|\b(?:by|via) (?:{_NAMES})\b"
)
"""Forms such as "KYIV (Reuters) – …", "… (AP)", "… — AFP", "by dpa"."""


_AUTHOR = re.compile(rf"(?:by )?(?:the )?(?:{_NAMES})(?: staff| in .*)?", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[,/|&]\s*|\s+and\s+")


@lru_cache(maxsize=1024)
def credited(text: str, author: str | None) -> bool:
    """Whether a text credits a news agency, or one is among its authors: `Reuters, Ann Lee`."""
    return CREDIT.search(text) is not None or any(map(_AUTHOR.fullmatch, _BETWEEN.split(author or "")))


@dataclass(frozen=True)
class Lead:
    """A text, and who its author is. It keeps what it is compared by: a story may have thousands, each to be compared with each."""

    text: str
    author: str | None

    @cached_property
    def credited(self) -> bool:
        return credited(self.text, self.author)

    @cached_property
    def runs(self) -> frozenset[int]:
        return _runs(self.text)


def is_copy(one: Lead, other: Lead) -> bool:
    """Whether two leads are the text of one agency."""
    if not (one.credited or other.credited):
        return False
    mine, theirs = one.runs, other.runs
    return bool(mine and theirs) and len(mine & theirs) >= ALIKE * min(len(mine), len(theirs))


@lru_cache(maxsize=128)  # some 1 MB: a story is told of again and again while it grows
def _runs(text: str) -> frozenset[int]:
    """The hashes of its runs of words. Empty for a text that is too short to tell."""
    words = re.findall(r"\w+", text.lower())
    if len(words) < LEAST:
        return frozenset()
    return frozenset(hash(tuple(words[start : start + RUN])) for start in range(len(words) - RUN + 1))
