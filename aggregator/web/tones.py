"""The colours of sections. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from struct import unpack

TONES = 9
"""Number of colours (`wire.css` has them as `tone-0` to `tone-8`)."""
_SALT = (216_170).to_bytes(4)
"""The first with which the sections of the default file have the colours in their order."""


@lru_cache(maxsize=8)
def tones(sections: tuple[str, ...]) -> Mapping[str, str]:
    """Id of each section → the class of its colour. No two of up to nine sections have the same one, of more each colour has about as many.

    Readers know sections by their colours, so the order of the file does not matter, and another section changes few: an id and a colour
    have a rank, and from the best on each such pair is taken of which neither has another yet."""
    ranked = sorted((rank, id, tone) for id in sections for tone, rank in enumerate(_ranks(id)))
    found: dict[str, str] = {}
    while len(found) < len(sections):
        free = set(range(TONES))
        for _, id, tone in ranked:
            if tone in free and id not in found:
                free.remove(tone)
                found[id] = f"tone-{tone}"
    return found


def _ranks(id: str) -> tuple[int, ...]:
    return unpack(f">{TONES}H", blake2b(id.encode(), digest_size=2 * TONES, salt=_SALT).digest())
