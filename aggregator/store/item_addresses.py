"""Which items an address means: those that were found there, and those that their outlet moved there later. The same SQL serves
every backend.
"""

from __future__ import annotations

from collections.abc import Collection

from aggregator.store.dialect import Reads
from aggregator.store.rows import address_hash, to_id


def items_at(db: Reads, canonicals: Collection[str]) -> dict[str, list[int]]:
    """Canonical address → numbers of its items: those that were found there, in the order in which they came, then those that were
    moved there."""
    wanted = {hashed: address for address in canonicals if (hashed := address_hash(address)) is not None}
    found: dict[str, dict[int, None]] = {}
    for query in ("SELECT n, address FROM items", "SELECT item, address FROM addresses"):
        for n, hashed in sorted(db.select(f"{query} WHERE address IN", list(wanted))):
            found.setdefault(wanted[hashed], {})[n] = None
    return {address: list(items) for address, items in found.items()}


def placed_at(db: Reads, canonicals: Collection[str]) -> dict[str, dict[int, int]]:
    """Canonical address → its placed items in the order of `items_at`, each with its story."""
    found = items_at(db, canonicals)
    items = {n for numbers in found.values() for n in numbers}
    story = dict(db.select("SELECT item, story FROM placements WHERE item IN", items))
    placed = {address: {n: story[n] for n in numbers if n in story} for address, numbers in found.items()}
    return {address: found for address, found in placed.items() if found}


def newest_at(db: Reads, source: str, canonicals: Collection[str]) -> dict[str, str]:
    """Canonical address → id of the newest item of this source there."""
    found = items_at(db, canonicals)
    items = {n for numbers in found.values() for n in numbers}
    query = "SELECT i.n, i.id FROM sources s JOIN items i ON i.source = s.n WHERE s.id = ? AND i.n IN"
    own = dict(db.select(query, items, "", source))
    newest = {address: max((n for n in numbers if n in own), default=None) for address, numbers in found.items()}
    return {address: to_id(own[n]) for address, n in newest.items() if n is not None}
