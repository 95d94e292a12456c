"""What polling needs besides the states of the sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgspec import Struct

from aggregator.model.settings import Defaults, Source
from aggregator.ports import Archive, Clock, Extractor, Fetcher, Parser


class Tools(Struct, frozen=True):
    """`archive` is used for writing, in threads; `lookup` is the same archive with another connection, so that reading does not wait for
    writing. `request(source)`: (address, headers) with secrets substituted (KeyError: an environment variable is missing). `jitter()`:
    a random number in [0, 1). `mask(message)` masks secrets; `secrets(source)` finds those of a source. `publisher(name, address)`: the
    canonical name of an outlet. `owner`: the identity that claimed the sources."""

    archive: Archive
    lookup: Archive
    fetch: Fetcher
    parse: Parser
    clock: Clock
    jitter: Callable[[], float]
    defaults: Defaults
    sources: Mapping[str, Source]
    request: Callable[[Source], tuple[str, tuple[tuple[str, str], ...]]]
    mask: Callable[[str], str] = lambda text: text
    secrets: Callable[[Source], re.Pattern[str] | None] = lambda source: None
    extract: Extractor | None = None  # None: no articles are asked for
    publisher: Callable[[str, str | None], str] = lambda name, url: name
    owner: str | None = None
