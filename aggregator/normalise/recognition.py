"""Compares a document with the store, and decides for each of its items whether it is new, changed, only seen again, or held back.

Normally an item is recognised by its id, which is made from the entry's key (`identity.py`): the same guid is the same item, and if the
hash differs, the item has changed. Real feeds break this in the following ways.

1. *A new guid at a known address.* Yesterday guid `17` at /quake, today guid `17-v2` at /quake: the same item. The id of the new guid is
   stored as an additional id of the item (`Recognition.further`, table `known_as`), by which it is recognised from then on
   (`_under_first_ids`). Not if the address says nothing: it is a front page, several entries of the document have it, or its item is in
   the document as another entry. Of several entries with one title and the address of an article, each is known by its date too
   (`Item.apart`).
2. *An address of several items.* Warnings have no guids, and all link to /warnings: “Storm, 3 May” and “Storm, 4 May” are two items,
   distinguished by title and date (`Item.among`). This also holds for a document that lists only one of them, if the store has three or
   more items at the address.
3. *A guid that goes to another article* (`_is_another`). Yesterday guid `top` was “Quake in Chile” at /a-10001, today it is “Election in
   Peru” at /b-10002: a new item, under an id without the guid (`Item.apart`). If only the headline had changed, it would be an edit.
4. *A date, and perhaps a guid, that the server makes up for each response.* “Listen live” links to the front page and is always dated
   now: one item, recognised by address, title and text (`Item.anew`), as long as each document lists it. But “Test alarm”, listed twice
   with the same true date, is not such an entry: the next test alarm in the same words is new.
5. *A flood* (`_repeated`). Half of the document are unknown entries with titles that the store knows: the outlet has changed all its guids
   and addresses. These repeats are not announced, until the last of them has left the document.
6. *A purged item* is still known by its id. So it does not come back as new if its source lists it again; it only gets its text back.
7. *An item that is missing from the document* is not gone: feeds list only their newest entries.

docs/decisions/0004-polling.md has the reasons.
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

FLOOD_TITLES = 3  # fewer different titles that repeat are no flood, but columns that always have the same title
ANEW = timedelta(minutes=15)
"""A date may be made up for each response if it is not older than this: some servers cache their responses for so long."""
_SERIAL = re.compile(r"\d{5,}")
_DAY = re.compile(r"(?:19|20)\d\d[01]\d(?:[0-3]\d)?")
_UNDATED = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StoredItems:
    """The part of the store that matters for one document.

    - `items`: id → (number, hash), for all ids of the document's items and those in `addresses` and `own`. The hash is "" if the text was
      purged.
    - `addresses`: canonical address → ids of this source's items there, the newest last. Only for items whose id is unknown, and for those
      that may be another item than their id says (`may_be_another`, `says_other`).
    - `titles`: title → dates (epoch seconds) of the source's newest items. Only if the document has FLOOD_TITLES unknown items, or after a
      flood.
    - `flooded`: repeats of the previous document were held back.
    - `own`: additional id of an item → the id under which it is stored.
    - `now`: when the document was fetched.
    - `said`: the fingerprints of the previous document.
    - `told`: id → (title, canonical address, date) as stored, for items whose guid now has another text, and for those that may have been
      stored under a former id (`may_have_been`).
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
    """The result for one document.

    - `new`: in document order; `changed` and `seen`: with their numbers in the store. All other items were held back and are counted in
      `drops`: as `repeated` (a flood) or `over-cap` (too many new items).
    - `fingerprints`: those of all items that were not held back, concatenated, and `_words` of those whose date may be made up.
    - `further`: additional id to be stored → the id of its item; `kept`: additional ids to be deleted, because the date is not made up.
    - `by_words`: an item was recognised by `Item.anew`, which may be wrong: the next document must be read even if it is the same."""

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
        """Whether an item was skipped because of its fingerprint, but is not stored as expected.

        Then the whole document must be read.
        """
        return any(item.unread for item in self.new) or any(item.unread for _, item in self.changed)


def recognise(items: Sequence[Item], known: StoredItems, most: int = sys.maxsize) -> Recognition:
    """Compare the items of a document with the store; at most `most` become new ones. Idempotent: if the same document is compared again
    after the store was updated, nothing is new."""
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
        if stored and (item.unread or _says(item, stored)):
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
        further=further
        | {item.anew: item.id for item in new if words[item.anew] == 1 and _is_of_now(item, known.now)}
        | {item.apart: item.id for item in new if item.apart and item.twin and is_article(item.canonical)},
        kept=(*(item.anew for item in items if item.id in known.items and known.own.get(item.anew) == item.id), *told),
        by_words=any(
            one.id != item.id and known.own.keys().isdisjoint((item.id, item.apart))
            for item, one in zip(items, first, strict=True)
        ),
    )


def _under_first_ids(items: Sequence[Item], known: StoredItems) -> list[Item]:
    """The items, each under the id of its stored item if its own is only an additional id (cases 1 and 4 of the module).

    An item keeps its own id if the document also contains an item with the stored id. For made-up dates (`anew`) the
    previous document must have listed the same words.
    """
    here = {item.id for item in items}
    before = split(known.said)
    result = []
    for item in items:
        first = known.own.get(item.id)
        if first is None and item.id not in known.items:
            first = known.own.get(item.apart)
        if first is None and _is_of_now(item, known.now) and known.items.keys().isdisjoint((item.id, item.among)):
            first = known.own.get(item.anew) if _words(item) in before else None
        if first is None or first in here:
            result.append(item)
        else:
            here.add(first)
            result.append(replace(item, id=first))
    return result


def says_other(item: Item, stored: str) -> bool:
    """Whether an item that is known by its guid has another content than the stored one, which has this hash."""
    return bool(item.apart) and not item.unread and not _says(item, stored)


def _says(item: Item, stored: str) -> bool:
    """Whether the content of an item is the stored one, which has this hash ("" if it was purged)."""
    return bool(stored) and stored in (item.hash, item.written)


def _is_another(item: Item, known: StoredItems) -> bool:
    """Whether the guid of an item now belongs to another article than the stored one (case 3 of the module):

    - the same words are stored at the item's address under another id; or
    - headline, address and date all differ. An edit may change all three, but then the headlines have words in common, or the addresses a
      number (/quake-10001, /strong-quake-10001)."""
    told = known.told.get(item.id)
    if told is None or not says_other(item, known.items[item.id][1]):
        return False
    title, canonical, published = told
    there = known.addresses.get(item.canonical or "", ())
    if is_article(item.canonical) and len(there) < SEVERAL:
        if there and there[-1] != item.id and _says(item, known.items[there[-1]][1]):
            return True
        if item.id in there or not _serials(item.canonical).isdisjoint(_serials(canonical)):
            return False
    words, others = set(plains(tokens(item.title))), set(plains(tokens(title)))
    unlike = 2 * len(words & others) < min(len(words), len(others))
    return unlike and (item.published is None or _dated(item) != published)


def _serials(canonical: str | None) -> set[str]:
    """Numbers in the path of an address that may identify an article: of five digits or more, without dates such as 20261124."""
    path = (canonical or "").partition("?")[0].removeprefix("https://").partition("/")[2]
    return {number for number in _SERIAL.findall(path) if not _DAY.fullmatch(number)}


def _apart(item: Item) -> Item:
    """The item under its id without guid. It gets no fingerprint, because it must be read at each poll: the guid alone would be taken for
    that of the other article."""
    return replace(item, id=item.apart, formers=(), fingerprint=b"")


def _under_known_ids(items: Sequence[Item], known: StoredItems) -> list[Item]:
    """The items, each with the id under which it is stored (cases 1 to 3 of the module; also ids of earlier versions of the program,
    `Item.formers`). An item that is not found keeps its own id. No two items get the same id."""
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
    """Whether the date of an item may be made up for this response, because it is hardly older.

    Items without a date are recognised by their guid.
    """
    return bool(item.anew) and item.published is not None and item.published > now - ANEW


def _words(item: Item) -> bytes:
    """A fingerprint of address, title and text alone, by which the next document shows whether this one listed the same words."""
    return bytes.fromhex(item.anew[: SIZE * 2 + 2].replace("-", ""))


def may_be_another(item: Item, stored: str) -> bool:
    """Whether an item may be another one than the stored item with its id and this hash: the id comes from its address alone, and the
    content differs."""
    return bool(item.among and stored) and not item.unread and not _says(item, stored)


def may_have_been(item: Item, known: Mapping[str, tuple[int, str]]) -> list[int]:
    """The numbers of the stored items that an item which shares its address with others may be (`Item.formers`)."""
    if not is_among(item.key) or item.id in known:
        return []
    return [known[former][0] for former in item.formers if former in known]


def _was(item: Item, former: str, known: StoredItems) -> bool:
    """Whether the item was stored under this former id. If it shares its address with others, only if what is stored has its title and
    date, or its fingerprint shows that it was listed before. The content alone is enough for the id from the address (the last of
    `formers`), but not for that from a guid: if guids number the entries, the same words at another time are another alarm."""
    if former not in known.items:
        return False
    if not is_among(item.key) or item.unread:
        return True
    title, _, published = known.told.get(former, ("", None, None))
    if title == item.title and published == (_dated(item) if item.published else None):
        return True
    return former == item.formers[-1] and _says(item, known.items[former][1])


def _repeated(unknown: Sequence[Item], known: StoredItems, items: Sequence[Item]) -> set[str]:
    """Ids of the unknown items that are repeats of a flood (case 5 of the module), recognised by titles that are known.

    A title alone proves little, since columns and guides always have the same. So a flood needs FLOOD_TITLES different titles, and either
    half of the document, or titles that are known with the same dates. After a flood (`flooded`), an item with a known title is news only
    if it is dated later than all known items of the document and its title is not known with its date."""
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
