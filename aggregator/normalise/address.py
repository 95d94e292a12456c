"""Addresses (URLs): only http and https are accepted, relative ones are resolved, and each has a canonical form for comparison.

Parsing follows the WHATWG URL Standard (ada_url), so that an address is judged as a browser would read it: a browser reads
`java\\tscript:` as `javascript:`.
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

MAX_LENGTH = 4096  # characters, as written and as returned
_PLAIN = re.compile(r"https?://[a-z0-9.-]+\.[a-z]{2,24}(?:/[A-Za-z0-9/_.~%+,;=&?!*:@-]*)?")
_NOT_PLAIN = re.compile(r"&(?:amp|apos|#\w+);|/\.|%(?![0-9A-Fa-f]{2})|://[^/]*(?:\.\.|--|//)|^https?://[0-9.]+(?:/|$)")

_HOST = re.compile(r"\s*www\.[\w-]+\.[\w.-]+(?=[\s:/?#]|\Z)", re.IGNORECASE)
_TWICE = re.compile(r"\A\s*(?:https?://)+(?=https?://)", re.IGNORECASE)
# Not https:/page.html, https:/index.php/a, nor https:/2026/01/a, which is within the site.
_ONE_SLASH = re.compile(r"\A(https?:)/?(?=\w[\w.-]*\.(?!(?:php|aspx?|html?)\b)[^\W\d_]{2,}(?::\d+)?/)", re.IGNORECASE)
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
# Characters that mean the same with and without their escape: the unreserved ones (RFC 3986, 2.3), and those that browsers do
# not escape but some programs do (such as our `render.fit.fit_address`).
_NEEDLESS = {f"%{ord(char):02X}": char for char in f"{ascii_letters}{digits}-._~" + "[]{}|^`\\"}
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")

# Redirecting addresses that contain the address of the article: of Google Alerts, Bing News, Facebook and Reddit.
_LEADS_ON = re.compile(
    r"https?://(?:(?:www\.)?google\.[a-z.]{2,6}/url|(?:www\.)?bing\.com/news/apiclick\.aspx|lm?\.facebook\.com/l\.php|out\.reddit\.com/\w*)"
    r"\?(?:[^#]*&)?(?:url|u|q)=(https?(?::|%3A)[^&#]+)",
    re.IGNORECASE,
)
# Addresses of the AMP copies that Google serves.
_COPY = re.compile(
    r"https?://(?:(?:www\.)?google\.[a-z.]{2,6}/amp/|[\w-]+\.cdn\.ampproject\.org/[cv]/)(s/)?(?=[\w-]+\.)(.+)"
)

# Tracking parameters. The archive stores canonical addresses: a change here needs a migration that recomputes them.
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
# A session, which some servers write into each link of a response: of Java, PHP and ASP, and of ASP.NET in a path.
_A_SESSION = r";jsessionid=[^?#;/]*|/\((?:X\(1\))?S\([a-z0-9]{24}\)\)(?=[/?#]|\Z)|(?<=[?&])(?:jsessionid|phpsessid|aspsessionid\w*)=[^&#]*"
_SESSION = re.compile(_A_SESSION, re.IGNORECASE)
# What some servers make up for each response: a session, or a number against caches. Not left out of canonical addresses, since the archive
# and the editor's overrides have such, but where two addresses of one article are compared (`steady`).
_MADE_UP = re.compile(
    rf"{_A_SESSION}|(?<=[?&])(?:session_?id=[^&#]*|sid=[0-9a-f]{{16,}}"
    r"|(?:_|t|ts|time|timestamp|rnd|rand|random|cb|nocache|cachebuster)=[\d.]{9,})(?=[&#]|\Z)",
    re.IGNORECASE,
)
# Fragments that only track readers (`#xtor=RSS-1`, `#.VtCA1eS`, `#tk.rss_all`) or name a part that every page has (`#top`). Any
# other fragment names one entry of a page that lists many (those of a day, comments, a collection).
_NO_ENTRY = re.compile(
    r".*[=~].*|[.:].*|tk\..*|(?:rss|feed|atom|ref|utm|xtor|intcid)(?![a-z]).*|refsponi|more(?:-\d+)?|top|main|content|start"
    r"|comments?|respond|disqus_thread|\d",
    re.IGNORECASE,
)


def absolute(text: str | None, base: str) -> str | None:
    """The absolute address that a browser would follow, or None unless it is http or https with a host.

    `base` is absolute. A user name and password in the address are removed, so that they are not passed on. Unlike in a browser,
    `www.example.org/a` and `https:/example.org/a` are read as a host with a path, not as a relative path (but `https:/a/b` is one),
    `example.org/a` too where `base` is on that host, and `https://https://example.org/a` has one scheme.
    """
    if not text or len(text) > MAX_LENGTH:
        return None
    if _PLAIN.fullmatch(text) and not _NOT_PLAIN.search(text):
        return text if "/" in text[8:] else text + "/"
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)  # escaped twice, or hiding a scheme
    if _HOST.match(text) or (base and text.lstrip().partition("/")[0] == host(base)):
        text = f"//{text.lstrip()}"
    text = _ONE_SLASH.sub(r"\1//", _TWICE.sub("", clean(text)).strip())
    try:
        url = ada_url.URL(text, base or None)
    except ValueError:
        return None
    if url.protocol not in ("http:", "https:") or len(url.href) > MAX_LENGTH:  # either has a host, or is no address
        return None
    if url.username or url.password:
        url.username = url.password = ""
    return url.href


def direct(url: str | None) -> str | None:
    """The address of the article itself, if `url` (absolute) is that of a redirect to it or of an AMP copy; else `url`."""
    if url is None:
        return None
    if found := _LEADS_ON.match(url):
        named = unquote(found[1])
        if "\ufffd" in named:  # the escapes are not UTF-8: unescaping would destroy them
            return url
        return absolute(named, "") or url
    if "/amp/" in url or ".ampproject.org/" in url:
        copy = _COPY.match(url)
        return (absolute(f"http{'s' if copy[1] else ''}://{copy[2]}", "") if copy else None) or url
    return url


@lru_cache(maxsize=4096)
def canonical(url: str | None) -> str | None:
    """The canonical form, in which variants of one address are equal; only for comparison, never for requests.

    It has https, no `www.`, no default port, no tracking parameters and no trailing slash. Parameters are sorted, escapes are in
    capitals (RFC 3986, 6.2.2.1) and only where they are needed (6.2.2.2). A fragment stays only if it names an entry of the page.
    `http://www.example.org/a/?utm_source=rss#top` becomes `https://example.org/a`.
    """
    if url is None:
        return None
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


def steady(url: str | None) -> str | None:
    """The canonical form of an address without sessions and numbers against caches, which servers make up for each response. If two
    addresses have the same, the article has not moved."""
    found = canonical(url)
    return _MADE_UP.sub("", found).rstrip("?&") if found and ("=" in found or "/(" in found) else found


def without_session(text: str) -> str:
    """An address, or another text that may be one, without a session. Unlike in `steady`, numbers stay, since they may be those of entries:
    it tells what an entry is, not only whether its article has moved."""
    small = text.lower()
    if "sess" not in small and "/(" not in small:  # nearly always; avoids the search for patterns
        return text
    found = _SESSION.sub("", text)
    return text if found == text else found.rstrip("?&/")


def typed(url: str | None) -> str | None:
    """The canonical form of an address that a person typed, which is read as those in feeds are."""
    return canonical(direct(absolute(url, "")) or url)


def _needed(escape: re.Match[str]) -> str:
    capitals = escape[0].upper()
    return _NEEDLESS.get(capitals, capitals)


def is_article(canonical: str | None) -> TypeGuard[str]:
    """Whether a canonical address may be that of one article. A bare host is a front page, so it is not, nor is one with a session."""
    beside = without_session(canonical)[len("https://") :] if canonical else ""
    return "/" in beside or "?" in beside or "#" in beside


def host(url: str) -> str:
    """The host of an absolute address, in canonical form."""
    return re.split("[/?#]", (canonical(url) or "").removeprefix("https://"), maxsplit=1)[0]


def _tracks(pair: str) -> bool:
    name, _, value = pair.partition("=")
    if not _TRACKERS.fullmatch(name):
        return False
    return name.lower() not in _AMBIGUOUS or not value or _ONLY_MARKETING.fullmatch(value) is not None
