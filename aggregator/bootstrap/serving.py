"""The wiring of the web: what its views use, and the WSGI application."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from aggregator.bootstrap.application import Application
from aggregator.bootstrap.installation import Installation, utc_now

if TYPE_CHECKING:
    from aggregator.web.in_force import InForce
    from aggregator.web.library import Library

RECEIPTS = 8192
"""The receipts of so many texts are kept, with some 2 kB each. Most news changes one story of a list, and the others are shown again with
it. A long month has 5,000: in a smaller cache each of them would have been evicted by the others before it is needed again."""


LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def in_force(application: Application, since: datetime) -> InForce:
    """What the web needs of a configuration. `since`: its date as long as the store has none."""
    from aggregator.model.feed import Names
    from aggregator.web.in_force import InForce

    settings = application.settings
    return InForce(
        settings=settings,
        names=Names(
            sections={section.id: section.title for section in settings.sections},
            topics=application.topic_titles,
            sources={source.id: source.name for source in settings.sources},
            addresses={source.id: application.public(source.url) for source in settings.sources},
            fallback=settings.fallback,
        ),
        publisher=application.publisher_called,
        publishers=application.publishers,
        receipts=lru_cache(RECEIPTS)(
            lambda title, summary, source: application.receipts(title, summary, application.sources.get(source or ""))
        ),
        root=(settings.site.url or application.installation.address).rstrip("/"),
        zone=ZoneInfo(settings.site.timezone),
        since=since,
    )


def written() -> datetime:
    """When the program last changed on this machine (by an upgrade, usually): since then the bytes of feeds and pages may differ. Not only
    by the code that writes them: the receipts that they show are computed, too."""
    files = (path for path in Path(__file__).parents[1].rglob("*.*") if path.parent.name != "__pycache__")
    return datetime.fromtimestamp(int(max(path.stat().st_mtime for path in files)), UTC)


def library(application: Application, written: datetime = LONG_AGO, began: datetime = LONG_AGO) -> Library:
    """The `Library` of the web. It follows the configuration in force. `written`: when the program last changed; `began`: when this process
    began to serve."""
    from aggregator.web.in_force import Following
    from aggregator.web.library import Library

    installation = application.installation
    following = Following(
        compile=lambda texts: in_force(Application.of_texts(installation, texts), written),
        current=in_force(application, written),
        written=written,
    )
    return Library(
        open_archive=application.database.read_only,
        configuration=following,
        clock=utc_now,
        troubles=application.database.troubles,
        began=began,
    )


def web_application() -> Any:
    """The WSGI application of a serving process; its installation comes from environment variables."""
    from aggregator.sandbox.parent import die_with_parent
    from aggregator.web.app import create_app
    from aggregator.worker import logs
    from aggregator.worker.startup import PARENT

    die_with_parent(int(parent) if (parent := os.environ.get(PARENT)) else None)
    installation = Installation.of_environment(os.environ)
    application, _ = Application.load_or_in_force(installation)
    logs.start(application.mask)
    # The process that served before may have answered within this second.
    return create_app(library(application, written(), utc_now().replace(microsecond=0) + timedelta(seconds=1)))
