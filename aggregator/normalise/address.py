"""Addresses: only http and https survive, relative ones are resolved, and each has a form that compares equal.

Parsing follows the WHATWG URL Standard (ada_url), so what a browser would make of `java\\tscript:` is what is judged.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from string import ascii_letters, digits
from typing import TypeGuard
from urllib.parse import unquote

import ada_url

from aggregator.normalise.characters import clean

MAX_LENGTH = 2048
_PLAIN = re.compile(r"https?://[a-z0-9.-]+\.[a-z]{2,24}(?:/[A-Za-z0-9/_.~%+,;=&?!*:@-]*)?")
_NOT_PLAIN = re.compile(r"&(?:amp|apos|#\w+);|/\.|%(?![0-9A-Fa-f]{2})|://[^/]*(?:\.\.|--|//)|^https?://[0-9.]+(?:/|$)")

_HOST = re.compile(r"\s*www\.[\w-]+\.[\w.-]+(?=[\s:/?#]|\Z)", re.IGNORECASE)
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
# What means the same without its escape, and what only some programs escape: browsers do not, `fit_address` does.
_NEEDLESS = {f"%{ord(char):02X}": char for char in f"{ascii_letters}{digits}-._~" + "[]{}|^`\\"}
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")

# Addresses that lead on to the article, and name it: of Google Alerts, Bing News, Facebook, Reddit; and copies that Google keeps.
_LEADS_ON = re.compile(
    r"https?://(?:(?:www\.)?google\.[a-z.]{2,6}/url|(?:www\.)?bing\.com/news/apiclick\.aspx|lm?\.facebook\.com/l\.php|out\.reddit\.com/\w*)"
    r"\?(?:[^#]*&)?(?:url|u|q)=(https?(?::|%3A)[^&#]+)",
    re.IGNORECASE,
)
_COPY = re.compile(
    r"https?://(?:(?:www\.)?google\.[a-z.]{2,6}/amp/|[\w-]+\.cdn\.ampproject\.org/[cv]/)(s/)?(?=[\w-]+\.)(.+)"
)

# The archive keeps canonical forms: a change of them needs a migration that writes those of stored items anew.
_TRACKERS = re.compile(
    r"utm_\w+|utm|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_cid|mc_eid|_hsenc|_hsmi|mkt_tok"
    r"|at_(?:medium|campaign|custom\d|link_\w+|bbc_team|format|ptr_name|campaign_type)|ns_\w+|cmpid|cmp|ocid|ito|sref|ref_src|ref_url|spm|_ga|_gl"
    r"|smid|smtyp|partner|feature|xtor|wt\.mc_id|wt_mc|icid|ncid|cid|src|source|rss|feed_id|feedtype|feedname|traffic_source|__twitter_impression|oly_\w+|vero_\w+"
    r"|piwik_\w+|pk_\w+|mtm_\w+|matomo_\w+|hss_channel|maca|emc|mod|ref|from|siteid|guccounter|guce_\w+|sh|share|soc_\w+",
    re.IGNORECASE,
)
_ONLY_MARKETING = re.compile(
    r"(?:rss|feed|feeds|atom|newsletter|twitter|facebook|email|social|google|googlenews|whatsapp|telegram)[\w.-]*",
    re.IGNORECASE,
)
_AMBIGUOUS = frozenset(
    {"src", "source", "partner", "feature", "cid", "cmp", "rss", "sh", "share", "emc", "mod", "ref", "from", "siteid"}
)
# Fragments that count readers (`#xtor=RSS-1`, `#.VtCA1eS`, `#tk.rss_all`) or name a part that every page has. Any other
# names an entry: pages of a day, of comments or of a collection list many.
_NO_ENTRY = re.compile(
    r".*[=~].*|[.:].*|tk\..*|(?:rss|feed|atom|ref|utm|xtor|intcid)(?![a-z]).*|refsponi|more(?:-\d+)?|top|main|content|start"
    r"|comments?|respond|disqus_thread|\d",
    re.IGNORECASE,
)


def absolute(text: str | None, base: str) -> str | None:
    """The address as a browser would follow it, or None for anything but http and https with a host.

    `base` is absolute. Userinfo is removed: nobody's password is passed on. `www.example.org/a` is no path, whatever browsers say.
    """
    return _absolute(text, base) if text and len(text) <= MAX_LENGTH * 2 else None


@lru_cache(maxsize=4096)
def _absolute(text: str, base: str) -> str | None:
    if _PLAIN.fullmatch(text) and not _NOT_PLAIN.search(text):
        return text if "/" in text[8:] else text + "/"
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)  # escaped twice, or hiding a scheme
    if _HOST.match(text):
        text = f"//{text.lstrip()}"
    try:
        url = ada_url.URL(clean(text).strip(), base or None)
    except ValueError:
        return None
    if url.protocol not in ("http:", "https:") or len(url.href) > MAX_LENGTH:  # either has a host, or is no address
        return None
    if url.username or url.password:
        url.username = url.password = ""
    return url.href


def direct(url: str | None) -> str | None:
    """Of the article itself, where an absolute address is that of a service that leads on to it, or keeps a copy."""
    if url is None:
        return None
    if found := _LEADS_ON.match(url):
        named = unquote(found[1])
        if "\ufffd" in named:  # of escapes that are no UTF-8 nothing would be left
            return url
        return absolute(named, "") or url
    if "/amp/" in url or ".ampproject.org/" in url:
        copy = _COPY.match(url)
        return (absolute(f"http{'s' if copy[1] else ''}://{copy[2]}", "") if copy else None) or url
    return url


@lru_cache(maxsize=4096)
def canonical(url: str | None) -> str | None:
    """The form in which variants of one address are equal: https, no `www.`, no default port, no tracking parameters, no
    trailing slash, parameters in order of name, escapes in capitals (RFC 3986, 6.2.2.1) and only where they are needed (6.2.2.2),
    and of fragments only those that name an entry of the page. For comparing only, never for following."""
    if url is None:
        return None
    if not url.isascii():  # as people write it; an item's address is as `absolute` leaves it
        url = absolute(url, "") or url
    if "%" in url:
        url = _ESCAPE.sub(_needed, url)
    rest, _, fragment = url.partition("#")
    place, _, query = rest.split("://", 1)[-1].partition("?")
    host, slash, path = place.partition("/")
    host = host.lower().removeprefix("www.")
    host = re.sub(r":(?:80|443)$", "", host)
    whole = f"https://{host}/{path}".rstrip("/") if slash else f"https://{host}"
    kept = sorted(pair for pair in query.split("&") if pair and not _tracks(pair)) if query else []
    if kept:
        whole = f"{whole}?{'&'.join(kept)}"
    return f"{whole}#{fragment}" if fragment and not _NO_ENTRY.fullmatch(fragment) else whole


def _needed(escape: re.Match[str]) -> str:
    capitals = escape[0].upper()
    return _NEEDLESS.get(capitals, capitals)


def is_article(canonical: str | None) -> TypeGuard[str]:
    """Whether a canonical address may be that of one article: a front page tells of none."""
    beside = canonical[len("https://") :] if canonical else ""
    return "/" in beside or "?" in beside or "#" in beside


def host(url: str) -> str:
    """Of an absolute address, in the form in which variants are equal."""
    return (canonical(url) or "").removeprefix("https://").partition("/")[0]


def _tracks(pair: str) -> bool:
    name, _, value = pair.partition("=")
    if not _TRACKERS.fullmatch(name):
        return False
    return name.lower() not in _AMBIGUOUS or not value or _ONLY_MARKETING.fullmatch(value) is not None
