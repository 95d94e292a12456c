"""`aggregator apply`: put the configured file in force now."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from aggregator.bootstrap import Application, Installation
from aggregator.cli.arguments import Command, json_option
from aggregator.cli.edition import editing, re_place_stored, seconds
from aggregator.cli.terminal import print_json, say
from aggregator.errors import AggregatorError, StoreError
from aggregator.pipeline.edits.changes import BRIEFLY
from aggregator.text.plurals import counted

if TYPE_CHECKING:
    from aggregator.bootstrap.installation import Store


def run(args: argparse.Namespace, installation: Installation) -> int:
    application = Application.load(installation)
    settings = application.settings
    say(application.database.notice_if_new())
    archive = application.database.open()
    archive.agree()
    before = archive.upkeep.configuration()
    for problem in application.admit(archive.upkeep):
        print(problem, file=sys.stderr)
    found = application.changes_since(before, archive.upkeep)
    applied = application.put_in_force(archive, seconds(), over=before and before.epoch)
    in_force = archive.upkeep.configuration()
    if not applied and in_force and in_force.epoch != settings.epoch:  # a service has applied a later save, perhaps
        raise AggregatorError(
            "another edit came into force while the examples were run; nothing was changed, apply again"
        )
    result = f"{installation.config} {'is in force now' if applied else 'was in force already'}"
    running = _is_running(application, archive)
    replaced = 0 if running else _re_placed(application, archive, result)
    archive.close()
    if args.json:
        row = {"applied": applied, "epoch": settings.epoch, "running": running, "re_placed": replaced}
        print_json({**row, "changed": found.as_json()})
        return 0
    print(f"{result}.")
    for line in found.lines(BRIEFLY):
        print(f"  {line}")
    if running and applied:
        print(
            "The running service follows within seconds and re-places stored stories; /api/v1/status shows the progress."
        )
    elif replaced:
        print(f"{counted(replaced, 'stored story was', 'stored stories were')} re-placed.")
    return 0


def _is_running(application: Application, archive: Store) -> bool:
    """Whether a worker runs that follows the configuration in force and re-places stored stories."""
    if application.database.shared:
        from aggregator.bootstrap.engines import worker_runs

        return worker_runs(archive)
    from aggregator.worker.lock import locks

    return any(lock.held() for lock in locks(application.installation.instance, application.database.file))


def _re_placed(application: Application, archive: Store, result: str) -> int:
    try:
        with editing(archive) as proceed:
            return re_place_stored(archive, application, proceed)
    except (KeyboardInterrupt, StoreError):
        rest = "; stored stories that were not re-placed yet follow with the next `apply`, `poll` or `run`"
        print(f"{result}{rest if _some_wait(application, archive) else ''}.", file=sys.stderr)
        raise


def _some_wait(application: Application, archive: Store) -> bool:
    """Whether stored stories are still to be re-placed, or may be, as the archive cannot be read."""
    try:
        return bool(archive.edition.outdated(application.policy.with_like(archive.upkeep).epoch, 1))
    except StoreError:
        return True


COMMAND = Command(
    "Put the configured file in force now. Needed only with `reload: manual`, or when no service is running that would "
    "apply the saved file by itself.",
    json_option,
    run,
)
