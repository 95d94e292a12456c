"""Turns HTML into one line of plain text: tags are removed, and entities are resolved even if they were escaped several times.

The result has no `<` that a careless program could take for the start of a tag.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from aggregator.normalise.characters import clean, one_line
from aggregator.text.references import unescape

_TAG_START = re.compile(r"<(?=[a-zA-Z/!?])")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_HIDING = "script|style|noscript|template|iframe|object|svg|math|form|head|figcaption|audio|video"
_HIDDEN = _HIDING.split("|")
# ASCII: else it finds `<audıo>`, too, which is none of `_HIDDEN`.
_OPENED = re.compile(rf"<((?a:{_HIDING}))\b[^<>]*>", re.IGNORECASE)
_HOLDER = re.compile(
    rf"<(/?)({_HIDING}|textarea|title|canvas|button|select|noembed|noframes|xmp)\b[^<>]*>", re.IGNORECASE
)
_CODE = re.compile(r"[{}=]|\w\(")
_CUT_OFF = re.compile(
    r"</?(?:[a-zA-Z][\w-]*(?:\s+[\w:-]+\s*=.*|\s*/?)"
    r"|(?:a|p|div|span|img|figure|iframe|video|source|td|ul|ol|li|h[1-6]|em|strong|blockquote)\s+[\w:-]*)\Z",
    re.DOTALL,
)
DIVISIONS = "section|article|header|footer|main|aside|nav|address|center|legend"
"""Blocks that `markup` makes a <div> of."""
_BLOCKS = f"p|div|li|ul|ol|h[1-6]|tr|t[dh]|blockquote|table|figure|[bh]r|dd|dt|pre|summary|{DIVISIONS}"
_BLOCK = re.compile(rf"<(?=/?(?:{_BLOCKS})\b)", re.IGNORECASE)
# A tag that stands alone like a word (`The <video> element`). It is a mention, unless an end tag follows or it needs none
# (`_ENDLESS`).
_WORD = re.compile(r"(?<![^\s(\[\"'`‘“«])<([a-zA-Z][\w-]{0,30})>(?![^\s.,:;!?)\]\"'`’”»])")
_END = re.compile(r"</([a-zA-Z][\w-]{0,30})")
_ENDLESS = frozenset(["br", "hr", "img", "wbr", "input", "p", "li", "dt", "dd", "tr", "td", "th"])
# A tag as HTML reads it, and what holds no tags: comments, `<?php …>`, `</ …>`, scripts and styles. Long text is parsed without these,
# without attributes, of which forty thousand take seconds, and without elements for its look: one that stays open is opened again in each
# block that follows, so that a text of 100 kB takes gigabytes.
_LONG = 3000
_LOOK = "b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u"
_VALUE = r"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s"'>][^\s>]*+)"""
_ATTRIBUTES = rf"(?:[\s/]++|[^\s/>][^\s/=>]*+(?:\s*+=\s*+{_VALUE}?+)?+)*+(?:>|\Z)"
_TAG = re.compile(
    rf"<!--(?:-?>|.*?(?:--!?>|\Z))|<(?:[!?]|/[^a-z>])[^>]*+(?:>|\Z)"
    rf"|<(script|style|iframe)(?=[\s/>]){_ATTRIBUTES}.*?(?:</\1(?=[\s/>]){_ATTRIBUTES}|\Z)"
    rf"|<(/?)(?:(?:{_LOOK})(?=[\s/>])|([a-z][^\s/>]*+)){_ATTRIBUTES}",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
_NAME = re.compile(r"</?([^\s/>]++)", re.ASCII)
_IN_LINE = frozenset(["a", "abbr", "cite", "q", "span", "sub", "sup", "time"])
_WITHOUT_END = frozenset(["br", "img", "wbr"])
# Characters of tags that could be opened again at each tag of the text. nh3 takes up to six bytes for each, and for an element as many as
# for attributes of `_ELEMENT` characters.
_MAX_OPENED = 10_000_000
_ELEMENT = 40
_MAX_ROUNDS = 5
_MAX_TAGS = 10_000  # nh3 and Lexbor take time quadratic in the depth: seconds for 40,000 nested tags
# In sanitised HTML every attribute is in double quotes, so that a regular expression can recognise a tag.
_SAFE_BLOCK = re.compile(rf"</?(?:{_BLOCKS})(?: [^>]*)?>")
_SAFE_TAG = re.compile(r'<[a-z/](?:"[^"]*(?:"|\Z)|[^">])*(?:>|\Z)')  # the last tag may be cut off
# A shortcode that the excerpt cuts off extends to the end of the excerpt.
_SHORTCODE = re.compile(
    r"\[/?(?:vc|fusion|et_pb|mk|av)_\w{2,40}(?:\s[^\[\]<>]*+)?(?:\]|(?=[\[<])|\Z)|\[/?caption(?:\s[^\[\]<>]{0,500})?\]"
)
_SETTINGS = re.compile(r"<xml\b[^<>]*>\s*<(?!o:p\b)\w+:(?:(?!<xml\b).)*?</xml>", re.DOTALL)
_HEADING = re.compile(r"<(h[1-6])\b[^>]*>.{0,500}?</\1\s*>", re.DOTALL | re.IGNORECASE)
_CAPTION = re.compile(r"<figcaption\b.*?</figcaption>", re.DOTALL)


def plain(text: str, titled: bool = False) -> str:
    """One line of plain text from text that may be HTML, escaped any number of times.

    In a title (`titled`) tags that are only mentioned stay as text (`The <video> element`). Whether a title is HTML is not known from
    its type; in real HTML the tags have end tags.
    """
    if "<" not in text and "&" not in text:
        return one_line(text)
    text = clean(text)  # before references are resolved: next to their characters mojibake is no longer recognised
    for _ in range(_MAX_ROUNDS):
        before = text
        if _TAG_START.search(text):
            text = _without_tags(_with_mentions(text) if titled else text)
        if "&" in text and _ENTITY.search(text):
            text = unescape(text)
        if text == before:
            break
    return inert(one_line(clean(text)))  # `inert` last: repairs and removals may bring a letter next to a `<`


def inert(text: str) -> str:
    """The plain text with a space after each `<` that could begin a tag, because some programs treat titles of feeds as HTML."""
    return _TAG_START.sub("< ", text)


def plain_of_safe(text: str) -> str:
    """The same as `plain` for HTML that `markup` has sanitised; faster, since it needs no parser."""
    if "<" in text:
        if "<figcaption" in text:
            # Behind the last that ends, each would be searched to the end of the text.
            last = text.rfind("</figcaption>") + len("</figcaption>")
            text = _CAPTION.sub(" ", text[:last]) + text[last:]
        text = without_tags(_SAFE_BLOCK.sub(" ", text))
    return plain(unescape(text), titled=True) if "&" in text else one_line(text)


def without_tags(safe: str) -> str:
    """Sanitised HTML without its tags; references stay."""
    return _SAFE_TAG.sub("", safe)


def without_shortcodes(text: str) -> str:
    """The text without the shortcodes of WordPress page builders (`[vc_row css="…"]`), which WordPress leaves in feeds."""
    return _SHORTCODE.sub(" ", text) if "[" in text else text


def without_settings(text: str) -> str:
    """The text without the settings of Word (`<xml><w:View>Normal</w:View>…</xml>`), which stay in what is pasted from there."""
    return _SETTINGS.sub("", text) if "</xml>" in text else text


def without_endless_comments(text: str) -> str:
    """The text without each `<!--` that has no end, and would hide the rest of the text."""
    if "<!--" not in text:
        return text
    end = text.rfind("-->") + 1
    return text[:end] + text[end:].replace("<!--", " ")


def with_ends(text: str) -> str:
    """The text with an end tag added to each self-closing element of XHTML (`<iframe/>`).

    HTML treats such an element as open, so that it would hide the rest of the text. None is added if the next tag of that name is an
    end tag: it belongs to the element.
    """
    if "/>" not in text:
        return text
    parts: list[str] = []
    place = len(text)
    ends_next: dict[str, bool] = {}
    for tag in reversed(list(_HOLDER.finditer(text))):
        name = tag[2].lower()
        if tag[0].endswith("/>") and not tag[1] and not ends_next.get(name):
            parts += [text[tag.end() : place], f"</{name}>"]
            place = tag.end()
        ends_next[name] = bool(tag[1])
    return "".join([text[:place], *reversed(parts)])


def without_headings(text: str) -> str:
    """HTML without its headings, which in plain text would run into the next sentence."""
    return _HEADING.sub(" ", text) if "<h" in text or "<H" in text else text


def prose_of_safe(text: str) -> str:
    """Sanitised HTML as plain text, without its headings unless there is nothing else."""
    return plain_of_safe(without_headings(text)) or plain_of_safe(text)


def _without_tags(text: str) -> str:
    text = without_settings(with_fewer_tags(text))
    text = with_unended_as_text(_without_unclosed(with_ends(clean(text))))
    text = _TAG.sub(_bare, text) if len(text) > _LONG else text
    tree = LexborHTMLParser(_BLOCK.sub(" <", text))
    tree.strip_tags(_HIDDEN, recursive=True)
    body = tree.body
    return body.text() if body is not None else ""


def _bare(tag: re.Match[str]) -> str:
    # Not nothing in place of a comment or script: else the `<` before it would open what stands behind it.
    return "<!>" if tag[1] or tag[2] is None else f"<{tag[2]}{tag[3] or 'span'}>"


def with_fewer_tags(text: str) -> str:
    """The text, cut before the tag that exceeds `_MAX_TAGS`."""
    if text.count("<") < _MAX_TAGS:  # nearly always; avoids splitting
        return text
    return "<".join(text.split("<", _MAX_TAGS)[:_MAX_TAGS])


def with_bounded_look(text: str) -> str:
    """The text, without elements for its look if these could fill the memory as they are opened again in each block: four hundred `<b>`
    without an end before as many paragraphs are 160,000 elements. A link with thousands of attributes loses them.

    In a text that may do so, each `<` within a tag is escaped: else HTML might see other tags than `_TAG`."""
    often = text.count("<")
    most = _MAX_OPENED // (often or 1)
    if len(text) + _ELEMENT * often <= most:  # nearly always
        return text
    opened = _left_open(text)

    def bounded(tag: re.Match[str]) -> str:
        comment, link = tag[2] is None, tag[3] in ("a", "A")
        if comment or (link and len(tag[0]) > most) or (not tag[3] and opened > most):
            return _bare(tag)
        return f"<{tag[0][1:].replace('<', '&lt;')}"

    return _TAG.sub(bounded, text)


def _left_open(text: str) -> int:
    """The length of the elements for the look that do not end in the line in which they begin, and may be opened again in a block."""
    length = 0
    line: list[tuple[str, int]] = []  # the open elements of the line: name, length (0: none for the look)
    for tag in _TAG.finditer(text):
        found = _NAME.match(tag[0])
        if found is None or tag[2] is None or (name := found[1].lower()) in _WITHOUT_END:
            continue
        is_flat = not tag[3] or name in _IN_LINE  # not `</stri\u212ae>`: the sign of the kelvin is a k in Python alone
        if is_flat and not tag[2]:
            line.append((name, 0 if tag[3] else _ELEMENT + len(tag[0])))
        elif is_flat and line and line[-1][0] == name:
            line.pop()
        else:
            length += sum(one for _, one in line)
            line.clear()
    return length + sum(one for _, one in line)


def _with_mentions(text: str) -> str:
    ended = {end[1].lower() for end in _END.finditer(text)}

    def mentioned(tag: re.Match[str]) -> str:
        name = tag[1].lower()
        return tag[0] if name in _ENDLESS or name in ended else f"< {tag[0][1:]}"

    return _WORD.sub(mentioned, text)


def _without_unclosed(text: str) -> str:
    """The text without the tags of unclosed elements of `_HIDDEN`.

    Such a tag would hide the rest of the text, for example in a headline about the <script> element. If code follows, the element
    was cut off before its end tag: then the tag stays, and hides the code.
    """
    if not _OPENED.search(text):
        return text
    lower = text.lower()
    closed = {name: lower.rfind(f"</{name}") for name in _HIDDEN}
    code = max((found.start() for found in _CODE.finditer(text)), default=-1)

    def resolved(tag: re.Match[str]) -> str:
        name = tag[1].lower()
        hides = closed[name] >= tag.end() or (name in ("script", "style") and code >= tag.end())
        return tag[0] if hides else " "

    return _OPENED.sub(resolved, text)


def with_unended_as_text(text: str) -> str:
    """The text, with each `<` escaped that begins no complete tag (`a<b`). A tag that was cut off at the end stays a tag."""
    text = without_endless_comments(text)
    end = text.rfind(">") + 1
    tail = text[end:]
    start = _TAG_START.search(tail)
    if start is None or _CUT_OFF.fullmatch(tail, start.start()):
        return text
    return text[:end] + _TAG_START.sub("&lt;", tail)
