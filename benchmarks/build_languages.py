"""Builds the everyday words of languages other than English (aggregator/stories/data/everyday.bin), and the function words that
identify each language (aggregator/text/data/function_words.tsv).

    pip install wordfreq
    python -m benchmarks.build_languages

Needs wordfreq (Robyn Speer, CC BY-SA 4.0), which the program itself does not. It gives frequencies of words; the share of
news items that contain a word is estimated by taking an item for `LENGTH` words drawn at random, the length that fits
English news best (compared with the background of `train_stories`).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
from wordfreq import available_languages, get_frequency_dict

from aggregator.stories.everyday import ALL, ROW, salt
from aggregator.stories.locations import LATIN, Kind, is_place, locate
from aggregator.stories.names import named
from aggregator.stories.rarity import listed
from aggregator.text.scripts import MARKS
from aggregator.text.words import stems, tokens, word_id
from benchmarks.provenance import record

PACKAGE = Path(__file__).parents[1] / "aggregator"
DATA = PACKAGE / "stories" / "data"
EVERYDAY = DATA / "everyday.bin"
LENGTH = 25  # words
LEAST = 5e-4  # share of items from which a word is an everyday word
OFTEN, MOST = 0.01, 0.06  # share below which a known name counts as a name: any name, and that of a country or capital
FUNCTION_WORDS = 40  # of each language
ENGLISH = 60  # most frequent English words, which identify no other language


def main() -> None:
    english = _function_words("en", frozenset(), ENGLISH)
    function_words = {"en": english[:FUNCTION_WORDS]}
    rows: list[tuple[int, int, int, float]] = []  # number, and what stands in a row
    names: dict[int, float] = {}
    for line, lang in enumerate(sorted(set(available_languages("best")) - {"en"}), 1):
        function_words[lang] = _function_words(lang, frozenset(english), FUNCTION_WORDS)
        for stem, (share, name) in _everyday(lang).items():
            if name:
                names[stem] = max(share, names.get(stem, 0.0))
            else:
                rows.append((stem ^ salt(lang), line, stem, share))
    rows += [(stem, ALL, stem, share) for stem, share in names.items()]
    np.array([row[1:] for row in sorted(rows)], ROW).tofile(EVERYDAY)
    (PACKAGE / "text" / "data" / "function_words.tsv").write_text(
        "".join(f"{lang}\t{' '.join(words)}\n" for lang, words in function_words.items()), "utf-8"
    )
    record(EVERYDAY, *(DATA / name for name in ("background.bin", "capitals.bin", "places.bin", "locations.bin")))
    print(f"{len(rows):,} everyday words of {len(function_words) - 1} languages")


def _everyday(lang: str) -> dict[int, tuple[float, bool]]:
    """Stem → (share, whether it is a known name). A name has its share in English if that is known."""
    counts: Counter[str] = Counter()
    for word, frequency in get_frequency_dict(lang).items():
        for stem in set(stems(tokens(word), lang)):
            counts[stem] += frequency
    shares = {word_id(stem): 1 - (1 - min(count, 1.0)) ** LENGTH for stem, count in counts.items()}
    common = {number: share for number, share in shares.items() if share >= LEAST}
    numbers, held = np.array(list(common)), np.array(list(common.values()))
    where = locate(numbers, LATIN)  # the others are built of what is built here
    states = np.isin(where & 7, (Kind.NATION, Kind.CAPITAL))
    names = (is_place(numbers) | (where > 0) | named(numbers)[0]) & (held < OFTEN) | states & (held < MOST)
    theirs = names & np.isin(numbers, listed()[0])
    return {
        number: (share, name)
        for (number, share), name, english in zip(common.items(), names.tolist(), theirs.tolist(), strict=True)
        if not english
    }


def _function_words(lang: str, others: frozenset[str], count: int) -> list[str]:
    """The commonest words of two letters and more, in small letters."""
    marks = dict.fromkeys(map(ord, MARKS))
    ranked = sorted(get_frequency_dict(lang).items(), key=lambda one: -one[1])
    words = dict.fromkeys(
        word
        for word, _ in ranked[: 4 * count]
        if len(word) > 1 and word.translate(marks).isalpha() and tokens(word) == [word]
    )
    return [word for word in words if word not in others][:count]


if __name__ == "__main__":
    main()
