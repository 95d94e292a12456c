"""What the pipeline needs of the world. Bootstrap says which class stands behind each; a test says a function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aggregator.model.item import NormalFeed
from aggregator.model.source import Fetched, FetchRequest, Outcome, ParseJob

Clock = Callable[[], datetime]
"""Aware UTC now."""

Fetcher = Callable[[FetchRequest], Awaitable[Outcome]]
"""One conditional request within all limits; failures are values."""

Parser = Callable[[Fetched, ParseJob], Awaitable[NormalFeed]]
"""Bytes to a normalised feed, in a child that can be killed. Raises ParseError (no feed) and SandboxError (the
child stalled or died)."""
