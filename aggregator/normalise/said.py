"""What a source has said before, word for word: most entries of a document that changed, which need not be read again.

A fingerprint is of all that a parser found in an entry, and of all that else decides what becomes of it. Those of an
entry without text are not told: it costs nothing to read, and whether most entries of a source are such is told of it.
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b

from aggregator import __version__
from aggregator.model.item import ParsedItem
from aggregator.normalise.draft import Context

SIZE = 8  # bytes of a fingerprint: among the thousand entries of one source no two are equal by chance


class Said:
    """`before` are the fingerprints of what the source listed before, one after the other."""

    def __init__(self, context: Context, before: bytes) -> None:
        job = context.job
        decides = (__version__, context.base, context.language, job.root, job.publisher, job.wrapper, job.lang)
        self._key = blake2b(repr(decides).encode(), digest_size=32).digest()
        self._before = parted(before)

    def fingerprint(self, key: str, parsed: ParsedItem) -> bytes:
        """`key` is the entry's identity, which also depends on the entries beside it."""
        # As Python writes it: whatever a parser finds can be written so, half of a surrogate pair too.
        return blake2b(repr((key, parsed)).encode(), digest_size=SIZE, key=self._key).digest()

    def __contains__(self, fingerprint: bytes) -> bool:
        return fingerprint in self._before


def parted(fingerprints: bytes) -> Collection[bytes]:
    return frozenset(fingerprints[n : n + SIZE] for n in range(0, len(fingerprints), SIZE))
