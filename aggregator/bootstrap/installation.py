"""Where the configuration and the data of a service are, and the clock that it uses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from aggregator.errors import UsageError


class Installation(Struct, frozen=True):
    """`config`: path of feeds.yaml; `instance`: folder of the data; `database`: --database, if given; `address`: the address at which
    the service listens, used in links if `site.url` is not set.

    Raises:
        UsageError: the path of the configuration is not in UTF-8. Messages and the stored configuration contain it.
    """

    config: Path
    instance: Path
    database: str | None = None
    address: str = "http://127.0.0.1:8000"

    def __post_init__(self) -> None:
        try:
            str(self.config).encode()
        except UnicodeEncodeError:
            raise UsageError(f"the path is not in UTF-8, rename the folder or file: {str(self.config)!a}") from None

    @classmethod
    def of_environment(cls, environ: Mapping[str, str]) -> Installation:
        return cls(
            Path(environ.get("AGGREGATOR_CONFIG", "feeds.yaml")),
            Path(environ.get("AGGREGATOR_INSTANCE", "instance")),
            environ.get("AGGREGATOR_DATABASE_URL") or None,
            environ.get("AGGREGATOR_ADDRESS", "http://127.0.0.1:8000"),
        )

    def environment(self) -> dict[str, str]:
        """Environment variables for a child process of the same installation."""
        return {
            "AGGREGATOR_CONFIG": str(self.config),
            "AGGREGATOR_INSTANCE": str(self.instance),
            "AGGREGATOR_DATABASE_URL": self.database or "",
            "AGGREGATOR_ADDRESS": self.address,
        }


def is_there(path: Path) -> bool:
    """Whether there is anything at this path. Unlike `Path.exists`, which from Python 3.14 on returns False if the folder may not be
    read.

    Raises:
        OSError: the folder may not be read.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def utc_now() -> datetime:
    return datetime.now(UTC)
