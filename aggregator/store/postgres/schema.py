"""The schema and its migrations: numbered SQL files, each applied once; all that are due in one transaction. The row `schema` of the table
`meta` has the number of the last migration that was applied."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from functools import partial

from aggregator.errors import NotAStore, StoreBusy, StoreError, StoreReadOnly, StoreTooNew
from aggregator.normalise.address import canonical
from aggregator.store.dialect import Lock
from aggregator.store.migrations import Migration, read_migrations
from aggregator.store.postgres.connection import Connection, Raw, put
from aggregator.store.postgres.intake import index_texts
from aggregator.store.postgres.server import BUSY_SECONDS, READERS_WAIT
from aggregator.store.rows import address_hash
from aggregator.store.sources import FREE

log = logging.getLogger(__name__)

SEARCH_REBUILT = 28
"""Before this migration some texts in the full-text index differed from what `indexed` returns now (aggregator/text/search.py)."""
CANONICAL_REWRITTEN = 17
"""Before this migration some addresses had another canonical form (aggregator/normalise/address.py)."""
LOCKING_SECONDS = READERS_WAIT / 2
"""A migration waits for a table at most so many seconds at a time, since who wants to read it meanwhile waits behind the migration."""
BREATH = 0.2
"""Seconds between two attempts to lock all tables, in which those who read them have their turn."""


migrations = partial(read_migrations, "aggregator.store.postgres")


def version(raw: Raw) -> int:
    """The number of the last migration; 0 for a database without an archive."""
    # Not `to_regclass`, whose cache may be older than a lock that was just waited for. Other programs have a table `meta`, too.
    made = raw.execute(
        "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename IN ('meta', 'placements') HAVING count(*) = 2"
    ).fetchone()
    if not made:
        return 0
    row = raw.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    return int(row[0]) if row else 0


def migrate(connection: Connection) -> None:
    """Migrates the database to the newest schema. Of processes that start together, one migrates, and the others wait.

    Raises:
        StoreTooNew: a newer version wrote it.
        NotAStore: it has tables of another program.
        StoreReadOnly: an older version wrote it, and it cannot be changed from here.
    """
    known = migrations()
    newest = known[-1][0]
    with connection.translate():
        found = version(connection.raw)
    if found > newest:
        raise StoreTooNew(
            f"{connection.server.name}: written by a later version of this program (schema {found}, this one knows "
            f"{newest}); install that version again, or restore the dump made before the upgrade"
        )
    try:
        if found < newest:
            _apply(connection, known)
    except StoreReadOnly as error:
        if not found:
            raise
        raise StoreReadOnly(
            f"{connection.server.name}: written by an earlier version of this program (schema {found}, this one needs "
            f"{newest}), and cannot be migrated here; start a worker of this version that may write to it"
        ) from error
    connection.schema = newest


def _apply(connection: Connection, known: Sequence[Migration]) -> None:
    with connection.transaction(Lock.MIGRATING, unhurried=True) as raw:
        current = version(raw)
        if current >= known[-1][0]:
            return  # another process has done it meanwhile
        if not current:
            _refuse(connection, raw)
        else:
            log.warning("%s: migrating from schema %d to %d", connection.server.name, current, known[-1][0])
            if current < SEARCH_REBUILT:  # takes longest, and keeps nobody from reading
                _write_search(raw)
            _lock_tables(connection, raw)
            if current < SEARCH_REBUILT:
                _replace_search(raw)
        for number, _, text in known:
            if number > current:
                raw.execute(text.encode())
                raw.execute("INSERT INTO meta VALUES ('schema', %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                            (str(number),))  # fmt: skip
        raw.execute(FREE)  # processes that hold leases are of an earlier version, and cannot store anything any more
        if 0 < current < CANONICAL_REWRITTEN:
            _rewrite_canonical(raw)


def _lock_tables(connection: Connection, raw: Raw) -> None:
    """Locks all tables before the first is changed. Processes that read (`serve` of the earlier version) lock tables in another order: if
    they were locked one by one as they are changed, the server would end the migration as a deadlock. So it may end an attempt to lock
    them, which is then repeated. Tables that others have put beside ours, as extensions do, may not be ours to lock."""
    tables = raw.execute(
        "SELECT string_agg(quote_ident(t.tablename), ', ' ORDER BY t.tablename) FROM pg_tables t JOIN pg_tables ours USING "
        "(schemaname, tableowner) WHERE ours.tablename = 'meta' AND schemaname = current_schema() AND t.tablename NOT LIKE "
        "'procrastinate%%'"
    ).fetchall()[0][0]
    # Keeps out autovacuum, which the server ends for who has waited a second (`deadlock_timeout`), and nobody who reads.
    raw.execute(f"LOCK TABLE {tables} IN SHARE UPDATE EXCLUSIVE MODE".encode())
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            with connection.translate(), raw.transaction():
                raw.execute(f"SET LOCAL lock_timeout = '{LOCKING_SECONDS}s'".encode())
                raw.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE".encode())
                # A table's long texts are a table of their own, which an autovacuum may have alone until we change it.
                raw.execute(b"SET LOCAL lock_timeout TO DEFAULT")
            return
        except StoreBusy:
            if time.monotonic() >= until:
                raise
            time.sleep(BREATH)


def _write_search(raw: Raw) -> None:
    """Writes the full-text index from the texts, as a table beside the present one: readers go on meanwhile, and an index that is built
    at once takes a fraction of the time of one that is changed row by row."""
    raw.execute("CREATE TABLE search_anew (item BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)")
    index_texts(raw, "search_anew")
    # as in migrations 1 and 25
    raw.execute("CREATE INDEX search_words_anew ON search_anew USING gin (words) WITH (gin_pending_list_limit = 512)")
    raw.execute("ALTER TABLE search_anew ALTER COLUMN words SET STATISTICS 300")
    raw.execute("ANALYZE search_anew")


def _replace_search(raw: Raw) -> None:
    rights = (
        "SELECT format('ALTER TABLE search_anew OWNER TO %s', relowner::regrole) FROM pg_class WHERE oid = 'search'::regclass",
        "SELECT format('GRANT %s ON search_anew TO %s', privilege_type, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE "
        "grantee::regrole::text END) FROM pg_class, aclexplode(relacl) WHERE oid = 'search'::regclass",
    )
    for (given,) in [row for query in rights for row in raw.execute(query.encode()).fetchall()]:
        raw.execute(given.encode())
    raw.execute("DROP TABLE search")
    raw.execute("ALTER TABLE search_anew RENAME TO search")
    raw.execute("ALTER INDEX search_anew_pkey RENAME TO search_pkey")
    raw.execute("ALTER INDEX search_words_anew RENAME TO search_words")


def _rewrite_canonical(raw: Raw) -> None:
    """Updates the canonical form of those addresses whose form has changed."""
    last = 0
    while texts := raw.execute(
        "SELECT t.item, t.url, t.canonical, i.address FROM texts t JOIN items i ON i.n = t.item WHERE t.item > %s ORDER BY t.item "
        "LIMIT 10000",
        (last,),
    ).fetchall():
        now = [(item, canonical(url), before, address) for item, url, before, address in texts]
        changed = [(item, form) for item, form, before, _ in now if form != before]
        raw.execute(
            "UPDATE texts SET canonical = form FROM unnest(%s::bigint[], %s::text[]) AS changed (n, form) WHERE item = n",
            ([item for item, _ in changed], [form for _, form in changed]),
        )
        further = [
            (hashed, item) for item, form, _, first in now if (hashed := address_hash(form)) not in (None, first)
        ]
        put(raw, "addresses", "bigint bigint", further)
        last = texts[-1][0]


def _refuse(connection: Connection, raw: Raw) -> None:
    row = raw.execute("SHOW server_encoding").fetchone()
    if row and row[0] != "UTF8":
        raise StoreError(
            f"{connection.server.name}: its encoding is {row[0]}; make one with `createdb --encoding UTF8 --template template0`"
        )
    # Tables of a queue, too: ours are made after the archive, and our workers would delete the jobs of another program.
    strangers = raw.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LIMIT 1").fetchone()
    if strangers:
        raise NotAStore(
            f"{connection.server.name}: holds tables of another program ({strangers[0]}); it was left untouched. Give this "
            "one a database of its own"
        )
