"""The version of the classification: a fingerprint of the code and data that decide where a text belongs.

Stored stories remember the rules by which they were placed. After an upgrade the rules are the same but their effect
may differ: so the fingerprint of the program is part of what they remember, and they are re-placed in the background,
as after an edit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from aggregator import __version__

_DECIDES = (
    "categorise",
    "text",
    "bootstrap/configured.py",  # which topics places make
    "config/publishers.py",  # whose an item is
    "pipeline/policy.py",
    "pipeline/category_topics.py",
    "pipeline/compose.py",
    "pipeline/corroboration.py",
    "pipeline/announcing.py",
    "stories/copies.py",  # what counts as one report
)
"""Within the package."""


@cache
def program() -> str:
    """Sixteen hexadecimal digits, the same wherever the same program runs."""
    return fingerprint(_parts())


def fingerprint(parts: Iterator[tuple[str, bytes]]) -> str:
    """Of named parts in their order, and the version."""
    digest = hashlib.sha256(__version__.encode())
    for name, content in parts:
        digest.update(f"{len(name)}:{name}{len(content)}:".encode() + content)
    return digest.hexdigest()[:16]


def _parts() -> Iterator[tuple[str, bytes]]:
    for name in _DECIDES:
        yield from _within(name, files("aggregator").joinpath(name))


def _within(name: str, at: Traversable) -> Iterator[tuple[str, bytes]]:
    if at.is_file():
        yield name, at.read_bytes()
    elif at.is_dir() and at.name != "__pycache__":
        for one in sorted(at.iterdir(), key=lambda one: one.name):
            yield from _within(f"{name}/{one.name}", one)
