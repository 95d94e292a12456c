"""Which texts are old enough to be deleted, and which addresses need not be kept. The same for every backend."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from aggregator.store.dialect import Reads, Writes
from aggregator.store.rows import address_hash

LISTED_EVERY = 86_400
"""Seconds: how exactly it is noted when an item was last listed. Finer, and every poll would rewrite every row."""

EMPTY_TEXTS = "UPDATE texts SET pruned = (pruned OR summary != ''), summary = '', content = '', enclosures = NULL"
"""The backend adds the condition. An item that was a headline alone has lost nothing, and does not count as pruned."""

KEPT = "(t.content != '' OR t.summary != '')"
"""A condition on a text `t` that is not deleted yet, worded as that of its index."""

MOVES = 20
"""How often an article may move before only its present address is kept: links of one that moves more often differ at each poll. So do
guids of one that had more of them, of which no further one is noted."""


def limits(db: Reads, now: int, keep: int, per_source: Mapping[str, int]) -> Iterator[tuple[int, int]]:
    """(number of a source, time): texts last listed before that time are deleted. A source that answers "not modified"
    lists what its last document did, although nothing was read again."""
    # The newest first: of a source that has news its first item tells.
    recent = (
        "SELECT 1 FROM items i CROSS JOIN texts t WHERE t.item = i.n AND i.source = ? AND t.listed >= ? "
        "ORDER BY i.entered DESC, i.n DESC LIMIT 1"
    )
    for n, id, answered in db.read("SELECT n, id, last_success FROM sources ORDER BY n"):
        limit = now - per_source.get(id, keep)
        if answered is not None and answered >= limit and not db.read(recent, (n, limit + LISTED_EVERY)):
            limit = min(limit, _last_document(db, n) - LISTED_EVERY)
        yield n, limit


def listed_before(db: Reads, moment: int) -> dict[int, list[tuple[int, int]]]:
    """Number of a source → its items that have a text and were last listed before `moment`, each with when that was. What is deleted
    already, most of an old archive, is in neither index that is read."""
    rows = db.read(
        f"SELECT i.source, t.item, t.listed FROM texts t JOIN items i ON i.n = t.item WHERE t.listed < ? AND {KEPT}",
        (moment,),
    ) + db.read(
        "SELECT i.source, t.item, t.listed FROM articles a JOIN texts t ON t.item = a.item JOIN items i ON i.n = t.item "
        f"WHERE a.content != '' AND t.listed < ? AND NOT {KEPT}",
        (moment,),
    )
    found: dict[int, list[tuple[int, int]]] = {}
    for source, item, listed in sorted(rows, key=lambda row: int(row[1])):
        found.setdefault(source, []).append((item, listed))
    return found


def forget_document(db: Writes, source: int, limit: int) -> None:
    """If a source has not answered since `limit`, the texts of its last document are deleted, too. Should it come back with the same
    document, that must be read again, so everything by which it would be recognised is forgotten. An empty `body_hash` still says that
    there was one."""
    db.write(
        "UPDATE sources SET etag = NULL, last_modified = NULL, body_hash = '' "
        "WHERE n = ? AND last_success < ? AND body_hash != ''",
        (source, limit),
    )


def forget_addresses(db: Writes, named: Collection[str]) -> None:
    """Of articles that moved more than MOVES times, all addresses but the present ones and those `named`, in canonical form."""
    items = [n for (n,) in db.read("SELECT item FROM addresses GROUP BY item HAVING count(*) > ?", (MOVES,))]
    present = [canonical for (canonical,) in db.select("SELECT canonical FROM texts WHERE item IN", items)]
    kept = {hashed for address in (*named, *present) if (hashed := address_hash(address)) is not None}
    one_of, listed = db.dialect.one_of, db.dialect.listed
    db.write(
        f"DELETE FROM addresses WHERE {one_of.format('item')} AND NOT {one_of.format('address')}",
        (listed(items), listed(kept)),
    )


def note_listed(db: Writes, sources: Collection[int], read: Mapping[int, int]) -> None:
    """Note, before another document of these sources is stored, that what the last one listed was listed until its source last
    answered. A day is taken off, so that what the new document lists is noted in turn, and can later be told from what it omits.

    `read`: of a source, the time of a document that is stored. If it was the last answer, nothing was listed any longer; else all texts
    of the source are gone through."""
    # The last document of a source that had something new since is as young.
    quiet = "SELECT n, last_success FROM sources WHERE last_success - ? > coalesce(last_new, 0) AND n IN"
    for source, answered in db.select(quiet, sources, "", LISTED_EVERY):
        if read.get(source) == answered:
            continue
        until = answered - LISTED_EVERY
        db.write(
            "UPDATE texts SET listed = ? WHERE listed >= ? AND listed < ? AND item IN (SELECT n FROM items WHERE source = ?)",
            (until, _last_document(db, source) - LISTED_EVERY, until, source),
        )


def _last_document(db: Reads, source: int) -> int:
    """When items of a source were last read from one of its documents; 0: it has none."""
    query = "SELECT max(t.listed) FROM items i JOIN texts t ON t.item = i.n WHERE i.source = ?"
    return int(db.read(query, (source,))[0][0] or 0)
