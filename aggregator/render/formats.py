"""The feed formats, in order of preference. A new format needs a module and a line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from aggregator.model.feed import Rendered, Stream
from aggregator.render import atom, jsonfeed, rss


class Format(NamedTuple):
    """`name` as readers know it; `type` is the media type; `receipts`: whether it shows why a story is where it is."""

    name: str
    type: str
    render: Callable[[Stream], Rendered]
    receipts: bool = False


FORMATS = {
    "rss": Format("RSS", rss.TYPE, rss.render),
    "atom": Format("Atom", atom.TYPE, atom.render),
    "json": Format("JSON Feed", jsonfeed.TYPE, jsonfeed.render, receipts=True),
}
"""Extension of the address → format."""
