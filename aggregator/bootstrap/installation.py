"""Where the service is installed, and the clock that it uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the configuration and the data of a service are, and its own address, which links have if `site.url` is not set."""

    config: Path
    instance: Path
    database: str | None = None
    address: str = "http://127.0.0.1:8000"

    @classmethod
    def of_environment(cls, environ: Mapping[str, str]) -> Installation:
        return cls(
            Path(environ.get("AGGREGATOR_CONFIG", "feeds.yaml")),
            Path(environ.get("AGGREGATOR_INSTANCE", "instance")),
            environ.get("AGGREGATOR_DATABASE_URL") or None,
            environ.get("AGGREGATOR_ADDRESS", "http://127.0.0.1:8000"),
        )

    def environment(self) -> dict[str, str]:
        """The environment of a child process of the same installation."""
        return {
            "AGGREGATOR_CONFIG": str(self.config),
            "AGGREGATOR_INSTANCE": str(self.instance),
            "AGGREGATOR_DATABASE_URL": self.database or "",
            "AGGREGATOR_ADDRESS": self.address,
        }


def is_there(path: Path) -> bool:
    """Whether there is anything at this path. `Path.exists` says no where it may not look, from Python 3.14 on.

    Raises:
        OSError: this user may not look there.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def utc_now() -> datetime:
    return datetime.now(UTC)
