"""The formats, in order of preference: a new one is one module and one line."""

from __future__ import annotations

from collections.abc import Callable

from aggregator.model.stream import Rendered, Stream
from aggregator.render import atom, jsonfeed, rss

FORMATS: dict[str, Callable[[Stream], Rendered]] = {
    "rss": rss.render,
    "atom": atom.render,
    "json": jsonfeed.render,
}
"""Extension of the address → renderer."""

TYPES = {"rss": rss.TYPE, "atom": atom.TYPE, "json": jsonfeed.TYPE}
