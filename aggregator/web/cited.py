"""What a story cites: links to other sites in the text of its lead."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from aggregator.addresses import host_of, one_site
from aggregator.normalise.address import absolute
from aggregator.normalise.boilerplate import leads_on, without_asides
from aggregator.normalise.characters import cut, one_line
from aggregator.normalise.markup import is_advertisement, is_counter
from aggregator.normalise.plain import inert, plain_of_safe
from aggregator.render.fit import fit_address
from aggregator.text.references import unescape
from aggregator.web import shapes

MOST = 20  # links
LONGEST = 120  # characters of a link's text
# Words that say nothing of what they link to: its address says more.
_NAMELESS = re.compile(
    r"\W*(?:(?:click |see |read )?(?:here|there|that|this|more)(?: (?:article|link|page|post|report|story))?"
    r"|\d+|link|source|via|website|permalink|comments?|https?://\S+|hier|ici|aquí|qui|здесь|тут|这里|這裡)?\W*",
    re.IGNORECASE,
)
# A link of sanitised HTML, in which every attribute is in double quotes. It ends where another begins, which may be in a table in it.
_LINK = re.compile(r'<a(?: [\w-]+="[^"]*")*? href="([^"]*)"(?: [\w-]+="[^"]*")*>(.*?)(?:</a>|(?=<a ))', re.DOTALL)
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)$", re.IGNORECASE)


def cited(text: str, address: str | None) -> list[shapes.Cited]:
    """The links of a text (safe HTML) in their order, each address once. `address`: that of its article.

    Links within the outlet's own site, links that share the article, advertisements and pictures are left out."""
    if "<a " not in text:
        return []
    own = host_of(address or "") or ""
    found: dict[str, shapes.Cited] = {}
    for link in _LINK.finditer(without_asides(text)):
        url = fit_address(absolute(unescape(link[1]), "") or "")
        words = plain_of_safe(link[2])
        host = (host_of(url) or "").removeprefix("www.")
        if not host or one_site(host, own) or url in found or leads_on(words) or _is_aside(url, own):
            continue
        if _NAMELESS.fullmatch(words):
            words = inert(one_line(unquote(url.split("://", 1)[1].removeprefix("www.").rstrip("/"))))
        found[url] = {"title": cut(words, LONGEST), "url": url, "host": host}
        if len(found) == MOST:
            break
    return list(found.values())


def _is_aside(url: str, own: str) -> bool:
    """Whether a link is an advertisement or a picture, or names the article's own site as what is to be shared."""
    parts = urlsplit(url)
    shared = bool(own) and f"//{own}" in unquote(parts.query)
    return shared or is_counter(url) or is_advertisement(url) or _PICTURE.search(parts.path) is not None
