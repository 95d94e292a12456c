"""Finds what is wrong with a document that was read, as slugs for `SourceState.flaws`; `health.FLAWS` puts them into words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from aggregator.model.item import Drop, NormalFeed

MOST = 0.5
"""If at least this share of a document's items has a flaw, it is the source's flaw and not an item's."""
FEWEST = 3  # items; shares of fewer items mean nothing

UNDATED: Final = "undated"
FUTURE: Final = "future-dated"
THIN: Final = "thin"
FLOOD: Final = "guid-flood"
ALL_NEW: Final = "all-new"


def flaws(feed: NormalFeed, held_back: Iterable[Drop], news: int = 0) -> tuple[str, ...]:
    """The parser's flaws, and ours: `undated` (no plausible date), `future-dated`, `thin` (headlines only),
    `guid-flood` (known titles under new guids, held back), `all-new` (nothing in it was known, so that other news may have come and gone
    before). `news`: how many of its items are new; 0 for a back-catalogue, in which all are."""
    drops = {drop.reason: drop.count for drop in feed.drops}
    count = len(feed.items)
    shares = {
        UNDATED: sum(item.published is None for item in feed.items),
        FUTURE: drops.get("future-date", 0),
        THIN: sum(not (item.unread or item.fingerprint or item.summary or item.content) for item in feed.items),
    }
    found = [name for name, many in shares.items() if count >= FEWEST and many >= MOST * count]
    if any(drop.reason == "repeated" for drop in held_back):
        found.append(FLOOD)
    if news >= max(count, FEWEST):
        found.append(ALL_NEW)
    return (*feed.flaws, *found)
