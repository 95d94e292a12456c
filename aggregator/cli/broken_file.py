"""Commands that read or tidy the archive work while feeds.yaml is broken, as the service does."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from aggregator.bootstrap import Application, Installation


@contextmanager
def file_or_in_force(installation: Installation) -> Iterator[Application]:
    """The configuration of the file; or if that is broken the one in force, and afterwards the error, which `main` prints.

    Raises:
        ConfigError: the file is broken, whether or not another configuration is in force.
    """
    application, broken = Application.load_or_in_force(installation)
    yield application
    if broken:
        sys.stdout.flush()
        print(f"warning: {installation.config} is broken, so this is by the configuration in force:", file=sys.stderr)
        raise broken
