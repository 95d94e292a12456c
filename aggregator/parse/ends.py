"""Repairs what ends wrongly. All functions are linear passes over bytes, as in `repair`.

CDATA sections and elements get missing or mistyped ends, within entries and before the first entry. Without them, a parser takes everything
that follows, including the next entries, for part of the element that does not end. A document may break off, contain a second document,
go on after its end, or have too many entries.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec.structs import replace

from aggregator.model.item import TRUNCATED
from aggregator.parse.document import (
    CDATA,
    ENTRY,
    ENTRY_END,
    ENTRY_START,
    MAX_ENTRIES,
    ROOT,
    Document,
    found_outside_cdata,
    split_cdata,
)

_CDATA_END = b"]]>"
_OPENED = re.compile(rb"<([\w:.-]{1,64})(?:\s[^<>]*)?>[^<]*\Z")
_MISTYPED = re.compile(rb"(?<!\])\]+\s*+>?\s*\Z")
# Possessive quantifiers, and no section extends beyond the beginning of another: sections without end take no extra time.
_TAG = re.compile(
    rb"<!\[CDATA\[[^\]<]*+(?:\](?!\]>)[^\]<]*+|<(?!!\[CDATA\[)[^\]<]*+)*+\]\]>"
    rb"|<(/?)([\w:.-]+)((?:\s[^<>]*|/)?)(?:(>)|(?=<))"
)
_ENTRIES = (b"item", b"entry")
FIELDS = frozenset(
    b"title link guid pubDate description author category comments dc:creator dc:date dc:subject content:encoded"
    b" id published updated summary content source enclosure image".split()
)
"""Elements of an entry that contain only text, or markup without any of these elements."""
_NAMES = b"|".join(sorted(FIELDS))
_AROUND = re.compile(rb"<(%b)(?:\s[^<>]*)?(?<!/)>(?:(?!</?(?:%b)\b|<!--)[\s\S])*\Z" % (_NAMES, _NAMES))
_EDGE = re.compile(rb"<!\[CDATA\[|\]\]>(\s*+</(?:%b)\s*>)?" % _NAMES)
_MODULES = (b"media:", b"itunes:", b"dc:", b"dcterms:")
"""Prefixes of elements that never contain an element of their own name (except itunes:category)."""


def of_cdata(data: bytes) -> bytes:
    """End each CDATA section that is still open where another one or the end of the document comes: at the end tag of the element in
    which it began, or, if there is other markup before it, of the field around it; if the entry has no such tag, at its end. One that
    cannot end before the next has that for its text."""
    parts: list[bytes] = []
    place, start, end = 0, data.find(CDATA), 0
    opened, within = None, False  # the beginning of the element in which the open section began; whether one is open
    while start >= 0:
        inside = start + len(CDATA)
        following = data.find(CDATA, inside)
        # Search again only after the last end that was found: otherwise each section without end costs a search to the document's end.
        if 0 <= end < inside:
            end = data.find(_CDATA_END, inside)
        if end < 0 or 0 <= following < end:
            if not within:
                near = max(0, start - 512)
                opened = _OPENED.search(data, near, start) or _AROUND.search(data, near, start)
            until = following if following >= 0 else len(data)
            entry = ENTRY_END.search(data, inside, until)
            closing = data.find(b"</" + opened[1] + b">", inside, entry.start() if entry else until) if opened else -1
            if entry and closing < 0:
                closing = entry.start()
            if closing >= 0:
                parts += [data[place:inside], _MISTYPED.sub(b"", data[inside:closing]), _CDATA_END]
                place = closing
            within = closing < 0
        else:
            within = False
        start = following
    return b"".join([*parts, data[place:]])


def of_outer_cdata(data: bytes) -> bytes:
    """Remove the marks of CDATA sections within another one, which would end where the first of these does: scripts in the HTML of a text
    are in such. The outer one is that which ends at the end of its field."""
    if not any(section.find(CDATA, 1) > 0 for section in split_cdata(data)[1::2]):
        return data
    parts: list[bytes] = []
    place = opened = 0
    inner: list[re.Match[bytes]] = []
    for edge in _EDGE.finditer(data):
        begins = edge[0] == CDATA
        if begins or (opened > 1 and not edge[1]):
            inner += [edge] if opened else []
            opened += 1 if begins else -1
            continue
        for mark in inner if opened == 1 and edge[1] else ():
            parts.append(data[place : mark.start()])
            place = mark.end()
        opened, inner = 0, []
    return b"".join([*parts, data[place:]])


def without_strays(data: bytes) -> bytes:
    """Remove end tags without a start tag. libxml2 would end whatever element they are in, so the first one would end the channel."""
    parts: list[bytes] = []
    place = 0
    opened: Counter[bytes] = Counter()
    for tag in _TAG.finditer(data):
        name = tag[2]
        if not name or (not tag[1] and tag[3].endswith(b"/")):
            continue
        if not tag[1]:
            opened[name] += 1
        elif opened[name]:
            opened[name] -= 1
        else:
            parts.append(data[place : tag.start()])
            place = tag.end()
    return b"".join([*parts, data[place:]])


def of_elements(data: bytes) -> bytes:
    """End each element without end tag, within entries and before the first one: at an end tag that belongs to no other element (a
    mistyped one), else before the next element, else at the end of the parent."""
    parts: list[bytes] = []
    place = 0
    tags: list[re.Match[bytes]] = []
    for tag in _TAG.finditer(data):
        if tag[2] in _ENTRIES:
            for start, end, name in _missing(tags, tag.start()):
                parts += [data[place:start], b"</" + name + b">"]
                place = end
            tags = []
        elif tag[2]:
            tags.append(tag)
    return b"".join([*parts, data[place:]])


def _missing(tags: Sequence[re.Match[bytes]], end: int) -> Iterator[tuple[int, int, bytes]]:
    """(start, end, name) of each missing end tag in an entry that has these tags and ends at `end`: the range to replace by `</name>`."""
    following = _following(tags)
    around: Counter[bytes] = Counter()
    number = 0
    while number < len(tags):
        tag, again = tags[number], following[number]
        number += 1
        name = tag[2]
        if tag[1]:
            around[name] -= 1
        elif tag[3].endswith(b"/"):
            continue
        elif not _is_field(name):
            around[name] += 1
        elif again is None or not tags[again][1]:
            number, start, stop = _end(tags, number, end, around)
            yield start, stop, name
        else:
            if not tags[again][4]:
                yield *tags[again].span(), name
            if name in FIELDS:
                number = again + 1
            else:
                around[name] += 1


def _following(tags: Sequence[re.Match[bytes]]) -> list[int | None]:
    """For each tag the index of the next tag with the same name."""
    numbers: dict[bytes, int] = {}
    following: list[int | None] = [None] * len(tags)
    for number in reversed(range(len(tags))):
        following[number] = numbers.get(tags[number][2])
        numbers[tags[number][2]] = number
    return following


def _is_field(name: bytes) -> bool:
    return name in FIELDS or (name.startswith(_MODULES) and name != b"itunes:category")


def _end(tags: Sequence[re.Match[bytes]], first: int, end: int, around: Counter[bytes]) -> tuple[int, int, int]:
    """(index of the tag to continue with, start, end): where an element without end tag ends, as a range to replace by the end tag."""
    opened: Counter[bytes] = Counter()
    for number in range(first, len(tags)):
        tag = tags[number]
        name = tag[2]
        if tag[1] and opened[name]:
            opened[name] -= 1
        elif tag[1] and around[name] <= 0:
            return number + 1, *tag.span()
        elif tag[1] or _is_field(name):
            return number, tag.start(), tag.start()
        elif not tag[3].endswith(b"/"):
            opened[name] += 1
    return len(tags), end, end


def closed(document: Document) -> Document:
    """Remove junk after the end, merge a second document into the first, and end a document that breaks off after its last complete
    entry."""
    data = document.data
    root = ROOT.search(data, 0, 65536)
    if root is None:
        return document
    name = root[1]
    closing = re.compile(rb"</" + re.escape(name) + rb"\s*>")
    ends = [found.end() for found in found_outside_cdata(document, closing)]  # not where an article quotes one
    if not ends:
        return _broken_off(document, name)
    tail = data[ends[-1] :].strip()
    # Without a root they count if they follow at once and there are no others: an end that comes too early may not take all entries.
    early = ENTRY_START.match(tail) and not ENTRY.search(data, 0, ends[-1])
    if (early or ROOT.search(tail)) and _complete_entries(tail):
        return document.changed(_joined(data, [*ends, len(data)]), "second-document", TRUNCATED)
    if tail:
        return document.changed(data[: ends[-1]], "junk-after-end")
    if len(ends) > 1:
        return document.changed(_joined(data, ends), "second-document")
    return document


def _joined(data: bytes, ends: list[int]) -> bytes:
    """Merge concatenated documents (`ends`: where each one ends): the first, with the complete entries of the others after its own."""
    whole = data[: ends[0]]
    further = dict.fromkeys(_complete_entries(data[start:end]) for start, end in pairwise(ends))
    own = _complete_entries(whole)
    further.pop(own, None)  # mostly it is the same document again
    inside = whole.rfind(own) + len(own) if own else whole.rfind(b"</channel" if b"</channel" in whole else b"</")
    return whole[:inside] + b"".join(further) + whole[inside:]


def _complete_entries(data: bytes) -> bytes:
    """The document from the beginning of the first entry to the end of the last complete one."""
    start, ends = ENTRY_START.search(data), [found.end() for found in ENTRY_END.finditer(data)]
    return data[start.start() : ends[-1]] if start and ends else b""


def _broken_off(document: Document, name: bytes) -> Document:
    """Cut a document that breaks off after its last complete entry, or before its only entry. If several entries begin and none ends, it
    stays as it is."""
    ends = [found.end() for found in found_outside_cdata(document, ENTRY_END)]
    begun = [found.start() for found in found_outside_cdata(document, ENTRY_START)]
    if not ends and len(begun) == 1:
        ends = begun
    if not ends:
        return document.changed(document.data, TRUNCATED)
    channel = b"</channel>" if name.lower().endswith(b"rss") else b""
    return document.changed(document.data[: ends[-1]] + channel + b"</" + name + b">", TRUNCATED)


def limited(document: Document) -> Document:
    """Keep at most MAX_ENTRIES entries: half of them from the beginning and half from the end, since the newest are at either end."""
    data = document.data
    if document.markup.count(b"<") <= MAX_ENTRIES or data.count(b"<item") + data.count(b"<entry") <= MAX_ENTRIES:
        return document
    starts = [found.start() for found in found_outside_cdata(document, ENTRY_START)]
    left_out = len(starts) - MAX_ENTRIES
    if left_out <= 0:
        return document
    half = MAX_ENTRIES // 2
    return replace(document, data=data[: starts[half]] + data[starts[-half] :], left_out=left_out)
