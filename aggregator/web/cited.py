"""What a story cites: links to other sites in the text of its lead."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from aggregator.addresses import host_of, one_site
from aggregator.model.story import ItemView
from aggregator.normalise.address import absolute
from aggregator.normalise.characters import cut
from aggregator.render.fit import fit_address
from aggregator.web import shapes

MOST = 20  # links
LONGEST = 120  # characters of a link's text


def cited(lead: ItemView | None) -> list[shapes.Cited]:
    """The links in the order of the text, each address once, without links within the outlet's own site."""
    if lead is None or "<a " not in (text := lead.extracted or lead.content):
        return []
    own = host_of(lead.url or "") or ""
    found: dict[str, shapes.Cited] = {}
    for link in LexborHTMLParser(text).css("a[href]"):
        url, words = fit_address(absolute(link.attributes.get("href"), "") or ""), " ".join(link.text().split())
        host = (host_of(url) or "").removeprefix("www.")
        if host and words and not one_site(host, own) and url not in found:
            found[url] = {"title": cut(words, LONGEST), "url": url, "host": host}
        if len(found) == MOST:
            break
    return list(found.values())
