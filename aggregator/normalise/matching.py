"""Finds the id under which each item of a document is stored. Read `matched` first: it has the order of the steps.

Normally it is the item's own id, which is made from the entry's key (`identity.py`): the same guid is the same item. Real feeds break this
in five ways. In each of them another of its ids counts (`Item`):

- *A new guid at a known address.* Yesterday guid `17` at /quake, today guid `17-v2` at /quake: the same item. It is found by its address,
  and the id of the new guid becomes an *additional id* of it (table `known_as`), by which it is recognised from then on. The address does
  not count if it says nothing: it is a front page, several entries of the document have it, or its item is in the document as another
  entry. Of several entries with one title and the address of an article (`Item.twin`), each has its title id as an additional id, too, and
  so has each entry of a wrapper at an address of its own, which may be another in each response. That does not count for an entry with
  other words whose date names no second: two warnings of one day are two items.
- *A page of several items.* Warnings have no guids, and all link to /warnings: “Storm, 3 May” and “Storm, 4 May” are two items,
  distinguished by title and date (`Item.title_id`). This also holds for a document that lists only one of them, if the store has three or
  more items at the address. What was stored under its title id is known by it under any guid, if it links to a front page or to nothing.
- *A guid that goes to another article.* Yesterday guid `top` was “Quake in Chile” at /a-10001, today it is “Election in Peru” at
  /b-10002: a new item, under its title id. If only the headline had changed, it would be an edit.
- *A date, and perhaps a guid, that the server makes up for each response.* “Listen live” links to the front page and is always dated now:
  one item, recognised by address, title and text (`Item.words_id`), as long as each document lists it. But “Test alarm”, listed twice
  with the same true date, is not such an entry: the next test alarm in the same words is new.
- *Another key than before* (`Item.former_ids`): since yesterday other entries share the address or guid, or a number is used as guid.

docs/decisions/0004-polling.md has the reasons.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec.structs import replace

from aggregator.model.item import Item, StoredItem, to_seconds
from aggregator.model.poll import StoredItems
from aggregator.normalise.address import is_article, steady
from aggregator.normalise.identity import SEVERAL, SIZE, is_exact, is_link_key, is_title_key, may_be_made_up, split
from aggregator.text.words import plains, tokens

_SERIAL = re.compile(r"\d{5,}")
_DAY = re.compile(r"(?:19|20)\d\d[01]\d(?:[0-3]\d)?")


def matched(items: Sequence[Item], known: StoredItems) -> tuple[list[Item], dict[str, str], bool]:
    """The items, each under the id of its stored item, a new one under an id that is not stored; additional ids to be noted, from later
    guids → the ids of their items; and whether an item was recognised by its words.

    The ids are found in three steps; each gets the items with the ids that the one before found. No two items get the same id."""
    items, by_words = _by_additional_ids(items, known)
    items = _without_guids_of_others(items, known)
    items, known_as = _by_title_or_address(items, known)
    return items, known_as, by_words


def _under_first_free(items: Sequence[Item], ids: Sequence[Sequence[str]]) -> list[Item]:
    """The items, each under the first of the `ids` proposed for it that no other item has. If there is none, it keeps its own."""
    taken = {item.id for item in items}
    result = []
    for item, proposed in zip(items, ids, strict=True):
        id = next((id for id in proposed if id not in taken), item.id)
        taken.add(id)
        result.append(item if id == item.id else replace(item, id=id))
    return result


# Step 1: additional ids.


def _by_additional_ids(items: Sequence[Item], known: StoredItems) -> tuple[list[Item], bool]:
    """The items, those that are known by an additional id under the id of their stored item; and whether the words of one showed it."""
    before = split(known.fingerprints)
    by_words = [_id_by_words(item, known, before) for item in items]
    noted = [_id_by_guid_or_title(item, known) for item in items]
    result = _under_first_free(items, [[id for id in ids if id] for ids in zip(noted, by_words, strict=True)])
    return result, any(one.id == id != item.id for one, id, item in zip(result, by_words, items, strict=True))


def _id_by_guid_or_title(item: Item, known: StoredItems) -> str | None:
    """The id of the stored item that has the item's own id as an additional id, or its title id (which may be its own)."""
    is_titled = is_title_key(item.key)
    if item.id in known.known_as and not is_titled:
        return known.known_as[item.id]
    if item.id in known.items or item.title_id in known.items:
        return None
    first = known.known_as.get(item.id if is_titled else item.title_id)
    counts = first and (is_exact(item.published) or not differs(item, known.items[first]))
    return first if counts else None


def _id_by_words(item: Item, known: StoredItems, before: Collection[bytes]) -> str | None:
    """The id of the item that has the same words. They count if nothing else tells what the item is, its date may be made up, and the
    previous document listed them too."""
    if any(id in known.items or id in known.known_as for id in (item.id, item.title_id)):
        return None
    counts = words_may_count(item, known.now) and words_fingerprint(item) in before
    return known.known_as.get(item.words_id) if counts else None


def words_may_count(item: Item, now: datetime) -> bool:
    """Whether an item may be recognised by its words, because its date may be made up.

    Items without a date are recognised by their guid.
    """
    return bool(item.words_id) and may_be_made_up(item.published, now)


def words_fingerprint(item: Item) -> bytes:
    """A fingerprint of address, title and text alone, by which the next document shows whether this one listed the same words."""
    return bytes.fromhex(item.words_id[: SIZE * 2 + 2].replace("-", ""))


# Step 2: guids that went to other articles.


def _without_guids_of_others(items: Sequence[Item], known: StoredItems) -> list[Item]:
    """The items, those whose guid now belongs to another article under their title ids.

    These get no fingerprint, because they must be read at each poll: the guid alone would be taken for that of the other article. One is
    left out if another entry has its title id: each would be an edit of the other, at each poll.
    """
    others = {item.id for item in items if _is_another(item, known)}
    taken = {item.id for item in items} - others
    kept = []
    for item in items:
        if item.id not in others:
            kept.append(item)
        elif item.title_id not in taken:
            kept.append(replace(item, id=item.title_id, former_ids=(), fingerprint=b""))
            taken.add(item.title_id)
    return kept


def _is_another(item: Item, known: StoredItems) -> bool:
    """Whether the guid of an item now belongs to another article than the stored one:

    - the same words are stored at the item's address under another id, or under its title id; or
    - headline, address and date all differ. An edit may change all three, but then the headlines have words in common, or the addresses a
      number (/quake-10001, /strong-quake-10001)."""
    has_guid = item.title_id and not is_link_key(item.key)
    stored = known.items.get(item.id)
    if not has_guid or stored is None or not differs(item, stored):
        return False
    there = known.addresses.get(item.canonical or "", ())
    is_told = len(there) < SEVERAL  # whether its address tells what it is
    beside = [item.title_id, *(there[-1:] if is_told else ())]
    if any(id in known.items and _has_content_of(item, known.items[id]) for id in beside):
        return True
    if is_told and (item.id in there or not _serials(item.canonical).isdisjoint(_serials(stored.canonical))):
        return False
    words, others = set(plains(tokens(item.title))), set(plains(tokens(stored.title)))
    unlike = 2 * len(words & others) < min(len(words), len(others))
    return unlike and (item.published is None or to_seconds(item.published) != stored.published)


def _serials(canonical: str | None) -> set[str]:
    """Numbers in the path of an address that may identify an article: of five digits or more, without dates such as 20261124."""
    path = (canonical or "").partition("?")[0].removeprefix("https://").partition("/")[2]
    return {number for number in _SERIAL.findall(path) if not _DAY.fullmatch(number)}


# Step 3: title ids, former ids and addresses.


def _by_title_or_address(items: Sequence[Item], known: StoredItems) -> tuple[list[Item], dict[str, str]]:
    """The items, each under its title id if that counts, else under its own if it is stored, else under a former id, else under that of
    the last item at its address; and additional ids: of the items that were found by their address, from their new guids."""
    entries = Counter(item.canonical for item in items)
    proposed: list[Sequence[str]] = []
    addressed: list[Sequence[str]] = []
    for item in items:
        ids: Sequence[str] = ()
        last: Sequence[str] = ()
        there = known.addresses.get(item.canonical or "", ())
        if _title_counts(item, there, known):
            ids = (item.title_id,)
        elif item.id not in known.items:
            if entries[item.canonical] == 1 and len(there) < SEVERAL:
                last = there[-1:]
            ids = (*(former for former in item.former_ids if _former_counts(item, former, known)), *last)
        proposed.append(ids)
        addressed.append(last)
    result = _under_first_free(items, proposed)
    known_as = {
        item.id: one.id
        for item, one, last in zip(items, result, addressed, strict=True)
        # Not an id that says no more than the title or the address.
        if one.id in last and item.id != item.title_id and not is_link_key(item.key)
    }
    return result, known_as


def _title_may_count(item: Item) -> bool:
    """Whether the title of an item may tell what it is: its id comes from its address, or it has a guid but no address of its own."""
    return bool(item.title_id) and (is_link_key(item.key) or not is_article(item.canonical))


def _title_counts(item: Item, there: Sequence[str], known: StoredItems) -> bool:
    """Whether the title id of an item counts: its address (`there`: the ids at it) does not identify it, and something is stored under that
    id, or there are SEVERAL items at the address and none is known to be this one. Not if both ids are stored, and its own with the
    content that it has now: then the other one is an entry that was listed beside it, unless that has this content too."""
    if not _title_may_count(item):
        return False
    own, titled = known.items.get(item.id), known.items.get(item.title_id)
    if titled is None:
        return len(there) >= SEVERAL and (own is None or (bool(own.hash) and differs(item, own)))
    return own is None or differs(item, own) or _has_content_of(item, titled)


def _former_counts(item: Item, former: str, known: StoredItems) -> bool:
    """Whether the item was stored under this former id. If its key is its title key, only if what is stored has its title and date, or its
    fingerprint shows that it was listed before. The content alone is enough for the id from the address (the last of `former_ids`), but
    not for that from a guid: if guids number the entries, the same words at another time are another alarm."""
    stored = known.items.get(former)
    if stored is None:
        return False
    if not is_title_key(item.key) or item.unread:
        return True
    titled = (item.title, to_seconds(item.published)) == (stored.title, stored.published)
    return titled or (former == item.former_ids[-1] and _has_content_of(item, stored))


# What an item and a stored one have in common.


def is_ambiguous(item: Item, known: StoredItems) -> bool:
    """Whether two different items are stored under ids of an item: its id and its title id, or two former ids. Then it must be read at
    each poll, since title, date and content tell which of them it is."""
    if item.id in known.items:
        return _title_may_count(item) and item.title_id in known.items
    return sum(former in known.items for former in item.former_ids) > 1


def differs(item: Item, stored: StoredItem) -> bool:
    """Whether an item was read and has another content than the stored one with its id, so that it may be another item."""
    return not item.unread and not _has_content_of(item, stored)


def has_moved(item: Item, stored: StoredItem) -> bool:
    """Whether an item that a wrapper lists under the guid that it has always had has another address, of which the hash says nothing."""
    return item.twin and steady(item.canonical) != steady(stored.canonical)


def _has_content_of(item: Item, stored: StoredItem) -> bool:
    return stored.hash == item.hash
