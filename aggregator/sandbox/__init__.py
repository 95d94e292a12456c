"""Parsing in processes that can be killed. The only room that starts children for documents; it knows `parse` and
`normalise` and nothing of where documents come from or go to."""

from __future__ import annotations

from aggregator.sandbox.pool import Sandbox

__all__ = ["Sandbox"]
