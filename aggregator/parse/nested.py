"""Sets apart what stands within the elements of an entry: related articles, variants of a product, captions of pictures. feedparser
takes any title, link or date there for the entry's own, whereas RSS and Atom mean only the children of an entry.

Of several elements of one name it takes the last, even if it is empty. The first that is not empty counts, as in the fast parser: else an
item with two guids would be another one whenever its document is malformed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aggregator.parse.document import Document, found_outside_cdata

# Or an instruction, which may quote tags.
_TAG = re.compile(rb"<\?(?:[^?]++|\?(?!>))*+\?>|<(/?)([A-Za-z_][\w.:-]*)(?:[^<>\"']++|\"[^<\"]*+\"|'[^<']*+')*+>")
_ENTRIES = (b"item", b"entry")
# Children of an entry that feedparser reads with what they contain, by local name: texts, persons, the feed that an entry was taken from,
# media, categories, links.
_READ_WHOLE = frozenset(
    b"title description summary content encoded body div fullitem subtitle tagline info rights copyright"
    b" author contributor creator publisher source group link categories image og".split()
)
_APART = b"within"  # an element that no format has
# Of which an entry has one, by local name. (Of links and authors it may have several, and so of the content of media.)
_ONCE = frozenset(
    b"title guid id pubdate published issued created date updated modified description summary encoded subtitle".split()
)
_CONTENT = (b"content", b"atom:content")
_NOTHING = re.compile(rb"(?:\s|<!\[CDATA\[\s*\]\]>)*+")


def set_apart(data: bytes) -> bytes:
    """The document without the elements of an entry that do not count beside one of their name, and with those two or more levels below
    an entry renamed and without attributes, except those in `_READ_WHOLE`. An entry whose tags do not match stays as it is, since what is
    within what is then a guess."""
    parts, place = list[bytes](), 0
    for children in _entries(data):
        for start, end, instead in _changes(data, children):
            parts += [data[place:start], instead]
            place = end
    return b"".join([*parts, data[place:]])


def _entries(data: bytes) -> Iterator[list[list[re.Match[bytes]]]]:
    """For each entry whose tags match, its children: for each of them its tags, without those that it has within it if it is read whole."""
    children: list[list[re.Match[bytes]]] = []
    path: list[bytes] = []  # names from the entry down
    for tag in found_outside_cdata(Document(data, ""), _TAG):
        closing, name = tag[1], tag[2]
        read_whole = len(path) > 1 and _local(path[1]) in _READ_WHOLE
        # One that is read whole and does not end takes no entry with it.
        if not closing and name and (_local(name) in _ENTRIES if len(path) < 2 else read_whole and name == path[0]):
            path, children = [name], []
        elif not path or not name or (read_whole and name != path[0] and not (closing and name == path[1])):
            continue
        elif closing and name != path[-1]:
            path = []
        elif closing and len(path) == 1:
            path = []
            yield children
        else:
            if len(path) == 1:
                children.append([])
            children[-1].append(tag)
            if closing:
                path.pop()
            elif not tag[0].endswith(b"/>"):
                path.append(name)


def _changes(data: bytes, children: list[list[re.Match[bytes]]]) -> Iterator[tuple[int, int, bytes]]:
    """(start, end, what is written instead) of each tag to rename and each element to leave out."""
    told = set[bytes]()
    for first, *others in children:
        name = first[2]
        is_empty = not others or _NOTHING.fullmatch(data, first.end(), others[-1].start())
        if (name in _CONTENT or _local(name) in _ONCE) and (is_empty or name in told):
            yield first.start(), (others[-1] if others else first).end(), b""
            continue
        told.add(name)
        for tag in others[:-1]:
            yield tag.start(), tag.end(), b"<%s%s%s>" % (tag[1], _APART, b"/" if tag[0].endswith(b"/>") else b"")


def _local(name: bytes) -> bytes:
    return name.rpartition(b":")[2].lower()
