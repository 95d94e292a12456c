"""Lets the service, and commands that read or tidy the archive, start while feeds.yaml is broken."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from aggregator.bootstrap import Application, Installation
from aggregator.errors import ConfigError
from aggregator.ports import Upkeep


def for_service(installation: Installation) -> Application:
    """The configuration of the file. If it is broken, that is reported, and it is the one in force: after a crash or a reboot, readers
    notice nothing and no news is missed. (The worker's log will say the same, but only once the archive was examined and can be written.)

    Raises:
        ConfigError: the file is broken, and no configuration is in force, or it cannot be read here.
    """
    application, broken = Application.load_or_in_force(installation)
    if broken:
        print(
            f"{broken}\nwarning: {installation.config} is broken; going on by the configuration in force",
            file=sys.stderr,
        )
    return application


@contextmanager
def file_or_in_force(installation: Installation, upkeep: Upkeep | None = None) -> Iterator[Application]:
    """A context with the configuration of the file. If that is broken, it is the one in force, and the error is raised at the end of the
    context, so that `main` prints it.

    `upkeep`: of the archive, for what cannot be undone. Then the one in force also decides where the file is only proposed (`reload:
    manual`) or may be an old copy (on another machine), and where its examples fail, so that no service would put it in force.

    Raises:
        ConfigError: the file is broken (at the end if a configuration is in force, else at once).
    """
    application, broken = Application.load_or_in_force(installation)
    if broken is None and upkeep is not None:
        in_force = upkeep.configuration()
        if application.database.shared or application.settings.site.reload == "manual":
            application = application.following(in_force)
        else:
            try:
                application.admit(upkeep)
            except ConfigError as error:
                application, broken = application.following(in_force), error
    if broken is None:
        yield application
        return
    with suppress(BrokenPipeError):  # of a reader that has enough (`| head`): the file is as broken as it is
        yield application
        sys.stdout.flush()
    print(f"warning: {installation.config} is broken, so this is by the configuration in force:", file=sys.stderr)
    raise broken
