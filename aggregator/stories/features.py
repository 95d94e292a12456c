"""What the grouping keeps of an item: stems of headline and lead, figures among them, as numbers; no text."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from struct import Struct, pack, unpack_from

from aggregator.stories.candidate import Candidate
from aggregator.stories.languages import language, word_ids
from aggregator.text.headline import bare_lead, bare_title
from aggregator.text.words import plains, stems, text_id, tokens, word_id

LEAD_WORDS = 60  # a longer lead adds background, not the event
DIGITS = frozenset("0123456789")
MOSTLY = 0.6  # share of words with a capital from which a headline writes all words so
CAPITALISING = frozenset(["de"])  # languages that write every noun so

# The number of a word that is written as a name is kept as its complement, below 0.
HEAD = Struct("<qHHHBB")  # key of the headline; how many stems of headline, lead, figures; bytes of language and near


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
    near: bytes = b""  # closeness of its nearest neighbours when it was grouped, by words and by sense, in 1/255
    names: frozenset[int] = frozenset()  # of the stems of the headline those written as names are

    @property
    def words(self) -> tuple[int, ...]:
        return self.title + self.lead

    def encode(self) -> bytes:
        """Compact bytes for the store; `decode` reads them."""
        names, lead, figures, lang = self.names, self.lead, self.figures, self.lang.encode()
        title = [~word if word in names else word for word in self.title] if names else self.title
        head = HEAD.pack(self.headline, len(title), len(lead), len(figures), len(lang), len(self.near))
        words = pack(f"<{len(title) + len(lead) + len(figures)}q", *title, *lead, *figures)
        return head + words + lang + self.near

    @staticmethod
    def decode(data: bytes) -> Features:
        headline, title, lead, figures, lang, near = HEAD.unpack_from(data)
        all = title + lead
        words = unpack_from(f"<{all + figures}q", data, HEAD.size)
        end = len(data) - near
        language = data[end - lang : end].decode()
        told, names = words[:title], frozenset([~word for word in words[:title] if word < 0])
        if names:
            told = tuple([~word if word < 0 else word for word in told])
        return Features(language, told, words[title:all], words[all:], headline, data[end:], names)


def beside(encoded: bytes, near: bytes) -> bytes:
    """What `encode` made, without neighbours, with the neighbours that the item was found to have."""
    return encoded[: HEAD.size - 1] + bytes([len(near)]) + encoded[HEAD.size :] + near


def features(candidate: Candidate) -> Features:
    """The features of one item, from its text alone."""
    words, lead = _words(candidate)
    headline = _headline_key(words)
    ends = len(words)
    words += lead
    lang = language(words, candidate.lang)
    ids = word_ids(words, lang)
    title = dict.fromkeys(ids[:ends])
    lead_ids = dict.fromkeys(ids[ends:])
    figures = [word for word in words if word < ":" or word > "\x7f"]  # or signs beyond ASCII
    return Features(
        lang=lang,
        title=tuple(title),
        lead=tuple([word for word in lead_ids if word not in title]),
        figures=tuple(_figures(figures, lang)) if figures else (),
        headline=headline,
        names=frozenset(_names(words, ids, ends)) if lang not in CAPITALISING else frozenset(),
    )


def _names(words: list[str], ids: list[int], ends: int) -> Iterable[int]:
    """Which words of the headline, of which there are `ends`, begin with a capital. Where nearly all do, the lead tells."""
    capital = [word[0].isupper() for word in words[:ends]]
    if sum(capital) <= MOSTLY * ends:
        return [word for word, is_name in zip(ids, capital, strict=False) if is_name]
    lead = {id for id, word in zip(ids[ends + 1 :], words[ends + 1 :], strict=True) if word[0].isupper()}
    return lead.intersection(ids[:ends])


def readable(candidate: Candidate, wanted: Container[int]) -> dict[int, str]:
    """The stems that stand behind those numbers, of those that are among an item's words."""
    title, lead = _words(candidate)
    words = title + lead
    lang = language(words, candidate.lang)
    found = {id: word for id, word in zip(word_ids(words, lang), words, strict=True) if id in wanted}
    return dict(zip(found, stems(found.values(), lang), strict=True))


def _words(candidate: Candidate) -> tuple[list[str], list[str]]:
    """Of the headline and of the lead, as written."""
    return tokens(bare_title(candidate.title)), tokens(bare_lead(candidate.summary))[:LEAD_WORDS]


def _figures(words: list[str], lang: str) -> dict[int, None]:
    return dict.fromkeys([word_id(stem) for stem in stems(words, lang) if stem[:1] in DIGITS])


def _headline_key(words: list[str]) -> int:
    """Four words or twenty letters make a headline that two outlets do not find independently for two events."""
    if len(words) < 4:
        return 0
    text = " ".join(plains(words))
    return text_id(text) if len(text) >= 20 else 0
