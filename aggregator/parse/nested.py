"""Sets apart what stands within the elements of an entry: related articles, variants of a product, captions of pictures. feedparser
takes any title, link or date there for the entry's own, whereas RSS and Atom mean only the children of an entry."""

from __future__ import annotations

import re

from aggregator.parse.document import Document, found_outside_cdata

_TAG = re.compile(rb"<(/?)([A-Za-z_][\w.:-]*)(?:[^<>\"']++|\"[^<\"]*+\"|'[^<']*+')*+>")
_ENTRIES = (b"item", b"entry")
# Children of an entry that feedparser reads with what they contain, by local name: texts, persons, the feed that an entry was taken from,
# media, categories, links.
_READ_WHOLE = frozenset(
    b"title description summary content encoded body div fullitem subtitle tagline info rights copyright"
    b" author contributor creator publisher source group link categories image og".split()
)
_APART = b"within"  # an element that no format has


def set_apart(data: bytes) -> bytes:
    """The document, with the elements two or more levels below an entry renamed and without attributes, except those in `_READ_WHOLE`. An
    entry whose tags do not match stays as it is, since what is within what is then a guess."""
    parts, place = list[bytes](), 0
    for start, end, closing in _within(data):
        empty = b"/" if data[end - 2 : end - 1] == b"/" else b""
        parts += [data[place:start], b"<%s%s%s>" % (closing, _APART, empty)]
        place = end
    return b"".join([*parts, data[place:]])


def _within(data: bytes) -> list[tuple[int, int, bytes]]:
    """(start, end, `/` of an end tag) of each tag to rename."""
    found: list[tuple[int, int, bytes]] = []
    of_entry: list[tuple[int, int, bytes]] = []
    path: list[bytes] = []  # names from the entry down
    for tag in found_outside_cdata(Document(data, ""), _TAG):
        closing, name = tag[1], tag[2]
        read_whole = len(path) > 1 and _local(path[1]) in _READ_WHOLE
        if len(path) < 2 and not closing and _local(name) in _ENTRIES:
            path, of_entry = [name], []
        elif not path or (read_whole and not (closing and name == path[1])):
            continue
        elif closing and name != path[-1]:
            path = []
        else:
            if len(path) > (2 if closing else 1):
                of_entry.append((tag.start(), tag.end(), closing))
            if not closing and not tag[0].endswith(b"/>"):
                path.append(name)
            elif closing:
                path.pop()
                found += of_entry if not path else []
    return found


def _local(name: bytes) -> bytes:
    return name.rpartition(b":")[2].lower()
