"""Recognises a flood: an outlet has changed all its guids and addresses, so its document has unknown entries with titles that are known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from aggregator.model.item import Item
from aggregator.model.poll import StoredItems
from aggregator.normalise.dates import to_seconds
from aggregator.normalise.identity import may_be_made_up

FLOOD_TITLES = 3  # fewer different titles that repeat are no flood, but columns that always have the same title …
MANY_TITLES = 5  # … and fewer with other dates than those known are none, but a log with a few titles
_LAST = datetime.max.replace(tzinfo=UTC)


def held_back(unknown: Sequence[Item], items: Sequence[Item], known: StoredItems) -> set[str]:
    """Ids of the unknown ones of a document's items that are repeats of a flood."""
    repeated = _repeated(unknown, items, known)
    return repeated | _imported(unknown, repeated, known)


def _repeated(unknown: Sequence[Item], items: Sequence[Item], known: StoredItems) -> set[str]:
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
        latest = max((item.published for item in items if item.published and item.id in known.items), default=_LAST)
        undated = [item for item in repeats if not item.published]
        dated = [
            item
            for item in repeats
            if item.published and (item.published <= latest or to_seconds(item.published) in known.titles[item.title])
        ]
        return {item.id for item in (dated + undated if _many(dated + undated) else dated)}
    dated = [item for item in repeats if item.published and to_seconds(item.published) in known.titles[item.title]]
    if 2 * len(repeats) >= len(items) and (_many(dated) or _many(repeats, MANY_TITLES)):
        return {item.id for item in repeats}
    return {item.id for item in dated} if _many(dated) else set()


def _imported(unknown: Sequence[Item], repeated: Collection[str], known: StoredItems) -> set[str]:
    """Ids of the unknown items with known titles that are dated no later than the newest repeat of a flood, if all repeats have other dates
    than those known: the outlet dated everything anew, also the entries of its columns."""
    repeats = [item for item in unknown if item.id in repeated]
    dates = [
        item.published
        for item in repeats
        if item.published and to_seconds(item.published) not in known.titles[item.title]
    ]
    if len(dates) < len(repeats) or not _many(repeats, MANY_TITLES):
        return set()
    last = max(dates)
    return {item.id for item in unknown if item.title in known.titles and item.published and item.published <= last}


def _recurs(item: Item, dates: Collection[int | None], listed: Collection[int | None]) -> bool:
    """Whether an item is the next one with a title that recurs. `dates`: those of known items with it; `listed`: of unknown ones."""
    before = [date for date in dates if date is not None]
    at = to_seconds(item.published)
    return bool(before) and len(before) + len(listed) > 2 and at is not None and at > max(before)


def _many(items: Sequence[Item], titles: int = FLOOD_TITLES) -> bool:
    return len({item.title for item in items}) >= titles
