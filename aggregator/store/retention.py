"""Decides which texts are old enough to be deleted, and which addresses are no longer needed. The same for all backends."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping

from aggregator.store.dialect import Reads, Writes
from aggregator.store.rows import address_hash, grouped
from aggregator.store.sources import lock_sources

LISTED_EVERY = 86_400
"""Seconds. The time at which an item was last listed is stored with this precision; else every poll would rewrite every row."""

EMPTY_TEXTS = """
    UPDATE texts SET item = item, pruned = (pruned OR summary != ''),
        hash = CASE WHEN summary = '' AND content = '' AND enclosures IS NULL THEN hash ELSE '' END,
        summary = '', content = '', enclosures = NULL
"""
"""The backend adds the condition. Without the hash the item counts as changed if its source lists it again; one that had only a headline
loses nothing, and keeps it. `pruned`: it cannot be judged again, since it was judged by its headline and summary. `item = item` makes
SQLite delete the row and insert it anew. Only then does it join pages that are nearly empty, so that their space is reused: rows that just
get shorter leave it between them, where no later text fits."""

DELETED = {"summary", "content", "enclosures"}
"""The columns that it empties."""

EMPTY_ARTICLES = "UPDATE articles SET item = item, content = '' WHERE item IN"

KEPT = "(t.content != '' OR t.summary != '' OR t.enclosures IS NOT NULL)"
"""The condition that a text `t` is not deleted yet. It must have the same words as the condition of its partial index."""

MOVES = 20
"""If an article moves more often, only its present address is kept: its link is probably different at each poll. In the same way at most
so many additional ids (guids) of an item are stored."""


def limits(db: Reads, now: int, keep: int, per_source: Mapping[str, int]) -> list[tuple[int, int, int]]:
    """For each source (number, time, `keep` ago): its texts that were last listed before that time are to be deleted. If a source answers,
    the items of its last document count as still listed, although they are not read again if that has not changed. They were listed since
    its last news. (News of a time yet to come was told while the clock was ahead.)"""
    found = []
    for n, id, answered, news in db.read(
        "SELECT n, id, last_success, CASE WHEN last_new <= ? THEN last_new ELSE 0 END FROM sources ORDER BY n", (now,)
    ):
        since = now - per_source.get(id, keep)
        answers = answered is not None and answered >= since
        found.append((n, min(since, news - LISTED_EVERY) if answers else since, since))
    return found


def first_since(db: Reads, moment: int, now: int) -> int:
    """The first item that was stored after this time, at the latest. Times yet to come are those of a clock that was ahead. Numbers of
    items do not depend on the clock. What was stored after an item that entered within `keep` is no older, though the clock may have been
    set back, and said so."""
    # "+ 0": otherwise PostgreSQL goes through all items, from the first one on, instead of the index of these.
    ((first,),) = db.read("SELECT min(n + 0) FROM items WHERE entered BETWEEN ? AND ?", (moment, now))
    return sys.maxsize if first is None else int(first)


def listed_before(db: Reads, moments: Mapping[int, int]) -> dict[int, list[tuple[int, int]]]:
    """Number of a source → (item, time when it was last listed) of its items that have a text and were last listed before the moment of
    the source. Texts deleted before, most of an old archive, are not in the two partial indexes that this reads; those of sources that
    keep them longer are not in the result, which would take as much memory as they are many."""
    of = grouped((moment, source) for source, moment in moments.items())
    if not of:
        return {}
    own = " ".join(f"WHEN i.source IN ({', '.join(map(str, sources))}) THEN ?" for sources in of.values())
    old, values = f"t.listed < ? AND t.listed < CASE {own} END", (max(of), *of)
    rows = db.read(
        f"SELECT i.source, t.item, t.listed FROM texts t JOIN items i ON i.n = t.item WHERE {KEPT} AND {old}", values
    ) + db.read(
        "SELECT i.source, t.item, t.listed FROM articles a JOIN texts t ON t.item = a.item JOIN items i ON i.n = t.item "
        f"WHERE a.content != '' AND NOT {KEPT} AND {old}",
        values,
    )
    return grouped((source, (item, listed)) for source, item, listed in sorted(rows, key=lambda row: int(row[1])))


def forget_document(db: Writes, source: int, limit: int) -> None:
    """Forgets how to recognise the last document of a source that has not answered since `limit`. The texts of that document are deleted
    too. If the source returns with the same document, it must be read again. `body_hash` becomes empty and not NULL, since NULL means that
    there never was a document."""
    db.write(
        "UPDATE sources SET etag = NULL, last_modified = NULL, body_hash = '' "
        "WHERE n = ? AND last_success < ? AND body_hash != ''",
        (source, limit),
    )


def forget_addresses(db: Writes, named: Collection[str]) -> None:
    """Deletes the addresses of articles that moved more than MOVES times, except the present ones and those `named` (canonical)."""
    items = [n for (n,) in db.read("SELECT item FROM addresses GROUP BY item HAVING count(*) > ?", (MOVES,))]
    # Otherwise a poll could move one of these articles back to an address that is deleted here as not its present one.
    lock_sources(db, "n", {source for (source,) in db.select("SELECT source FROM items WHERE n IN", items)})
    present = [canonical for (canonical,) in db.select("SELECT canonical FROM texts WHERE item IN", items)]
    kept = {hashed for address in (*named, *present) if (hashed := address_hash(address)) is not None}
    one_of, listed = db.dialect.one_of, db.dialect.listed
    db.write(
        f"DELETE FROM addresses WHERE {one_of.format('item')} AND NOT {one_of.format('address')}",
        (listed(items), listed(kept)),
    )


def note_listed(db: Writes, sources: Collection[int], read: Mapping[int, int]) -> None:
    """Before another document of these sources is stored: notes that the items of the last document were listed until the last answer.

    A day (LISTED_EVERY) is subtracted, so that the items of the new document get a later time, and those that it omits can be
    distinguished.

    `read`: number of a source → time of its last document. If that was its last answer, there is nothing to note; otherwise all texts of
    the source are scanned."""
    # A source that had something new a day or less before its last answer needs no note: its last document is recent enough.
    quiet = "SELECT n, last_success, coalesce(last_new, 0) FROM sources WHERE last_success - ? > coalesce(last_new, 0) AND n IN"
    for source, answered, news in db.select(quiet, sources, "", LISTED_EVERY):
        if read.get(source) == answered:
            continue
        until = answered - LISTED_EVERY
        db.write(
            "UPDATE texts SET listed = ? WHERE listed >= ? AND listed < ? AND item IN (SELECT n FROM items WHERE source = ?)",
            (until, news - LISTED_EVERY, until, source),
        )
