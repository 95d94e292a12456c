"""The feed formats, in order of preference. A new format needs a module and a line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from aggregator.model.feed import Rendered, Stream
from aggregator.render import atom, jsonfeed, rss


class Format(NamedTuple):
    """`name` as readers know it; `type` is the media type."""

    name: str
    type: str
    render: Callable[[Stream], Rendered]


FORMATS = {
    "rss": Format("RSS", rss.TYPE, rss.render),
    "atom": Format("Atom", atom.TYPE, atom.render),
    "json": Format("JSON Feed", jsonfeed.TYPE, jsonfeed.render),
}
"""Extension of the address → format."""
