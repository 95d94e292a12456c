"""Settings in, wired application out: the only package that names concrete classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.bootstrap.application import Application
from aggregator.bootstrap.database import SERVERS, Database
from aggregator.bootstrap.installation import Installation, utc_now
from aggregator.bootstrap.serving import library, web_application

if TYPE_CHECKING:
    from aggregator.bootstrap.database import Store

__all__ = [
    "SERVERS",
    "Application",
    "Database",
    "Installation",
    "Store",
    "library",
    "utc_now",
    "web_application",
]
