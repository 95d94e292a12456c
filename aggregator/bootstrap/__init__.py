"""Wires the application together from its settings. The only package that names the concrete classes behind the ports."""

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
