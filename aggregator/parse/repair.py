"""Repairs an XML document before it is parsed: an ordered list of repairs (`STEPS`), each of which records a flaw if it changed
something. (Those of what ends wrongly, and of the length of the document, are in `ends`.)

Each repair is a linear pass over bytes. Most documents need none, so many repairs first search for a single byte that must be there
(searching for one byte is a hundred times as fast as for two). Entity declarations are removed and never interpreted, so nothing is
expanded or fetched. HTML entities are replaced by their characters; all others stay as text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import partial
from html.entities import html5
from itertools import pairwise
from urllib.parse import urljoin
from xml.parsers import expat

from aggregator.parse import ends
from aggregator.parse.charset import character
from aggregator.parse.document import ENTRY_END, MALFORMED, ROOT, Document, outside_cdata
from aggregator.parse.ends import closed, limited

_CONTROLS = bytes([*range(9), 11, 12, *range(14, 32), 127])
# Some forget its last question mark, or all of its end.
_DECLARATION = re.compile(rb"<\?xml\s(?:[^>]{0,400}\?>|[^<>]{0,400}(?:>|(?=<)))", re.IGNORECASE)
_START = re.compile(rb"<(?:\?xml\b|!doctype\b(?!\s+html\b)|!--|(?:[\w.-]+:)?(?:rss|feed|rdf|channel)\b)", re.IGNORECASE)
_COMMENTED = re.compile(rb"(?>\s+|<!--(?>.*?-->))++(?=<\?xml\s)", re.DOTALL)
_OPENING = re.compile(rb"<!--|<!\[CDATA\[")
_CLOSING = {b"<!--": b"-->", b"<![CDATA[": b"]]>"}
# A section, or a comment with the beginning of one. (Not one that may begin in a section around another.)
_COMMENTED_CDATA = re.compile(
    rb"(<!\[CDATA\[[^\]]*+(?:\](?!\]>)[^\]]*+)*+)"
    rb"|<!--(?:(?!--|\]\]>|<!\[CDATA\[).)*+<!\[CDATA\[(?:(?!--|\]\]>).)*+-->",
    re.DOTALL,
)
_DOCTYPE = re.compile(rb"(?>\s+|<!--(?>.*?-->)|<\?(?>.*?\?>))*+(<!doctype\b)", re.DOTALL | re.IGNORECASE)
_ESCAPED_CDATA = re.compile(rb">\s*+&lt;!\[CDATA\[([^<]*+)")
_DOCTYPE_TOKEN = re.compile(rb"\"[^\"]*\"|'[^']*'|<!--(?:.*?-->|.*)|[\[\]>]", re.DOTALL)
_KNOWN_REFERENCES = (b"&amp;", b"&lt;", b"&gt;", b"&quot;", b"&apos;", b"&#")
_STRAY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});)(?:(\w{2,31});)?")
_NUMBER = re.compile(rb"&#(?:(\d{1,7})|[xX]([0-9a-fA-F]{1,6}));")
# References to both halves of an emoji (JavaScript counts them as two characters), also if they were escaped again.
_HALVES = re.compile(rb"&(?:amp;)*+#(553\d\d);&(?:amp;)*+#(5[67]\d{3});")
_NUMBERS = {b"amp": b"&#38;", b"lt": b"&#60;", b"gt": b"&#62;", b"quot": b"&#34;", b"apos": b"&#39;"}
_TOO_LONG = re.compile(rb"&(?:amp;)*+#[0-9]{1000,};?")
_NAME = re.compile(rb"&(amp|lt|gt|quot|apos);")
# A `<` that is text: it looks like a start tag of an unknown element, but another `<` comes before its `>`. Examples: `a<b`, a tag that
# an excerpt cuts off. Not a real tag with a `<` in an attribute.
_NO_TAG = re.compile(
    rb"<(?![/!?])(?![\w.-]++(?:\s++[\w:.-]++\s*+=\s*+(?:\"[^\"]{0,1000}\"|'[^']{0,1000}'))++\s*+/?>)"
    rb"(?!(?:" + b"|".join(sorted(ends.FIELDS | {b"item", b"entry"})) + rb")\b|[\w.-]++:[A-Za-z])([^<>]++)(?=<)"
)
_MOST_INSTRUCTIONS = 1000  # millions would take minutes
# The beginning of one that does not end within its entry (or before a hundred further signs), but not of `<?xml-stylesheet`.
_NO_INSTRUCTION = re.compile(
    rb"<(?=\?)(?!\?(?:xml|(?:[^?<]++|\?(?!>)|<(?!/?(?:[\w.-]+:)?(?:item|entry)[\s/>])){0,100}+\?>))"
)
# A name or a date that has markup in it, within its entry. (At most fifty tags: a document may have thousands that do not end.)
_OF_TEXT = re.compile(
    rb"<((?:[\w-]+:)?(?:author|creator|pubDate|date|published|updated|issued|modified|created))(?:\s[^<>]*+)?>"
    rb"(?:[^<]++|<(?!/?(?:\1|item|entry)[\s/>])){2,50}+</\1\s*>"
)
_TAG_OF_TEXT = re.compile(rb"<(?=/?(?:a|abbr|b|div|em|i|p|span|strong|time)[\s/>])")
_FULL_TEXT = re.compile(rb"(</?)(?:(?:[\w.-]+:)?full-?text|turbo:content)(?=[\s>])")
_FOR_READERS = re.compile(
    rb"<content:encoded(?:\s[^<>]*)?(?<!/)>(?!\s*(?:<!\[CDATA\[\s*\]\]>\s*)?</)"
)  # that is not empty
_ROOT_END = re.compile(rb"</(?:[\w.-]+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_ROOT_TAG = re.compile(rb"<(?:[\w.-]+:)?(?:rss|feed|rdf)\b[^<>]*", re.IGNORECASE)
_BASE = re.compile(rb"\sxml:base\s*=\s*[\"']\s*+([^/\"'<>][^\"'<>]*)")  # not one that begins at the root of the site
_RELATION = re.compile(
    rb"(<(?:[\w.-]+:)?link\s(?:[^<>]*?\s)?rel\s*=\s*[\"'])https?://www\.iana\.org/assignments/relation/"
)
_EMPTIED = re.compile(rb"<link\s*+/>(\s*+https?://[^\s<>]++\s*+)(?=<)")
_OF_RSS = re.compile(rb"(<rss\s(?:[^<>]*?\s)?)xmlns\s*=\s*(?:\"[^\"]+\"|'[^']+')", re.IGNORECASE)
_USUAL = {
    b"content": b'xmlns:content="http://purl.org/rss/1.0/modules/content/"',
    b"media": b'xmlns:media="http://search.yahoo.com/mrss/"',
}


def repair(document: Document) -> Document:
    for step in STEPS:
        document = step(document)
    return document


def without_controls(document: Document) -> Document:
    """Remove control characters that XML 1.0 forbids, U+FFFE and U+FFFF."""
    data = document.data.translate(None, _CONTROLS)
    if b"\xef" in data:
        for noncharacter in (b"\xef\xbf\xbe", b"\xef\xbf\xbf"):
            data = data.replace(noncharacter, b"")
    return document if len(data) == len(document.data) else document.changed(data, "control-characters")


def from_its_start(document: Document) -> Document:
    """Remove white space, PHP warnings and other junk before the document, and replace its XML declaration by a plain one."""
    data = document.data.lstrip()
    flaws = []
    if start := _START.search(data, 0, 8192):
        if start.start():
            flaws.append("junk-before-start")
        data = data[start.start() :]
    if comments := _COMMENTED.match(data):
        flaws.append("junk-before-start")
        data = data[comments.end() :]
    if declaration := _DECLARATION.match(data):
        data = data[declaration.end() :].lstrip()
        if again := _DECLARATION.match(data):
            flaws.append("second-declaration")
            data = data[again.end() :]
    return document.changed(b'<?xml version="1.0" encoding="utf-8"?>' + data, *flaws)


def without_doctype(document: Document) -> Document:
    """Remove the document type declaration with its internal subset."""
    data = document.data
    found = _DOCTYPE.match(data)
    if found is None:
        return document
    end = _doctype_end(data, found.end())
    subset = b"[" in data[found.end() : end]
    return document.changed(data[: found.start(1)] + data[end:], *(["internal-subset"] if subset else []))


def _doctype_end(data: bytes, start: int) -> int:
    inside = False
    for token in _DOCTYPE_TOKEN.finditer(data, start):
        mark = token[0]
        if mark == b"[":
            inside = True
        elif mark == b"]":
            inside = False
        elif mark == b">" and not inside:
            return token.end()
    root = ROOT.search(data, start)  # the declaration does not end, but what follows may still be a feed
    return root.start() if root else len(data)


def without_cdata_in_comments(document: Document) -> Document:
    """Remove comments in which a CDATA section begins, which would count as one without end. All others are removed once sections have
    their ends: until then they may begin in the text of a section."""
    if document.has_whole_cdata:
        return document
    return document.changed(_COMMENTED_CDATA.sub(rb"\1", document.data))


def without_cdata_in_text(document: Document) -> Document:
    """Unwrap CDATA sections that are escaped (`&lt;![CDATA[`) or nested in another section."""
    if document.has_whole_cdata and b"&lt;![CDATA[" not in document.markup:
        return document
    data = document.data
    if b"&lt;![CDATA[" in data:
        data = outside_cdata(data, partial(_ESCAPED_CDATA.sub, _unwrapped))
    if b"<![CDATA[<![CDATA[" in data:
        data = (
            data.replace(b"<![CDATA[<![CDATA[", b"<![CDATA[")
            .replace(b"]]]]><![CDATA[>]]>", b"]]>")
            .replace(b"]]>]]>", b"]]>")
        )
    data = ends.of_outer_cdata(data)
    return document if data == document.data else document.changed(data, "doubled-cdata")


def _unwrapped(text: re.Match[bytes]) -> bytes:
    """Unwrap an escaped section, also one that does not end: as HTML it would be a comment, and all of it be lost. The mark alone in an
    element is text of an article about it."""
    inside = text[1].rstrip()
    if not inside and text.string.startswith(b"</", text.end()):
        return text[0]
    return b">" + inside.removesuffix(b"]]&gt;").removesuffix(b"]]>")


def with_ends_of_cdata(document: Document) -> Document:
    """End CDATA sections that never end, or only where a later one does."""
    if document.has_whole_cdata:
        return document
    data = ends.of_cdata(document.data)
    return document if data == document.data else document.changed(data, "endless-cdata")


def without_comments(document: Document) -> Document:
    """Remove comments outside CDATA sections, because fastfeedparser reads an element only up to its first comment. For a comment that
    never ends only the `<!--` is removed, so that the entries after it are not lost, unless the document breaks off within it."""
    data = document.data
    if b"<!--" not in document.markup:
        return document
    kept: list[bytes] = []
    start = place = 0
    endless = False
    unended = data.count(b"<!--") > data.count(b"-->")  # else comments are inside of others, which hide entries
    # Where the next end of each kind is: searching again for each beginning would take quadratic time.
    ends = dict.fromkeys(_CLOSING, 0)
    while opening := _OPENING.search(data, place):
        place, mark = opening.end(), opening[0]
        is_comment = mark == b"<!--"
        if 0 <= ends[mark] < place:
            ends[mark] = data.find(_CLOSING[mark], place)
            if ends[mark] < 0 and is_comment and not _ROOT_END.search(data, place):
                return document.changed(b"".join([*kept, data[start : opening.start()]]))
        if ends[mark] < 0 or (is_comment and unended and _is_of_another(data, place, ends[mark])):
            endless = endless or is_comment
        else:
            place = ends[mark] + 3
        if is_comment:
            kept.append(data[start : opening.start()])
            start = place
    return document.changed(b"".join([*kept, data[start:]]), *(["endless-comment"] if endless else []))


def _is_of_another(data: bytes, start: int, end: int) -> bool:
    """Whether the end of a comment is that of another one, which begins after an entry has ended: they would take that entry's end, and
    the entries between, with them."""
    another = data.find(b"<!--", start, end)
    return another >= 0 and ENTRY_END.search(data, start, another) is not None


def with_instructions_as_text(document: Document) -> Document:
    """Escape the beginning of each processing instruction that does not end within its entry (Use <?php echo). It would end with another
    one, and take the entries between with it."""
    if not 1 < document.markup.count(b"<?") <= _MOST_INSTRUCTIONS:  # one is that of the declaration
        return document
    data = outside_cdata(document.data, partial(_NO_INSTRUCTION.sub, b"&lt;"))
    return document if data == document.data else document.changed(data, "endless-instruction")


def with_usual_namespaces(document: Document) -> Document:
    """Declare the prefixes `content` and `media` with the namespaces that parsers know. Outlets forget the declaration, omit the last
    slash, or write https; parsers then do not find full texts and pictures. Nor do they where RSS declares a namespace for its own
    elements, which have none. It is no flaw if each element declares its prefix itself, as Blogger's do."""
    root = _ROOT_TAG.search(document.data, 0, 65536)
    if root is None:
        return document
    tag = _OF_RSS.sub(rb"\1", root[0])
    unusual = tag != root[0]
    for prefix, usual in _USUAL.items():
        quoted = (usual, usual.replace(b'"', b"'"))
        if any(one in tag for one in quoted) or b"<" + prefix + b":" not in document.markup:
            continue
        unusual = unusual or not any(one in document.data for one in quoted)
        tag, declared = re.subn(rb"\sxmlns:" + prefix + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')", b" " + usual, tag)
        tag += b"" if declared else b" " + usual
    if tag == root[0]:
        return document
    flaws = ("unusual-namespaces",) if unusual else ()
    return document.changed(document.data[: root.start()] + tag + document.data[root.end() :], *flaws)


def with_absolute_base(document: Document) -> Document:
    """Resolve the xml:base of the whole document against its address. Parsers would resolve links against a relative one, and the links
    would then be resolved against it again. (With `/blog/` that changes nothing, and such links lead to the site wherever its feed is.)"""
    root = _ROOT_TAG.search(document.data, 0, 65536) if b"xml:base" in document.markup else None
    found = _BASE.search(document.data, root.start(), root.end()) if root else None
    if found is None:
        return document
    try:
        base = urljoin(html.escape(document.url.partition("?")[0]), found[1].decode("utf-8", "replace").strip())
    except ValueError:
        return document
    return document.changed(document.data[: found.start(1)] + base.encode() + document.data[found.end(1) :])


def with_short_relations(document: Document) -> Document:
    """Shorten the full names of relations of links, which mean the same (RFC 4287, 4.2.7.2). That is no flaw."""
    if b"iana.org/assignments/relation/" not in document.markup:
        return document
    return document.changed(outside_cdata(document.data, partial(_RELATION.sub, rb"\1")))


def with_ends_of_links(document: Document) -> Document:
    """Put the address that stands behind an empty link into it. HTML has empty links, and what writes HTML makes such RSS."""
    if not _EMPTIED.search(document.markup):
        return document
    return document.changed(outside_cdata(document.data, partial(_EMPTIED.sub, rb"<link>\1</link>")), "missing-ends")


def with_plain_names_and_dates(document: Document) -> Document:
    """Escape the tags of HTML in names and dates (`<pubDate><time datetime="2026-11-20">today</time></pubDate>`), of which parsers would
    read what stands before the first one. That is no flaw: what reads names and dates knows HTML."""
    if _TAG_OF_TEXT.search(document.markup) is None:
        return document
    escaped = partial(_OF_TEXT.sub, lambda element: _TAG_OF_TEXT.sub(b"&lt;", element[0]))
    return document.changed(outside_cdata(document.data, escaped))


def with_known_full_texts(document: Document) -> Document:
    """Rename the elements in which Russian and Ukrainian outlets put full texts for Yandex and other portals to one that feedparser
    reads, unless the entry has a full text for readers, which keeps pictures and layout. That is no flaw."""
    data = document.data
    if not any(map(document.markup.__contains__, (b"full-text>", b"fulltext>", b"turbo:content>"))):
        return document
    ends = [0, *(end.end() for end in ENTRY_END.finditer(data)), len(data)]
    entries = [data[start:end] for start, end in pairwise(ends)]
    named = partial(_FULL_TEXT.sub, rb"\1fullitem")
    return document.changed(b"".join(one if _FOR_READERS.search(one) else outside_cdata(one, named) for one in entries))


def with_known_entities(document: Document) -> Document:
    """Replace HTML entities such as `&nbsp;` by their characters and stray ampersands by `&amp;`, outside CDATA sections."""
    if b"&" not in document.data:
        return document
    markup = document.markup
    if markup.count(b"&") == sum(map(markup.count, _KNOWN_REFERENCES)):
        return document
    return document.changed(outside_cdata(document.data, partial(_STRAY.sub, _readable)), "undeclared-entities")


def _readable(match: re.Match[bytes]) -> bytes:
    name = match[1]
    text = html5.get(name.decode("ascii") + ";") if name else None
    if text is None or text[0] in "<>&\"'":  # `&nvlt;` is `<` and an accent
        return b"&amp;" + match[0][1:]
    return text.encode("utf-8")


def without_forbidden_references(document: Document) -> Document:
    """Remove references to characters that XML forbids (`&#8;`, `&#xD800;`), unless they are the two halves of an emoji. 128 to 159 are
    taken as windows-1252, as in HTML. Both parsers fail at numbers of thousands of digits, however often these are escaped."""
    data = document.data
    if b"&" not in data or b"#" not in data:
        return document
    data = _TOO_LONG.sub("\ufffd".encode(), data)
    if b"#553" in data:
        data = _HALVES.sub(_whole, data)
    if b"&#" in data:
        data = _NUMBER.sub(_allowed, data)
    return document if data == document.data else document.changed(data, "forbidden-references")


def _whole(halves: re.Match[bytes]) -> bytes:
    high, low = map(int, halves.groups())
    return character(chr(high) + chr(low)).encode() if 0xDC00 <= low <= 0xDFFF else halves[0]


def _allowed(match: re.Match[bytes]) -> bytes:
    number = int(match[1]) if match[1] else int(match[2], 16)
    if 0x80 <= number <= 0x9F:
        return html.unescape(match[0].decode("ascii")).encode("utf-8")
    legal = (
        number in (9, 10, 13) or 0x20 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD or 0x10000 <= number <= 0x10FFFF
    )
    return match[0].replace(b"X", b"x") if legal else b""


def well_formed(document: Document) -> Document:
    """Make the document well-formed: escape each `<` that is text, end elements that never end, remove end tags without a start. If that
    is not enough, write `&lt;` and the like as numbers: after an error libxml2 drops named references, which would turn text into
    markup and change addresses. (Expat checks the result. It accepts undeclared prefixes, which do no such harm.)"""
    if _is_well_formed(document.data):
        return document
    for flaw, mended in _MENDED:
        if (data := mended(document.data)) != document.data:
            document = document.changed(data, flaw)
            if _is_well_formed(data):
                return document
    return document.changed(outside_cdata(document.data, partial(_NAME.sub, lambda name: _NUMBERS[name[1]])), MALFORMED)


_MENDED: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("stray-less-than", lambda data: outside_cdata(data, partial(_NO_TAG.sub, rb"&lt;\1"))),
    ("missing-ends", ends.of_elements),
    ("stray-ends", ends.without_strays),
)


def _is_well_formed(data: bytes) -> bool:
    """Whether expat can parse the document. A document type declaration is refused, so that no entity is ever expanded."""
    reader = expat.ParserCreate()
    reader.StartDoctypeDeclHandler = _refuse
    try:
        reader.Parse(data, True)
    except (expat.ExpatError, ValueError):
        return False
    return True


def _refuse(*_: object) -> None:
    raise ValueError("a document type declaration")


STEPS: tuple[Callable[[Document], Document], ...] = (
    without_controls,
    from_its_start,
    without_doctype,
    without_cdata_in_comments,
    without_cdata_in_text,
    with_ends_of_cdata,
    without_comments,
    with_instructions_as_text,
    with_usual_namespaces,
    with_absolute_base,
    with_short_relations,
    with_ends_of_links,
    with_plain_names_and_dates,
    with_known_full_texts,
    with_known_entities,
    without_forbidden_references,
    closed,
    limited,
    well_formed,
)
