"""Keeps the secrets in addresses of sources out of what is stored."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from aggregator.addresses import plain
from aggregator.model.item import Item, NormalFeed
from aggregator.model.source import Fetched, NotModified

_TEXTS = ("key", "url", "canonical", "title", "summary", "content", "author", "publisher", "image")
"""The texts of an item in which an outlet may repeat a secret."""


def without_secrets(feed: NormalFeed, secrets: re.Pattern[str] | None) -> NormalFeed:
    """Hide the secrets of a source in its items. A feed with a personal key often repeats it in the links of its items, which everybody
    would see."""
    if secrets is None:
        return feed

    def hide(text: Any) -> Any:
        return secrets.sub("***", text) if text else text

    def hidden(item: Item) -> Item:
        enclosures = tuple(replace(one, url=hide(one.url)) for one in item.enclosures)
        texts = {name: hide(getattr(item, name)) for name in _TEXTS}
        return replace(item, **texts, categories=tuple(map(hide, item.categories)), enclosures=enclosures)

    channel = feed.channel
    shown = replace(channel, title=hide(channel.title), link=hide(channel.link), icon=hide(channel.icon))
    return replace(feed, items=tuple(map(hidden, feed.items)), channel=shown)


def reveals(outcome: Fetched | NotModified, asked: str, secrets: re.Pattern[str] | None) -> bool:
    """Whether the addresses to which a request led contain a secret of the source that its own does not have: a key in its headers, which
    the server repeats there."""
    led = f"{outcome.url} {outcome.permanent or ''}"
    return secrets is not None and not {*secrets.findall(led)} <= {*secrets.findall(asked)}


def concealed(outcome: Fetched | NotModified, asked: str, mask: Callable[[str], str]) -> Fetched | NotModified:
    """The response to a request that contains a secret, without anything that may reveal it: the addresses are masked, and a permanent
    redirect is dropped. Validators are dropped if they come from another address, because they would have to be stored with it."""
    own = outcome.url == plain(asked)
    kept = replace(outcome, url=_masked(outcome.url, mask), permanent=None)
    return kept if own else replace(kept, etag=None, last_modified=None)


def _masked(url: str, mask: Callable[[str], str]) -> str:
    """The address with its secrets masked, but not its host if a variable is nothing but that, with the scheme or without: relative links
    lead there. (In `https://${TOKEN}.example`, the host itself is secret.)"""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    site = f"{scheme}://{host}"
    if "***" in (mask(host), mask(site), mask(f"{site}/")):
        return f"{site}{slash}{mask(path)}"
    return mask(url)
