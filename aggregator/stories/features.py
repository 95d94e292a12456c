"""The features of an item by which the grouping compares it: the stems of headline, lead and address, as numbers. No text is kept.

They are stored as bytes. Those of many items are decoded at once, into arrays (`packed`): a batch is compared with ten times as many known
items as it has new ones; with a Python object for each of their words, decoding would take most of the time and memory.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Collection, Container, Iterable, Sequence, Set
from itertools import pairwise

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from aggregator.stories.arrays import Bools, Ints
from aggregator.stories.candidate import Candidate
from aggregator.stories.everyday import word_ids
from aggregator.text.acts import acts
from aggregator.text.headline import bare_lead, bare_title, is_edition, is_roundup, tells
from aggregator.text.identifiers import identifiers, is_version_alone
from aggregator.text.languages import language
from aggregator.text.words import numbered_stem, plains, stems, tokens, unelided, word_id

LEAD_WORDS = 60  # words that are read of the lead (and then of the address); what follows is mostly background
DIGITS = frozenset("0123456789")
MOSTLY = 0.6  # share of capitalised words above which a headline is in title case
CAPITALISING = frozenset(["de"])  # languages that capitalise every noun
SPELLED = (b"th", b"lo", b"km", b"my")  # languages that come as pairs of letters, of which many make a word
_FORMS = "analysi brief editori explain latest live newslett opinion photo pictur podcast quiz updat video watch"
FORMS = frozenset(map(word_id, _FORMS.split()))
"""Stems that say in which form an outlet tells something. They are left out of live pages, podcasts and the like, which all have them,
while the report of the same match has none. In a report they tell something (Live Nation, a video of an arrest)."""
MOST = 16  # identifiers that are kept of a headline
OF = word_id("of")
# Thai, Lao, Myanmar, Khmer, kana: scripts that come as pairs of letters, of which several make a word.
_SPELLED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff]")
_NATIVE = re.compile(r"\d(?<![0-9])")  # a digit of another script
_UNIT = re.compile(r"(?<=\d)(?:k|m|mn|mln|bn|tn|trn)\Z", re.IGNORECASE)  # thousand, million, billion, trillion

# The encoded form: this head, then the stems of headline, lead and figures as 64-bit integers, then language and `near`. A stem
# that the headline writes as a name is stored as its bitwise complement, which is negative. So are the identifiers, after the figures.
HEAD = struct.Struct("<qHHHBB")
"""Key of the headline; numbers of stems in headline, lead and figures; lengths of language and `near`."""
_HEADS = np.dtype(
    [("key", "<i8"), ("title", "<u2"), ("lead", "<u2"), ("figures", "<u2"), ("lang", "u1"), ("near", "u1")]
)
"""The same as a numpy type."""


class Features(Struct, frozen=True):
    """Sets of stems (as `word_id`s), each in order of first occurrence. `lead` does not repeat stems of the headline; it ends with
    those of the address. `figures` are the stems that begin with a digit. `headline` is a 63-bit key, equal for headlines that are
    equal when folded; 0 if the headline is too short to identify an event.
    """

    lang: str
    title: tuple[int, ...]
    lead: tuple[int, ...]
    figures: tuple[int, ...]
    headline: int
    names: frozenset[int] = frozenset()  # the stems that the headline writes as names
    # Of the headline: numbers (the upper 31 bits say the series, 32 the number) and acts (twice the number of the act, plus 1 if done)
    identifiers: tuple[int, ...] = ()

    @property
    def words(self) -> tuple[int, ...]:
        return self.title + self.lead

    def encode(self) -> bytes:
        """Compact bytes for the store, which `packed` reads; `with_neighbours` adds what is known only later."""
        names, lead, lang = self.names, self.lead, self.lang.encode()
        figures = (*self.figures, *[~one for one in self.identifiers])
        title = [~word if word in names else word for word in self.title] if names else self.title
        head = HEAD.pack(self.headline, len(title), len(lead), len(figures), len(lang), 0)
        words = struct.pack(f"<{len(title) + len(lead) + len(figures)}q", *title, *lead, *figures)
        return head + words + lang


def encoded_identifiers(encoded: bytes) -> tuple[frozenset[int], frozenset[int]]:
    """The identifiers in encoded features: numbers and acts."""
    _, title, lead, figures, *_ = HEAD.unpack_from(encoded)
    end = HEAD.size + 8 * (title + lead + figures)
    if not figures or encoded[end - 1] < 128:  # the last one is not negative, as of most items
        return frozenset(), frozenset()
    found = [~one for one in struct.unpack_from(f"<{figures}q", encoded, end - 8 * figures) if one < 0]
    return frozenset([one for one in found if one >> 32]), frozenset([one for one in found if not one >> 32])


def encoded_names(encoded: bytes) -> dict[tuple[int, int], bool]:
    """The pairs of stems that stand beside each other in the headline of encoded features ("Hong Kong", "Strait of Hormuz"), the smaller
    number first, and whether the headline writes both as names."""
    _, title, *_ = HEAD.unpack_from(encoded)
    words = [word for word in struct.unpack_from(f"<{title}q", encoded, HEAD.size) if word != OF]
    plain = [word if word >= 0 else ~word for word in words]
    return {
        (min(pair), max(pair)): one < 0 and other < 0
        for pair, (one, other) in zip(pairwise(plain), pairwise(words), strict=True)
    }


def other_number(mine: frozenset[int], theirs: frozenset[int]) -> bool:
    """Whether two headlines have numbers of one series, and none in common."""
    return mine.isdisjoint(theirs) and not {one >> 32 for one in mine}.isdisjoint(one >> 32 for one in theirs)


def done_since(earlier: frozenset[int], later: frozenset[int]) -> bool:
    """Whether the later one of two headlines tells an act as done that the earlier one announces."""
    return any(not act & 1 and act | 1 in later for act in earlier)


def with_neighbours(encoded: bytes, near: bytes) -> bytes:
    """Encoded features with the similarities of the item's nearest neighbours (`Comparison.near`)."""
    return encoded[: HEAD.size - 1] + bytes([len(near)]) + encoded[HEAD.size :] + near


class Packed(Struct, frozen=True):
    """`words` has the words of the first item, then those of the second, and so on; of each item, the words of its headline first."""

    titles: Ints  # item → number of words in the headline
    sizes: Ints  # item → number of words in headline and lead
    words: Ints
    names: Bools  # index in `words` → whether the headline writes it as a name
    figures: Ints  # the figures of all items, as `word_id`s, and their identifiers, which are negative
    headlines: list[bytes]  # item → bytes that are equal for equal headlines
    lang: list[bytes]  # item → code of its language, b"" if unknown
    near: list[bytes]  # item → similarities of its nearest neighbours (`Comparison.near`)


def packed(encoded: Sequence[bytes]) -> Packed:
    """Decode what `Features.encode` encoded."""
    head = HEAD.size
    heads = np.frombuffer(b"".join([one[:head] for one in encoded]), _HEADS)
    titles = heads["title"].astype(np.int64)
    sizes = titles + heads["lead"]
    wide, figures = (sizes * 8 + head).tolist(), ((sizes + heads["figures"]) * 8 + head).tolist()
    lang = (-heads["near"].astype(np.int64)).tolist()
    words = np.frombuffer(b"".join([one[head:end] for one, end in zip(encoded, wide, strict=True)]), "<i8")
    plain = np.where(words < 0, ~words, words)
    text, start = plain.tobytes(), (np.cumsum(sizes) - sizes) * 8
    return Packed(
        titles,
        sizes,
        plain,
        words < 0,
        np.frombuffer(
            b"".join([one[first:end] for one, first, end in zip(encoded, wide, figures, strict=True)]), "<i8"
        ),
        [text[first:end] for first, end in zip(start.tolist(), (start + titles * 8).tolist(), strict=True)],
        [one[first : end or None] for one, first, end in zip(encoded, figures, lang, strict=True)],
        [one[end:] if end else b"" for one, end in zip(encoded, lang, strict=True)],
    )


def features(candidate: Candidate) -> Features:
    """The features of one item, from its text and address alone."""
    words, lead = _words(candidate)
    headline = _headline_key(words)
    ends = len(words)
    words, lang = _compared(words, lead, candidate)
    ids = word_ids(words, lang)
    unique = dict.fromkeys(ids)  # those of the headline come first
    aside = _aside(unique.keys(), ids[:ends], candidate)
    compared = tuple([id for id in unique if id not in aside] if aside else unique)
    told = len({*ids[:ends]} - aside)
    figures = plains([word for word in words if word < ":" or word > "\x7f"])  # those that may begin with a digit
    return Features(
        lang=lang,
        title=compared[:told],
        lead=compared[told:],
        figures=tuple(dict.fromkeys([word_id(figure) for figure in figures if figure[:1] in DIGITS])),
        headline=headline,
        names=frozenset(_names(words, ids, ends)) - aside if lang not in CAPITALISING else frozenset(),
        identifiers=_identifiers(candidate, lang),
    )


def grouped(candidate: Candidate) -> Features:
    """The features by which an item is grouped. A list of several pieces of news has no words there: it would be in the story of one of
    them, and bring in the others."""
    found = features(candidate)
    if not is_roundup(candidate.title):
        return found
    return replace(found, title=(), lead=(), figures=(), names=frozenset(), identifiers=())


def _identifiers(candidate: Candidate, lang: str) -> tuple[int, ...]:
    of = f" of {candidate.publisher}" if is_version_alone(candidate.title) else ""
    told = [act << 1 | done for act, done in acts(candidate.title)] if lang in ("en", "") else []
    found = [
        word_id(series) >> 32 << 32 | word_id(number + of) & 0xFFFFFFFF
        for series, number in identifiers(candidate.title)
    ]
    return tuple(dict.fromkeys(found + told))[:MOST]


def _aside(ids: Set[int], title: Sequence[int], candidate: Candidate) -> frozenset[int]:
    """The words that are left out. None if the headline says little else ("Monday Briefing"): the few words of its lead would be taken for
    the news."""
    if ids.isdisjoint(FORMS) or tells(candidate.title, candidate.canonical) or len({*title} - FORMS) < 2:
        return frozenset()
    return FORMS


def _names(words: list[str], ids: list[int], ends: int) -> Iterable[int]:
    """The words of the headline (the first `ends` words) that begin with a capital. If the headline is in title case: those of its
    words that the lead capitalises."""
    capital = [word[0].isupper() for word in words[:ends]]
    if sum(capital) <= MOSTLY * ends:
        return [word for word, is_name in zip(ids, capital, strict=False) if is_name]
    lead = {id for id, word in zip(ids[ends + 1 :], words[ends + 1 :], strict=True) if word[0].isupper()}
    return lead.intersection(ids[:ends])


def readable(candidate: Candidate, wanted: Container[int]) -> dict[int, str]:
    """`word_id` → stem as text, for the words of the item that are in `wanted`."""
    title, lead = _words(candidate)
    words, lang = _compared(title, lead, candidate)
    found = {id: word for id, word in zip(word_ids(words, lang), words, strict=True) if id in wanted}
    return dict(zip(found, stems(found.values(), lang), strict=True))


def readable_own(candidate: Candidate, own: Collection[int]) -> dict[int, str]:
    """As `readable`, if the item has all words in `own`: it is then mostly not necessary to tokenise the text again."""
    met = {id: stem for id in own if (stem := numbered_stem(id)) is not None}
    return met if len(met) == len(own) else readable(candidate, own)


def _words(candidate: Candidate) -> tuple[list[str], list[str]]:
    """The words of headline and lead, as written."""
    told = "" if is_edition(candidate.title) else bare_lead(candidate.summary)
    return tokens(_in_ascii(bare_title(candidate.title))), tokens(_in_ascii(told))[:LEAD_WORDS]


def _in_ascii(text: str) -> str:
    """The text with its digits as outlets in other languages write them: ၂၈, ٢٨ and २८ are 28."""
    return text if text.isascii() else _NATIVE.sub(lambda digit: str(int(digit[0])), text)


def _compared(title: list[str], lead: list[str], candidate: Candidate) -> tuple[list[str], str]:
    """The words to be compared, and the language. Joined articles and units are removed: `l’Iran` becomes `Iran`, and `$4bn` has the
    same figure as `$4 billion`. In English a short lead is extended by the words of the address; in other languages addresses are
    often spelled in other letters than the text."""
    words = title + lead
    lang = language(words, candidate.lang)
    words = [_UNIT.sub("", word) if word < ":" else word for word in unelided(words, lang)]
    if lang == "en" and len(lead) < LEAD_WORDS:
        words += _address_words(candidate.canonical, words)[: LEAD_WORDS - len(lead)]
    return words, lang


def _address_words(address: str | None, words: Iterable[str]) -> list[str]:
    """The words of the slug of an address, which is often an earlier headline: `/2026/11/ankara-blast-hits-parliament-1234.html`.
    Numbers (of days and articles) are left out. Empty unless there are at least four words and a third of them occur in the text."""
    parts = (address or "").partition("?")[0].replace("_", "-").split("/")[3:]
    longest = max(parts, key=lambda part: part.count("-"), default="")
    found = [word.lower() for word in longest.partition(".")[0].split("-") if word.isalpha()]
    if len(found) < 4:
        return []
    text = f" {' '.join(words).lower()} "
    return found if 3 * sum([f" {word} " in text for word in found]) >= len(found) else []


def _headline_key(words: list[str]) -> int:
    """The key of a headline of at least four words and twenty letters: two outlets hardly use the same one for two events. 0 for
    shorter headlines."""
    if len(words) < 4:
        return 0
    text = " ".join(plains(words))
    # Each pair has three signs with its space, but adds one letter.
    pairs = 0 if text.isascii() else sum([_SPELLED.match(word) is not None for word in words])
    return word_id(text) if len(text) - 2 * pairs >= 20 else 0
