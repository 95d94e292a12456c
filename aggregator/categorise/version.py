"""The version of the classification: a fingerprint of the code and data that decide the sections and topics of a text.

Each stored story records the version of the rules by which it was placed. After an upgrade of the program the same rules may give
another result. So the fingerprint of the program is part of that version: after an upgrade stories are re-placed in the background,
as after an edit of the rules.
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
    "bootstrap/configured.py",  # derives topics from places
    "config/publishers.py",  # decides the publisher of an item
    "pipeline/policy.py",
    "pipeline/override_index.py",
    "pipeline/moved_articles.py",
    "pipeline/stored_at.py",
    "pipeline/renamed.py",
    "pipeline/category_topics.py",
    "pipeline/compose.py",
    "pipeline/corroboration.py",
    "pipeline/announcing.py",
    "stories/copies.py",  # decides which reports are copies
)
"""The files and directories, relative to the package, whose content is part of the fingerprint."""


@cache
def program() -> str:
    """The fingerprint of this program: 16 hexadecimal digits, the same on every machine."""
    return fingerprint(_parts())


def fingerprint(parts: Iterator[tuple[str, bytes]]) -> str:
    """The fingerprint of named parts, in their order, and of the program's version number."""
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
