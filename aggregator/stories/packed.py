"""Decodes the features of many items at once, into arrays. A batch is compared with ten times as many known items as it has new ones;
with a Python object for each of their words, decoding would take most of the time and memory.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from aggregator.stories.arrays import Bools, Ints
from aggregator.stories.features import HEAD

# `features.HEAD` as a numpy type.
_HEADS = np.dtype(
    [("key", "<i8"), ("title", "<u2"), ("lead", "<u2"), ("figures", "<u2"), ("lang", "u1"), ("near", "u1")]
)


class Packed(Struct, frozen=True):
    """`words` has the words of the first item, then those of the second, and so on; of each item, the words of its headline first."""

    titles: Ints  # item → number of words in the headline
    sizes: Ints  # item → number of words in headline and lead
    words: Ints
    names: Bools  # index in `words` → whether the headline writes it as a name
    figures: Ints  # the figures of all items, as `word_id`s
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
