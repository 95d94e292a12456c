"""Compares a document with the store, and decides for each of its items whether it is new, changed, only seen again, or held back.

1. Under which id is the item stored? Normally under its own; `matching.py` has the cases in which it is not.
2. If it is stored: has its content changed? Its hash tells.
3. If it is not: is it news? Not if it belongs to a *flood* (`held_back`): half of the document are unknown entries with titles that the
   store knows, since the outlet has changed all its guids and addresses. These repeats are not announced, until the last of them has left
   the document. And of too many new items only the newest are taken.

A *purged item* is still known by its id. So it does not come back as new if its source lists it again; it only gets its text back. An item
that is *missing from the document* is not gone: feeds list only their newest entries.

docs/decisions/0004-polling.md has the reasons.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec.structs import replace

from aggregator.model.item import Drop, Item, to_seconds
from aggregator.model.poll import Recognition, StoredItems
from aggregator.normalise.address import is_article
from aggregator.normalise.dates import LAST, newest
from aggregator.normalise.identity import may_be_made_up
from aggregator.normalise.matching import differs, has_moved, is_ambiguous, matched, words_fingerprint, words_may_count

FLOOD_TITLES = 3  # fewer different titles that repeat are no flood, but columns that always have the same title …
MANY_TITLES = 5  # … and fewer with other dates than those known are none, but a log with a few titles


def recognise(items: Sequence[Item], known: StoredItems, most: int = sys.maxsize) -> Recognition:
    """Compare the items of a document with the store; at most `most` become new ones. Idempotent: if the same document is compared again
    after the store was updated, nothing is new."""
    ambiguous = {item.id for item in items if is_ambiguous(item, known)}
    if unread := [item for item in items if item.unread and item.id in ambiguous]:
        return Recognition(new=tuple(unread))  # so that the whole document is read
    items = [replace(item, fingerprint=b"") if item.id in ambiguous else item for item in items]
    found, known_as, by_words = matched(items, known)
    unknown: list[Item] = []
    changed: dict[int, Item] = {}
    seen: dict[int, None] = {}
    own = {item.id for item in items}
    for item in found:
        if (stored := known.items.get(item.id)) is None:
            unknown.append(item)
        elif stored.hash and not differs(item, stored) and not (item.id in own and has_moved(item, stored)):
            seen[stored.number] = None
        else:
            changed[stored.number] = item
    repeated = held_back(unknown, items, known)
    fresh = [item for item in unknown if item.id not in repeated]
    new = newest(fresh, most, lambda item: item.published)
    drops = {"repeated": len(repeated), "over-cap": len(fresh) - len(new)}
    taken = [*(item for item in found if item.id in known.items), *new]
    words = [words_fingerprint(item) for item in items if words_may_count(item, known.now)]
    made_up = any(item.id in repeated and may_be_made_up(item.published, known.now) for item in unknown)
    return Recognition(
        new=tuple(new),
        changed=tuple(changed.items()),
        seen=tuple(number for number in seen if number not in changed),
        drops=tuple(Drop(reason, count) for reason, count in drops.items() if count),
        fingerprints=b"".join([*(item.fingerprint for item in taken), *words]),
        known_as={**known_as, **_additional_ids(new, items, known.now)},
        forget=_out_of_date(new, items, known),
        by_words=by_words or made_up,
    )


def _additional_ids(new: Sequence[Item], items: Sequence[Item], now: datetime) -> dict[str, str]:
    """Additional ids of new items: from the words if the date may be made up and no other entry has them; from title and date for those of
    several entries with one title and the address of an article."""
    entries = Counter(item.words_id for item in items)
    words = {item.words_id: item.id for item in new if entries[item.words_id] == 1 and words_may_count(item, now)}
    twins = {item.title_id: item.id for item in new if item.twin and item.title_id and is_article(item.canonical)}
    return words | twins


def _out_of_date(new: Sequence[Item], items: Sequence[Item], known: StoredItems) -> tuple[str, ...]:
    """Additional ids from words that count no longer: the item was listed again with the same date, which is not made up; or the words
    are those of a new item."""
    again = [item for item in items if known.known_as.get(item.words_id) == item.id]
    return tuple(item.words_id for item in (*again, *new) if item.words_id in known.known_as)


def held_back(unknown: Sequence[Item], items: Sequence[Item], known: StoredItems) -> set[str]:
    """Ids of the unknown items that are repeats of a flood, recognised by titles that are known.

    A title alone proves little, since columns and guides always have the same, and logs only a few: an item that is dated later than
    several of its title repeats none, unless its date may be made up. So a flood needs FLOOD_TITLES different titles that are known with
    the same dates, or MANY_TITLES that are half of the document. After a flood (`flooded`), an item with a known title is news only if it
    is dated later than all known items of the document and its title is not known with its date."""
    listed: dict[str, set[int | None]] = {}
    for item in unknown:
        listed.setdefault(item.title, set()).add(to_seconds(item.published))
    repeats = [
        item
        for item in unknown
        if item.title in known.titles
        and (
            may_be_made_up(item.published, known.now) or not _recurs(item, known.titles[item.title], listed[item.title])
        )
    ]
    if known.flooded:
        latest = max((item.published for item in items if item.published and item.id in known.items), default=LAST)
        undated = [item for item in repeats if not item.published]
        dated = [one for one in repeats if one.published and (one.published <= latest or _has_its_date(one, known))]
        return {item.id for item in (dated + undated if _many(dated + undated) else dated)}
    dated = [item for item in repeats if item.published and _has_its_date(item, known)]
    if 2 * len(repeats) >= len(items) and (_many(dated) or _many(repeats, MANY_TITLES)):
        return {item.id for item in repeats}
    return {item.id for item in dated} if _many(dated) else set()


def _has_its_date(item: Item, known: StoredItems) -> bool:
    """Whether the title of an item is known with its date."""
    return to_seconds(item.published) in known.titles[item.title]


def _recurs(item: Item, dates: Collection[int | None], listed: Collection[int | None]) -> bool:
    """Whether an item is the next one with a title that recurs. `dates`: those of known items with it; `listed`: of unknown ones."""
    before = [date for date in dates if date is not None]
    at = to_seconds(item.published)
    return bool(before) and len(before) + len(listed) > 2 and at is not None and at > max(before)


def _many(items: Sequence[Item], titles: int = FLOOD_TITLES) -> bool:
    return len({item.title for item in items}) >= titles
