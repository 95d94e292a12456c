"""The feed formats, in order of preference. A new one is one module and one line here."""

from __future__ import annotations

from collections.abc import Callable

from aggregator.model.stream import Rendered, Stream
from aggregator.render import atom, jsonfeed, rss

FORMATS: dict[str, Callable[[Stream], Rendered]] = {
    "rss": rss.render,
    "atom": atom.render,
    "json": jsonfeed.render,
}
"""Extension of the address → function that renders a stream."""

TYPES = {"rss": rss.TYPE, "atom": atom.TYPE, "json": jsonfeed.TYPE}
