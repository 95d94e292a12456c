"""`aggregator copy URL`: copy a SQLite archive into a PostgreSQL database, and check it row by row."""

from __future__ import annotations

import argparse

from msgspec.structs import replace

from aggregator.bootstrap import SERVERS, Database, Installation
from aggregator.cli.arguments import Command
from aggregator.cli.terminal import bar
from aggregator.errors import AlreadyRunning, StoreError, UsageError


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", help="the database to fill: postgresql://USER@HOST/DATABASE, empty")


def run(args: argparse.Namespace, installation: Installation) -> int:
    from aggregator.worker.lock import locks

    held = Database(installation)
    if held.shared or not args.url.startswith(SERVERS):
        raise UsageError(
            "copies a SQLite archive (--database sqlite:///… or none) into postgresql://USER@HOST/DATABASE"
        )
    if not held.exists:
        raise StoreError(f"{held.file}: there is no archive to copy")
    if any(lock.held() for lock in locks(installation.instance, held.file)):
        raise AlreadyRunning(f"a service polls into {held.file}; stop it first: what came later would be lost")
    target = Database(replace(installation, database=args.url)).server()
    source = held.sqlite()
    from aggregator.store.transfer import transfer

    with bar("Copying") as progress:
        sums = transfer(source, target, progress)
    source.close()
    target.close()
    for table, one in sorted(sums.items()):
        print(f"{table:16} {one.rows:10} rows  {one.digest:016x}")
    print("All tables were copied, read back and found identical. From now on, start with this --database (or")
    print("AGGREGATOR_DATABASE_URL). Keep the SQLite file until you trust the server; it is no longer written to.")
    return 0


COMMAND = Command(
    "Copy a SQLite archive into an empty PostgreSQL database, and check every row.",
    add,
    run,
    "copy postgresql://wire@db.example.org/wire",
)
