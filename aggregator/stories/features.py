"""What the grouping keeps of an item: stems of headline and lead, names and figures among them, nothing readable as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.text.headline import bare_lead, bare_title
from aggregator.text.words import plain, stems, tokens, word_id

if TYPE_CHECKING:
    from aggregator.stories.values import Candidate

LEAD_WORDS = 60  # a longer lead adds background, not the event


@dataclass(frozen=True, slots=True)
class Features:
    """Sets of stems, each in order of first occurrence; `lead` leaves out what the headline has.

    `headline` is a 63-bit key, equal for equal headlines in folded form, 0 where the headline is too short to tell.
    """

    lang: str
    title: tuple[str, ...]
    lead: tuple[str, ...]
    headline: int
    near: bytes = b""  # closeness of its nearest neighbours when it was grouped, in 1/255

    @property
    def words(self) -> tuple[str, ...]:
        return self.title + self.lead

    def encode(self) -> bytes:
        """Compact bytes for the store; `decode` reads them."""
        fields = (self.lang, f"{self.headline:x}", self.near.hex(), " ".join(self.title), " ".join(self.lead))
        return "\n".join(fields).encode()

    @staticmethod
    def decode(data: bytes) -> Features:
        lang, headline, near, title, lead = data.decode().split("\n")
        return Features(lang, tuple(title.split()), tuple(lead.split()), int(headline, 16), bytes.fromhex(near))


def features(candidate: Candidate) -> Features:
    """The features of one item, from its text alone."""
    lang = (candidate.lang or "")[:2].lower()
    title_tokens = tokens(bare_title(candidate.title))
    title = dict.fromkeys(stems(title_tokens, lang))
    lead = dict.fromkeys(stems(tokens(bare_lead(candidate.summary))[:LEAD_WORDS], lang))
    return Features(
        lang=lang,
        title=tuple(title),
        lead=tuple([word for word in lead if word not in title]),
        headline=_headline_key([plain(token) for token in title_tokens]),
    )


def _headline_key(words: list[str]) -> int:
    """Four words or twenty letters make a headline that two outlets do not find independently for two events."""
    text = " ".join(words)
    return word_id(text) if len(words) >= 4 and len(text) >= 20 else 0
