"""What the grouping keeps of an item: stems of headline and lead, figures among them, as numbers; no text."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct, pack, unpack_from
from typing import TYPE_CHECKING

from aggregator.text.headline import bare_lead, bare_title
from aggregator.text.words import plains, stem_ids, stems, tokens, word_id

if TYPE_CHECKING:
    from aggregator.stories.values import Candidate

LEAD_WORDS = 60  # a longer lead adds background, not the event
DIGITS = frozenset("0123456789")

_HEAD = Struct("<qHHHBB")  # key of the headline; how many stems of headline, lead, figures; bytes of language and near


@dataclass(frozen=True, slots=True)
class Features:
    """Sets of stems (by `word_id`), each in order of first occurrence; `lead` leaves out what the headline has.

    `figures` are those of the stems that begin with a digit. `headline` is a 63-bit key, equal for equal headlines in
    folded form, 0 where the headline is too short to tell.
    """

    lang: str
    title: tuple[int, ...]
    lead: tuple[int, ...]
    figures: tuple[int, ...]
    headline: int
    near: bytes = b""  # closeness of its nearest neighbours when it was grouped, in 1/255

    @property
    def words(self) -> tuple[int, ...]:
        return self.title + self.lead

    def beside(self, near: bytes) -> Features:
        """The same with the neighbours it was found to have."""
        return Features(self.lang, self.title, self.lead, self.figures, self.headline, near)

    def encode(self) -> bytes:
        """Compact bytes for the store; `decode` reads them."""
        title, lead, figures, lang = self.title, self.lead, self.figures, self.lang.encode()
        head = _HEAD.pack(self.headline, len(title), len(lead), len(figures), len(lang), len(self.near))
        words = pack(f"<{len(title) + len(lead) + len(figures)}q", *title, *lead, *figures)
        return head + words + lang + self.near

    @staticmethod
    def decode(data: bytes) -> Features:
        headline, title, lead, figures, lang, near = _HEAD.unpack_from(data)
        all = title + lead
        words = unpack_from(f"<{all + figures}q", data, _HEAD.size)
        end = len(data) - near
        language = data[end - lang : end].decode()
        return Features(language, words[:title], words[title:all], words[all:], headline, data[end:])


def features(candidate: Candidate) -> Features:
    """The features of one item, from its text alone."""
    return told(candidate)[0]


def told(candidate: Candidate) -> tuple[Features, list[str]]:
    """The features of one item, and the words they were made of."""
    lang = _language(candidate)
    title_tokens = tokens(bare_title(candidate.title))
    lead_tokens = tokens(bare_lead(candidate.summary))[:LEAD_WORDS]
    words = title_tokens + lead_tokens
    title = dict.fromkeys(stem_ids(title_tokens, lang))
    lead = dict.fromkeys(stem_ids(lead_tokens, lang))
    figures = [word for word in words if word < ":" or word > "\x7f"]  # or signs beyond ASCII
    kept = Features(
        lang=lang,
        title=tuple(title),
        lead=tuple([word for word in lead if word not in title]),
        figures=tuple(_figures(figures, lang)) if figures else (),
        headline=_headline_key(title_tokens),
    )
    return kept, words


def readable(words: list[str], lang: str) -> dict[int, str]:
    """The stems that stand behind the numbers in an item's features, by the words they were made of."""
    return dict(zip(stem_ids(words, lang), stems(words, lang), strict=True))


def _language(candidate: Candidate) -> str:
    return (candidate.lang or "")[:2].lower()


def _figures(words: list[str], lang: str) -> dict[int, None]:
    return dict.fromkeys([word_id(stem) for stem in stems(words, lang) if stem[:1] in DIGITS])


def _headline_key(words: list[str]) -> int:
    """Four words or twenty letters make a headline that two outlets do not find independently for two events."""
    text = " ".join(plains(words))
    return word_id(text) if len(words) >= 4 and len(text) >= 20 else 0
