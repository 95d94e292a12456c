"""Wires the application together from its settings. The only package that names the concrete classes behind the ports."""

from __future__ import annotations

from aggregator.bootstrap.application import Application
from aggregator.bootstrap.installation import SERVERS, Database, Installation, utc_now
from aggregator.bootstrap.serving import library, web_application

__all__ = ["SERVERS", "Application", "Database", "Installation", "library", "utc_now", "web_application"]
