"""The features of many items, as the store has them, read as arrays: a batch meets ten times as many known items as new
ones, and values of Python for each of their words would be most of its cost and memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.stories.arrays import Bools, Ints
from aggregator.stories.features import HEAD

_HEADS = np.dtype(
    [("key", "<i8"), ("title", "<u2"), ("lead", "<u2"), ("figures", "<u2"), ("lang", "u1"), ("near", "u1")]
)  # as `Features.encode` writes them


@dataclass(frozen=True, slots=True)
class Packed:
    """`words` has those of the first item, then those of the next …, of each the headline's first."""

    titles: Ints  # item → words of the headline
    sizes: Ints  # item → words of headline and lead
    words: Ints
    names: Bools  # place in `words` → whether a headline writes it as a name
    figures: Ints  # of all items
    headlines: list[bytes]  # item → its headline, equal for equal ones
    lang: list[bytes]
    near: list[bytes]


def packed(encoded: Sequence[bytes]) -> Packed:
    """Of what `Features.encode` made."""
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
