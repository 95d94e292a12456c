"""An item is the same whichever parser reads its document, also if it has an element twice or an empty one beside a full one: else it would
be told again when its feed is malformed for one poll."""

from __future__ import annotations

from builders.documents import read
from hypothesis import given
from hypothesis import strategies as st

_TEXTS = {"{0}-1", "{0}-2", "", " ", "<![CDATA[{0}-3]]>", "<![CDATA[ ]]>"}
_DATES = {"2026-11-20T09:00:00Z", "2026-11-19T08:00:00Z", "", "<![CDATA[2026-11-18T07:00:00Z]]>"}
_OF_RSS = {
    "guid": _TEXTS,
    'guid isPermaLink="false"': _TEXTS,
    "title": _TEXTS,
    "dc:title": _TEXTS,
    "link": {"", "https://example.org/1", "https://example.org/2", "<![CDATA[https://example.org/3]]>"},
    "description": _TEXTS,
    "dc:description": _TEXTS,
    "content:encoded": _TEXTS,
    "dc:creator": {"", "Ann"},
    "dc:date": _DATES,
    "atom:updated": _DATES,
    "pubDate": {"", "Fri, 20 Nov 2026 09:00:00 GMT", "Thu, 19 Nov 2026 08:00:00 GMT"},
}
_OF_ATOM = dict.fromkeys(("id", "title", "summary", "content"), _TEXTS) | dict.fromkeys(
    ("published", "updated"), _DATES
)
_SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:atom="http://www.w3.org/2005/Atom"'
)
_FORMATS = {
    "rss": (_OF_RSS, f'<rss version="2.0" {_SPACES}><channel>', "<item>{}</item>", "</channel></rss>"),
    "atom": (
        _OF_ATOM,
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        '<entry>{}<link href="https://example.org/1"/></entry>',
        "</feed>",
    ),
    "rdf": (
        _OF_RSS,
        f'<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" {_SPACES}>',
        "<item>{}</item>",
        "</rdf:RDF>",
    ),
}


@st.composite
def _elements(draw: st.DrawFn, values: dict[str, set[str]]) -> str:
    tag = draw(st.sampled_from(sorted(values)))
    name = tag.split(maxsplit=1)[0]
    text = draw(st.sampled_from(sorted(values[tag]))).format(name.replace(":", ""))
    return f"<{tag}/>" if not text and draw(st.booleans()) else f"<{tag}>{text}</{name}>"


@given(st.data(), st.sampled_from(sorted(_FORMATS)))
def test_an_item_is_the_same_whichever_parser_reads_its_elements(data: st.DataObject, kind: str) -> None:
    values, start, entry, end = _FORMATS[kind]
    inside = "".join(data.draw(st.lists(_elements(values), max_size=9)))
    other = "<title>%s</title>" + (
        "<id>o</id>" if kind == "atom" else "<guid>o</guid><pubDate>Fri, 20 Nov 2026 09:00:00 GMT</pubDate>"
    )
    documents = [
        f"{start}{entry.format(inside)}{entry.format(other % title)}{broken}{end}".encode()
        for title, broken in (("Plain", ""), ("<b>Marked</b> up", ""), ("Plain", "<bb>"))
    ]
    first, *others = (
        [
            (one.id, one.title, one.url, one.published, one.author, one.summary, one.content)
            for one in read(body).items
            if one.title not in ("Plain", "Marked up")
        ]
        for body in documents
    )
    assert all(other == first for other in others)
