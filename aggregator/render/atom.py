"""Atom 1.0 (RFC 4287), by feedgen."""

from __future__ import annotations

from aggregator.model.feed import Rendered, Stream
from aggregator.render.bytes import rendered
from aggregator.render.xmlfeed import written

TYPE = "application/atom+xml"


def render(stream: Stream) -> Rendered:
    body = written(stream, "atom", TYPE, lambda feed: bytes(feed.atom_str()), b"</feed>")
    return rendered(body, f"{TYPE}; charset=utf-8", stream.modified or stream.updated)
