"""RSS 2.0, by feedgen."""

from __future__ import annotations

from aggregator.model.feed import Rendered, Stream
from aggregator.render.bytes import rendered
from aggregator.render.xmlfeed import written

TYPE = "application/rss+xml"


def render(stream: Stream) -> Rendered:
    body = written(stream, "rss", TYPE, lambda feed: bytes(feed.rss_str()), b"</channel></rss>")
    return rendered(body, f"{TYPE}; charset=utf-8", stream.modified or stream.updated)
