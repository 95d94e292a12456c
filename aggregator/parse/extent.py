"""Repairs the extent of a feed: where the document ends, and how many entries it has. It may break off, contain a second document, or go
on after its end."""

from __future__ import annotations

import re
from itertools import pairwise

from msgspec.structs import replace

from aggregator.model.item import TRUNCATED
from aggregator.parse.document import ENTRY_END, ENTRY_START, MAX_ENTRIES, ROOT, Document, found_outside_cdata


def closed(document: Document) -> Document:
    """Remove junk after the end, merge a second document into the first, and end a document that breaks off after its last complete
    entry."""
    data = document.data
    root = ROOT.search(data, 0, 65536)
    if root is None:
        return document
    name = root[1]
    closing = re.compile(rb"</" + re.escape(name) + rb"\s*>")
    ends = [found.end() for found in found_outside_cdata(data, closing)]  # not where an article quotes one
    if not ends:
        return _broken_off(document, name)
    tail = data[ends[-1] :].strip()
    if ROOT.search(tail) and _complete_entries(tail):
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
    ends = [found.end() for found in found_outside_cdata(document.data, ENTRY_END)]
    begun = [found.start() for found in found_outside_cdata(document.data, ENTRY_START)]
    if not ends and len(begun) == 1:
        ends = begun
    if not ends:
        return document.changed(document.data, TRUNCATED)
    channel = b"</channel>" if name.lower().endswith(b"rss") else b""
    return document.changed(document.data[: ends[-1]] + channel + b"</" + name + b">", TRUNCATED)


def limited(document: Document) -> Document:
    """Keep at most MAX_ENTRIES entries: half of them from the beginning and half from the end, since the newest are at either end."""
    data = document.data
    if data.count(b"<") <= MAX_ENTRIES or data.count(b"<item") + data.count(b"<entry") <= MAX_ENTRIES:
        return document
    starts = [found.start() for found in found_outside_cdata(data, ENTRY_START)]
    left_out = len(starts) - MAX_ENTRIES
    if left_out <= 0:
        return document
    half = MAX_ENTRIES // 2
    return replace(document, data=data[: starts[half]] + data[starts[-half] :], left_out=left_out)
