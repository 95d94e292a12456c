"""`aggregator prune`: delete texts that are older than `keep` now."""

from __future__ import annotations

import argparse

from aggregator.bootstrap import Database, Installation, utc_now
from aggregator.cli.arguments import Command, nothing
from aggregator.cli.broken_file import file_or_in_force
from aggregator.text.plurals import counted


def run(args: argparse.Namespace, installation: Installation) -> int:
    database = Database(installation)
    archive = database.open_existing()
    archive.agree()
    archive.upkeep.check()  # it may not meet what is damaged, and would delete beside it
    with file_or_in_force(installation, archive.upkeep) as application:
        purged = archive.upkeep.prune(
            int(utc_now().timestamp()), *application.keep, named=application.policy.overrides.named
        )
        archive.close()
        print(f"The texts of {counted(purged, 'item')} were deleted; headlines and links stay.")
    return 0


COMMAND = Command(
    "Delete the texts of items that their source has not listed for `keep` (in feeds.yaml). Headlines and links stay.",
    nothing,
    run,
)
