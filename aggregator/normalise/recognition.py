"""Compares a document with the store, and decides for each of its items whether it is new, changed, only seen again, or held back.

Normally an item is recognised by its id, which is made from the entry's key (`identity.py`): the same guid is the same item, and if the
hash differs, the item has changed. Real feeds break this in the following ways.

1. *A new guid at a known address.* Yesterday guid `17` at /quake, today guid `17-v2` at /quake: the same item. The id of the new guid is
   stored as an additional id of the item (table `known_as`), by which it is recognised from then on. Not if the address says nothing: it
   is a front page, several entries of the document have it, or its item is in the document as another entry. Of several entries with one
   title and the address of an article, each gets an additional id from its title and date, too (`Item.twin`). It does not count for an
   entry with other words whose date names no second: two warnings of one day are two items.
2. *An address of several items.* Warnings have no guids, and all link to /warnings: “Storm, 3 May” and “Storm, 4 May” are two items,
   distinguished by title and date (`Item.title_id`). This also holds for a document that lists only one of them, if the store has three or
   more items at the address. What was stored by its title is known by it under any guid, if it links to a front page or to nothing.
3. *A guid that goes to another article* (`_is_another`). Yesterday guid `top` was “Quake in Chile” at /a-10001, today it is “Election in
   Peru” at /b-10002: a new item, under its title id. If only the headline had changed, it would be an edit.
4. *A date, and perhaps a guid, that the server makes up for each response.* “Listen live” links to the front page and is always dated
   now: one item, recognised by address, title and text (`Item.words_id`), as long as each document lists it. But “Test alarm”, listed
   twice with the same true date, is not such an entry: the next test alarm in the same words is new.
5. *Another key than before* (`Item.former_ids`): since yesterday other entries share the address, or the program was upgraded.
6. *A flood* (`floods.py`). Half of the document are unknown entries with titles that the store knows: the outlet has changed all its guids
   and addresses. These repeats are not announced, until the last of them has left the document.
7. *A purged item* is still known by its id. So it does not come back as new if its source lists it again; it only gets its text back.
8. *An item that is missing from the document* is not gone: feeds list only their newest entries.

docs/decisions/0004-polling.md has the reasons.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from aggregator.model.item import Drop, Item, StoredItem
from aggregator.model.poll import Recognition, StoredItems
from aggregator.normalise.address import is_article
from aggregator.normalise.dates import newest, to_seconds
from aggregator.normalise.fingerprints import SIZE, split
from aggregator.normalise.floods import held_back
from aggregator.normalise.identity import SEVERAL, is_exact, is_link_key, is_title_key, may_be_made_up
from aggregator.text.words import plains, tokens

_SERIAL = re.compile(r"\d{5,}")
_DAY = re.compile(r"(?:19|20)\d\d[01]\d(?:[0-3]\d)?")


def recognise(items: Sequence[Item], known: StoredItems, most: int = sys.maxsize) -> Recognition:
    """Compare the items of a document with the store; at most `most` become new ones. Idempotent: if the same document is compared again
    after the store was updated, nothing is new."""
    unclear = {item.id for item in items if _is_one_of_two(item, known)}
    if unread := [item for item in items if item.unread and item.id in unclear]:
        return Recognition(new=tuple(unread))  # so that the whole document is read
    items = [replace(item, fingerprint=b"") if item.id in unclear else item for item in items]
    first, by_words = _under_first_ids(items, known)
    found, later = _under_other_ids(first, known)
    unknown: list[Item] = []
    changed: dict[int, Item] = {}
    seen: dict[int, None] = {}
    for item in found:
        if (stored := known.items.get(item.id)) is None:
            unknown.append(item)
        elif stored.hash and not differs(item, stored):
            seen[stored.number] = None
        else:
            changed[stored.number] = item
    repeated = held_back(unknown, items, known)
    fresh = [item for item in unknown if item.id not in repeated]
    new = newest(fresh, most, lambda item: item.published)
    drops = {"repeated": len(repeated), "over-cap": len(fresh) - len(new)}
    taken = [*(item.fingerprint for item in found if item.id in known.items), *(item.fingerprint for item in new)]
    words = [_words(item) for item in items if _is_of_now(item, known.now)]
    return Recognition(
        new=tuple(new),
        changed=tuple(changed.items()),
        seen=tuple(number for number in seen if number not in changed),
        drops=tuple(Drop(reason, count) for reason, count in drops.items() if count),
        fingerprints=b"".join([*taken, *words]),
        known_as=later | _additional_ids(new, items, known.now),
        forget=_out_of_date(new, items, known),
        by_words=by_words or any(item.id in repeated and may_be_made_up(item.published, known.now) for item in unknown),
    )


def _says(item: Item, stored: StoredItem) -> bool:
    """Whether the content of an item is the stored one."""
    return stored.hash in (item.hash, item.written)


def differs(item: Item, stored: StoredItem) -> bool:
    """Whether an item was read and has another content than the stored one with its id, so that it may be another item."""
    return not item.unread and not _says(item, stored)


def _under_first_ids(items: Sequence[Item], known: StoredItems) -> tuple[list[Item], bool]:
    """The items, each under the id of its stored item if that is known by an additional id (cases 1 and 4 of the module); and whether one
    was recognised by its words. An item keeps its own id if the document also contains an item with the stored id."""
    here = {item.id for item in items}
    before = split(known.fingerprints)
    result, by_words = [], False
    for item in items:
        first, words = _first_id(item, known, before)
        if first is None or first in here:
            result.append(item)
        else:
            here.add(first)
            result.append(replace(item, id=first))
            by_words |= words
    return result, by_words


def _first_id(item: Item, known: StoredItems, before: Collection[bytes]) -> tuple[str | None, bool]:
    """The id under which an item is stored that is known by an additional id, and whether only its words showed it. These count if the
    date may be made up, and the previous document listed the same words."""
    if item.id in known.known_as:
        return known.known_as[item.id], False
    if item.id in known.items or item.title_id in known.items:
        return None, False
    if (first := known.known_as.get(item.title_id)) is not None:
        return (first if is_exact(item.published) or not differs(item, known.items[first]) else None), False
    if _is_of_now(item, known.now) and _words(item) in before:
        return known.known_as.get(item.words_id), True
    return None, False


def _under_other_ids(items: Sequence[Item], known: StoredItems) -> tuple[list[Item], dict[str, str]]:
    """The items, each under the id by which it is stored (cases 1, 2, 3 and 5 of the module), and the additional ids of those that were
    recognised by their address. An item that is not found keeps its own id. No two items get the same id."""
    items = _apart(items, known)
    here = {item.id for item in items}
    entries = Counter(item.canonical for item in items)
    result = []
    later: dict[str, str] = {}
    for item in items:
        there = known.addresses.get(item.canonical or "", ())
        found: Sequence[str] = ()
        at_address: Sequence[str] = ()
        if _is_told_by_title(item, there, known):
            found = (item.title_id,)
        elif item.id not in known.items:
            if entries[item.canonical] == 1 and len(there) < SEVERAL:
                at_address = there[-1:]
            found = (*(former for former in item.former_ids if _is_former(item, former, known)), *at_address)
        id = next((id for id in found if id not in here), None)
        if id is None:
            result.append(item)
            continue
        here.add(id)
        result.append(replace(item, id=id))
        # The id of a later guid is stored, not one that says no more than the address or the title.
        if id in at_address and item.id != item.title_id and not is_link_key(item.key):
            later[item.id] = id
    return result, later


def _apart(items: Sequence[Item], known: StoredItems) -> list[Item]:
    """The items, those whose guid now belongs to another article (case 3 of the module) under their title ids. One is left out if another
    entry has that id: each would be an edit of the other, at each poll."""
    others = [_of_another(item) if _is_another(item, known) else None for item in items]
    here = {item.id for item, other in zip(items, others, strict=True) if other is None}
    kept = []
    for item, other in zip(items, others, strict=True):
        if other is None:
            kept.append(item)
        elif other.id not in here:
            kept.append(other)
            here.add(other.id)
    return kept


def _is_another(item: Item, known: StoredItems) -> bool:
    """Whether the guid of an item now belongs to another article than the stored one (case 3 of the module):

    - the same words are stored at the item's address under another id; or
    - headline, address and date all differ. An edit may change all three, but then the headlines have words in common, or the addresses a
      number (/quake-10001, /strong-quake-10001)."""
    has_guid = item.title_id and not is_link_key(item.key)
    stored = known.items.get(item.id)
    if not has_guid or stored is None or not differs(item, stored):
        return False
    there = known.addresses.get(item.canonical or "", ())
    if len(there) < SEVERAL:
        if there and _says(item, known.items[there[-1]]):
            return True
        if item.id in there or not _serials(item.canonical).isdisjoint(_serials(stored.canonical)):
            return False
    words, others = set(plains(tokens(item.title))), set(plains(tokens(stored.title)))
    unlike = 2 * len(words & others) < min(len(words), len(others))
    return unlike and (item.published is None or to_seconds(item.published) != stored.published)


def _serials(canonical: str | None) -> set[str]:
    """Numbers in the path of an address that may identify an article: of five digits or more, without dates such as 20261124."""
    path = (canonical or "").partition("?")[0].removeprefix("https://").partition("/")[2]
    return {number for number in _SERIAL.findall(path) if not _DAY.fullmatch(number)}


def _of_another(item: Item) -> Item:
    """The item under its title id. It gets no fingerprint, because it must be read at each poll: the guid alone would be taken for that of
    the other article."""
    return replace(item, id=item.title_id, former_ids=(), fingerprint=b"")


def _may_need_title(item: Item) -> bool:
    """Whether the title of an item may tell what it is: its id comes from its address, or it has a guid but no address of its own."""
    return bool(item.title_id) and (is_link_key(item.key) or not is_article(item.canonical))


def _is_told_by_title(item: Item, there: Sequence[str], known: StoredItems) -> bool:
    """Whether the title id of an item counts (case 2 of the module): its address does not identify it, and something is stored under that
    id, or there are SEVERAL items at the address and none is known to be this one. Not if both ids are stored, and its own with the
    content that it has now: then the other one is an entry that was listed beside it, unless that has this content too, and this date."""
    if not _may_need_title(item):
        return False
    stored = known.items.get(item.id)
    if item.title_id in known.items:
        if stored is None or differs(item, stored):
            return True
        return _says(item, known.items[item.title_id]) and not _has_title_and_date(item, stored)
    return len(there) >= SEVERAL and (stored is None or (bool(stored.hash) and differs(item, stored)))


def _is_one_of_two(item: Item, known: StoredItems) -> bool:
    """Whether two different items are stored under ids of an item: its id and its title id, or two former ids. Then it must be read at
    each poll, since title, date and content tell which of them it is."""
    if item.id in known.items:
        return _may_need_title(item) and item.title_id in known.items and item.title_id != item.id
    return sum(former in known.items for former in item.former_ids) > 1


def _has_title_and_date(item: Item, stored: StoredItem) -> bool:
    return (item.title, to_seconds(item.published)) == (stored.title, stored.published)


def _is_former(item: Item, former: str, known: StoredItems) -> bool:
    """Whether the item was stored under this former id. If its key is its title key, only if what is stored has its title and date, or its
    fingerprint shows that it was listed before. The content alone is enough for the id from the address (the last of `former_ids`), but
    not for that from a guid: if guids number the entries, the same words at another time are another alarm."""
    stored = known.items.get(former)
    if stored is None:
        return False
    if not is_title_key(item.key) or item.unread:
        return True
    return _has_title_and_date(item, stored) or (former == item.former_ids[-1] and _says(item, stored))


def _is_of_now(item: Item, now: datetime) -> bool:
    """Whether an item may be recognised by its words, because its date may be made up.

    Items without a date are recognised by their guid.
    """
    return bool(item.words_id) and may_be_made_up(item.published, now)


def _words(item: Item) -> bytes:
    """A fingerprint of address, title and text alone, by which the next document shows whether this one listed the same words."""
    return bytes.fromhex(item.words_id[: SIZE * 2 + 2].replace("-", ""))


def _additional_ids(new: Sequence[Item], items: Sequence[Item], now: datetime) -> dict[str, str]:
    """Additional ids of new items: from the words if the date may be made up and no other entry has them (case 4 of the module); from title
    and date for those of several entries with one title and the address of an article (case 1)."""
    entries = Counter(item.words_id for item in items)
    words = {item.words_id: item.id for item in new if entries[item.words_id] == 1 and _is_of_now(item, now)}
    twins = {item.title_id: item.id for item in new if item.twin and item.title_id and is_article(item.canonical)}
    return words | twins


def _out_of_date(new: Sequence[Item], items: Sequence[Item], known: StoredItems) -> tuple[str, ...]:
    """Additional ids from words that count no longer: the item was listed again with the same date, which is not made up; or the words
    are those of a new item."""
    again = [item for item in items if known.known_as.get(item.words_id) == item.id]
    return tuple(item.words_id for item in (*again, *new) if item.words_id in known.known_as)
