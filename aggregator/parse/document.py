"""The input of the parsers in this package: a document made readable, and the flaws that were repaired."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

MAX_ENTRIES = 10_000  # per document
ENTRY_START = re.compile(rb"<(?:item|entry)(?![\w.:-])")
ENTRY_END = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
ENTRY = re.compile(rb"<(?:[^\s<>/!?]+:)?(?:item|entry)(?![\w.:-])", re.IGNORECASE)
"""The beginning of an entry however it is written, with any prefix, and also if its tag does not end (`<item<title>`). ENTRY_START finds
it only without prefix and in lower case, as nearly all write it."""
ROOT = re.compile(rb"<((?:[\w.-]+:)?(?:rss|feed|rdf))\b", re.IGNORECASE)
MALFORMED = "malformed"
"""The flaw of a document that is not well-formed XML, which parsers read differently, or not JSON."""
CDATA = b"<![CDATA["
XML = "{http://www.w3.org/XML/1998/namespace}"
"""The namespace of `xml:base` and `xml:lang`, as lxml writes it."""


class Document(Struct, frozen=True, dict=True):
    """`data` is UTF-8 without byte order mark (after `repair` also without control characters and document type declaration). `url`
    is the address it came from. `flaws` are slugs such as `truncated` or `junk-after-end`, in the order in which they were found.
    `left_out` is the number of entries that were cut out because there are more than MAX_ENTRIES."""

    data: bytes
    url: str
    flaws: tuple[str, ...] = ()
    left_out: int = 0

    @cached_property
    def parts(self) -> tuple[bytes, ...]:
        """`split_cdata`, for all who need it."""
        return tuple(split_cdata(self.data))

    @cached_property
    def markup(self) -> bytes:
        """The document without its CDATA sections, for searches: these are faster, and do not find markup that an article quotes."""
        return b"".join(self.parts[::2])

    @cached_property
    def has_whole_cdata(self) -> bool:
        """Whether each CDATA section ends, and before another one begins."""
        return CDATA not in self.parts[-1] and all(section.find(CDATA, 1) < 0 for section in self.parts[1::2])

    @property
    def is_atom(self) -> bool:
        """By its root element, not by a namespace: feeds of all formats declare that of Atom."""
        root = ROOT.search(self.data, 0, 65536)
        return root is not None and root[1].lower().endswith(b"feed")

    def changed(self, data: bytes, *flaws: str) -> Document:
        """The same document with other bytes and additional flaws."""
        return replace(self, data=data, flaws=(*self.flaws, *flaws))


def split_cdata(data: bytes) -> list[bytes]:
    """Split a document at its CDATA sections: parts with even index are outside, those with odd index are whole sections. A section that
    never ends counts as outside."""
    parts: list[bytes] = []
    place = 0
    while (start := data.find(CDATA, place)) >= 0 and (end := data.find(b"]]>", start + 9)) >= 0:
        parts += [data[place:start], data[start : end + 3]]
        place = end + 3
    return [*parts, data[place:]]


def outside_cdata(data: bytes, changed: Callable[[bytes], bytes]) -> bytes:
    """Apply `changed` to each part of the document outside its CDATA sections."""
    parts = split_cdata(data)
    parts[::2] = map(changed, parts[::2])
    return b"".join(parts)


def found_outside_cdata(document: Document, pattern: re.Pattern[bytes]) -> Iterator[re.Match[bytes]]:
    """Each match outside the CDATA sections of the document."""
    place = 0
    for number, part in enumerate(document.parts):
        end = place + len(part)
        if number % 2 == 0:
            yield from pattern.finditer(document.data, place, end)
        place = end
