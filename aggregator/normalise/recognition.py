"""Compares a document with what the store knows of its source: items are new, changed, merely seen, or held back.

Rules for odd feeds: an item is known by its id, and by that of each guid that it had later; a new guid at a known address is
the same item; a guid that comes to another article names it no longer; a purged item does not come back; an item missing from a
document is not gone; a document half of whose entries are unknown and have known titles has changed its guids, and the repeats
are not announced, down to the last of them.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from aggregator.model.item import Drop, Item
from aggregator.normalise.address import is_article
from aggregator.normalise.dates import newest
from aggregator.normalise.fingerprints import SIZE, split
from aggregator.normalise.identity import SEVERAL, is_among, is_of_link
from aggregator.text.words import plains, tokens

FLOOD_TITLES = 3  # fewer repeated titles are a column that is always called the same
ANEW = timedelta(minutes=15)
"""How old a date may be that is made at each answer: some pages are kept for so long."""
_SERIAL = re.compile(r"\d{5,}")
_DAY = re.compile(r"(?:19|20)\d\d[01]\d(?:[0-3]\d)?")
_UNDATED = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StoredItems:
    """What the store knows, narrowed to one document.

    `items`: item id → number and hash, for the document's ids and the ids in `addresses` and `own`; the hash is empty where the text was
    purged. `addresses`: canonical address → ids of this source's items there, the newest last, for entries whose id is unknown, or of
    which only their address tells that they are an edit, or whose guid told of another text. `titles`: of its newest items with their
    dates (epoch seconds), for a document with FLOOD_TITLES unknown entries or after a flood. `flooded`: repeats were held back of the
    document before. `own`: further ids of items, of the guids that they got later and those made anew → the ids under which they are
    stored. `now`: when it was read. `said`: the fingerprints of the document before. `told`: title, address and date under which those are
    stored that say something else now.
    """

    items: Mapping[str, tuple[int, str]]
    addresses: Mapping[str, Sequence[str]]
    titles: Mapping[str, Collection[int | None]] = field(default_factory=dict)
    flooded: bool = False
    own: Mapping[str, str] = field(default_factory=dict)
    now: datetime = _UNDATED
    said: bytes = b""
    told: Mapping[str, tuple[str, str | None, int | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recognition:
    """`new` in document order; `changed` and `seen` by number in the store. An item in neither was held back, and
    counts in `drops`: `repeated` (a flood of new guids) or `over-cap`. `fingerprints` are those of all others, concatenated, and what
    `_words` gives for those whose date may be that of the answer.
    `further` ids of items → the ids under which they are stored; `kept` are those that tell of them no longer. `by_words`: an item
    may be another than the one for which it was taken."""

    new: tuple[Item, ...]
    changed: tuple[tuple[int, Item], ...]
    seen: tuple[int, ...]
    drops: tuple[Drop, ...]
    fingerprints: bytes = b""
    further: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    by_words: bool = False

    @property
    def unread(self) -> bool:
        """Whether the store does not have what the fingerprint of a new or changed item promises, so that all is to be read."""
        return any(item.unread for item in self.new) or any(item.unread for _, item in self.changed)


def recognise(items: Sequence[Item], known: StoredItems, most: int = sys.maxsize) -> Recognition:
    """If applied twice (with the store updated in between), the second time brings nothing new. At most `most` are new."""
    unknown: list[Item] = []
    changed: dict[int, Item] = {}
    seen: dict[int, None] = {}
    fingerprints: list[bytes] = []
    further: dict[str, str] = {}
    first = _under_first_ids(items, known)
    for listed, one, item in zip(items, first, _under_known_ids(first, known), strict=True):
        if item.id not in known.items:
            unknown.append(item)
            continue
        number, stored = known.items[item.id]
        fingerprints.append(item.fingerprint)
        by_address = item.id not in (one.id, one.among, *one.formers)
        if by_address and not is_of_link(listed.key) and listed.id not in known.items and listed.id not in known.own:
            further[listed.id] = item.id
        if stored and (item.unread or item.hash == stored):
            seen[number] = None
        else:
            changed[number] = item
    repeated = _repeated(unknown, known, items)
    fresh = [item for item in unknown if item.id not in repeated]
    new = newest(fresh, most, lambda item: item.published)
    words = Counter(item.anew for item in items)
    told = [item.anew for item in new if item.anew in known.own]
    drops = {"repeated": len(repeated), "over-cap": len(fresh) - len(new)}
    return Recognition(
        new=tuple(new),
        changed=tuple(changed.items()),
        seen=tuple(number for number in seen if number not in changed),
        drops=tuple(Drop(reason, count) for reason, count in drops.items() if count),
        fingerprints=b"".join(
            [
                *fingerprints,
                *(item.fingerprint for item in new),
                *(_words(item) for item in items if _is_of_now(item, known.now)),
            ]
        ),
        further=further | {item.anew: item.id for item in new if words[item.anew] == 1 and _is_of_now(item, known.now)},
        kept=(*(item.anew for item in items if item.id in known.items and known.own.get(item.anew) == item.id), *told),
        by_words=any(one.id != item.id and item.id not in known.own for item, one in zip(items, first, strict=True)),
    )


def _under_first_ids(items: Sequence[Item], known: StoredItems) -> list[Item]:
    """The items, those with a guid that they got later under the id that they came with, if that is not here too; and so those of an
    address of many whose date, and perhaps guid, is made anew at each answer, while each document lists them. What was listed twice with
    the date that it had is not such: alarms come again in the same words."""
    here = {item.id for item in items}
    before = split(known.said)
    result = []
    for item in items:
        first = known.own.get(item.id)
        if first is None and _is_of_now(item, known.now) and known.items.keys().isdisjoint((item.id, item.among)):
            first = known.own.get(item.anew) if _words(item) in before else None
        if first is None or first in here:
            result.append(item)
        else:
            here.add(first)
            result.append(replace(item, id=first))
    return result


def says_other(item: Item, stored: str) -> bool:
    """Whether an item that is known by its guid says something else than what is stored with this hash."""
    return bool(item.apart) and not item.unread and item.hash != stored


def _is_another(item: Item, known: StoredItems) -> bool:
    """Whether the guid of an item now names another article than it did: one that is known at its address in these very words, or one with
    another headline, address and date. An edit may change all three, but then the headlines share words, or the addresses a number."""
    told = known.told.get(item.id)
    if told is None or not says_other(item, known.items[item.id][1]):
        return False
    title, canonical, published = told
    there = known.addresses.get(item.canonical or "", ())
    if is_article(item.canonical) and len(there) < SEVERAL:
        if there and there[-1] != item.id and known.items[there[-1]][1] == item.hash:
            return True
        if item.id in there or not _serials(item.canonical).isdisjoint(_serials(canonical)):
            return False
    words, others = set(plains(tokens(item.title))), set(plains(tokens(title)))
    unlike = 2 * len(words & others) < min(len(words), len(others))
    return unlike and (item.published is None or _dated(item) != published)


def _serials(canonical: str | None) -> set[str]:
    """Numbers in the path of an address that may be those of one article, and are no dates."""
    path = (canonical or "").partition("?")[0].removeprefix("https://").partition("/")[2]
    return {number for number in _SERIAL.findall(path) if not _DAY.fullmatch(number)}


def _apart(item: Item) -> Item:
    """An item under an id without its guid. It has no fingerprint: its guid alone would tell of another at the next poll."""
    return replace(item, id=item.apart, formers=(), fingerprint=b"")


def _under_known_ids(items: Sequence[Item], known: StoredItems) -> list[Item]:
    """The items, under the id that an earlier program gave them if they have one, and those with a new guid at a known address under
    the id that the address has. At an address that several share an item has the id that title and date give it, also in a document
    that lists but one of them.

    Not where the address tells nothing: a front page, an address of several entries, or of one that is here too, be it under
    another of its addresses."""
    items = [_apart(item) if _is_another(item, known) else item for item in items]
    here = {item.id for item in items}
    entries = Counter(item.canonical for item in items)
    result = []
    for item in items:
        address = item.canonical or ""
        there = known.addresses.get(address, ()) if is_article(address) else ()
        stored = known.items.get(item.id)
        shared = len(there) >= SEVERAL and (stored is None or may_be_another(item, stored[1]))
        if item.among in known.items or (item.among and shared):
            result.append(replace(item, id=item.among))
            continue
        if stored:
            result.append(item)
            continue
        old = next((former for former in item.formers if _was(item, former, known) and former not in here), None)
        if old is None and entries[address] == 1 and there and not shared:
            old = there[-1]
        if old is not None and old in known.items and old not in here:
            here.add(old)
            result.append(replace(item, id=old))
        else:
            result.append(item)
    return result


def _is_of_now(item: Item, now: datetime) -> bool:
    """Whether its date may be that of the answer. What has none is told by its guid."""
    return bool(item.anew) and item.published is not None and item.published > now - ANEW


def _words(item: Item) -> bytes:
    """A fingerprint of its words alone, by which a document tells that the last one listed them too."""
    return bytes.fromhex(item.anew[: SIZE * 2 + 2].replace("-", ""))


def may_be_another(item: Item, stored: str) -> bool:
    """Whether only its address tells that an item is an edit of what has its id, which is stored with this hash."""
    return bool(item.among) and not item.unread and stored not in ("", item.hash)


def _was(item: Item, former: str, known: StoredItems) -> bool:
    """Whether the item had this id. Of those that share an address, it was the one with the very text that is known there, or that
    came before under no id of its own."""
    if former not in known.items:
        return False
    return not is_among(item.key) or item.unread or item.hash == known.items[former][1]


def _repeated(unknown: Sequence[Item], known: StoredItems, items: Sequence[Item]) -> set[str]:
    """Ids of the unknown items that repeat known ones: they carry known titles, but columns and guides also come again under
    one title. A flood is at least half of the document, or known with its dates. As it drains off, what is dated later than
    the entries known by then is news, if its title is not known with that very date."""
    repeats = [item for item in unknown if item.title in known.titles]
    if known.flooded:
        latest = max((item.published for item in items if item.published and item.id in known.items), default=_UNDATED)
        repeats = [
            item
            for item in repeats
            if item.published is None or item.published <= latest or _dated(item) in known.titles[item.title]
        ]
        if not _many(repeats):
            repeats = [item for item in repeats if item.published]
        return {item.id for item in repeats}
    if 2 * len(repeats) < len(items):
        repeats = [item for item in repeats if _dated(item) in known.titles[item.title]]
    return {item.id for item in repeats} if _many(repeats) else set()


def _many(items: Sequence[Item]) -> bool:
    return len({item.title for item in items}) >= FLOOD_TITLES


def _dated(item: Item) -> int:
    return int((item.published or _UNDATED).timestamp())
