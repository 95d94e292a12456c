"""Bytes to a parsed feed. Pure: no network, no files, no clock; the only package that imports feedparser and
fastfeedparser. Nothing it returns is trusted."""

from __future__ import annotations

from aggregator.parse.reader import PARSERS, parse

__all__ = ["PARSERS", "parse"]
