"""Fingerprints (hashes) of entries. They show that an entry was in the previous document unchanged, so that it need not be normalised
again. Even when a document has changed, this holds for most of its entries.

A fingerprint covers everything that the parser found in the entry, and everything else that affects the result: the version of this
program, the base address and the configuration of the source. Entries without text have no fingerprint: they are cheap to normalise,
and they are counted to recognise a source that sends bare headlines.
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b

import msgspec

from aggregator import __version__
from aggregator.model.item import ParsedItem
from aggregator.normalise.draft import Context

SIZE = 8  # bytes: enough that no two of the thousand entries of one source get the same fingerprint by chance


class Fingerprints:
    """The fingerprints of the entries of the previous document; `before` has them concatenated."""

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
    except UnicodeEncodeError:  # a lone surrogate, which UTF-8 cannot represent and `repr` can
        return repr((key, parsed)).encode()


def split(fingerprints: bytes) -> Collection[bytes]:
    return frozenset(fingerprints[n : n + SIZE] for n in range(0, len(fingerprints), SIZE))
