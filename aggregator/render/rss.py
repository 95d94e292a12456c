"""RSS 2.0, by feedgen."""

from __future__ import annotations

from aggregator.model.stream import Rendered, Stream
from aggregator.render.bytes import rendered
from aggregator.render.xmlfeed import generator

TYPE = "application/rss+xml"


def render(stream: Stream) -> Rendered:
    return rendered(
        generator(stream, "rss", TYPE).rss_str(), f"{TYPE}; charset=utf-8", stream.modified or stream.updated
    )
