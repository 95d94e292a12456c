"""Fingerprints of entries, by which an entry that a source listed before in the same words is recognised. Most entries of a
changed document are such, and need not be normalised again.

A fingerprint covers everything that a parser found in an entry, and everything else that decides what becomes of it. Entries
without text have none: they cost nothing to read, and they are counted to recognise a source of bare headlines.
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b

import msgspec

from aggregator import __version__
from aggregator.model.item import ParsedItem
from aggregator.normalise.draft import Context

SIZE = 8  # bytes of a fingerprint: enough that among the thousand entries of one source no two are equal by chance


class Fingerprints:
    """The fingerprints of the entries that a source listed before: `before`, concatenated."""

    def __init__(self, context: Context, before: bytes) -> None:
        job = context.job
        decides = (__version__, context.base, context.language, job.root, job.publisher, job.wrapper, job.lang)
        self._key = blake2b(repr(decides).encode(), digest_size=32).digest()
        self._before = split(before)

    def fingerprint(self, key: str, parsed: ParsedItem) -> bytes:
        """The fingerprint of an entry. `key` is its identity, which also depends on the other entries of the document."""
        return blake2b(_bytes(key, parsed), digest_size=SIZE, key=self._key).digest()

    def __contains__(self, fingerprint: bytes) -> bool:
        return fingerprint in self._before


def _bytes(key: str, parsed: ParsedItem) -> bytes:
    try:
        return msgspec.msgpack.encode((key, parsed))
    except UnicodeEncodeError:  # half of a surrogate pair, which only `repr` can write
        return repr((key, parsed)).encode()


def split(fingerprints: bytes) -> Collection[bytes]:
    return frozenset(fingerprints[n : n + SIZE] for n in range(0, len(fingerprints), SIZE))
