"""HTML to plain text: tags dropped, entities resolved however often they were escaped, one line.

The result holds no `<` that a careless reader could take for the start of a tag.
"""

from __future__ import annotations

import html
import re

from selectolax.lexbor import LexborHTMLParser

from aggregator.normalise.characters import clean, one_line

_TAG_START = re.compile(r"<(?=[a-zA-Z/!?])")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_HIDDEN = ["script", "style", "noscript", "template", "iframe", "object", "svg", "math", "form", "head", "figcaption"]
_OPENED = re.compile(rf"<({'|'.join(_HIDDEN)})\b[^<>]*>", re.IGNORECASE)
_CODE = re.compile(r"[{}=]|\w\(")
_CUT_OFF = re.compile(r"</?[a-zA-Z][\w-]*(?:\s+[\w:-]+\s*=.*|\s*/?)\Z", re.DOTALL)
_BLOCK = re.compile(
    r"<(?=/?(?:p|div|li|ul|ol|h[1-6]|tr|td|blockquote|section|article|table|figure|br|hr|P|DIV|LI|BR|TR|TD)\b)"
)
_MAX_ROUNDS = 5
# In sanitised HTML every attribute stands in double quotes, so a tag can be told by an expression.
_SAFE_BLOCK = re.compile(r"</?(?:p|div|li|ul|ol|h[1-6]|tr|t[dh]|blockquote|table|figure|[bh]r|dd|dt|pre)(?: [^>]*)?>")
_SAFE_TAG = re.compile(r'<[a-z/](?:"[^"]*"|[^">])*>')
# One that an excerpt cuts off ends where the excerpt does.
_SHORTCODE = re.compile(
    r"\[/?(?:vc|fusion|et_pb|mk|av)_\w{2,40}(?:\s[^\[\]<>]{0,2000}+)?(?:\]|(?=[\[<])|\Z)|\[/?caption(?:\s[^\[\]<>]{0,500})?\]"
)
_HEADING = re.compile(r"<(h[1-6])\b[^>]*>.{0,500}?</\1\s*>", re.DOTALL | re.IGNORECASE)
_CAPTION = re.compile(r"<figcaption>.*?</figcaption>", re.DOTALL)


def plain(text: str) -> str:
    """One line of plain text out of text that may be HTML, escaped any number of times."""
    if "<" not in text and "&" not in text:
        return one_line(text)
    for _ in range(_MAX_ROUNDS):
        before = text
        if _TAG_START.search(text):
            text = _without_tags(text)
        if "&" in text and _ENTITY.search(text):
            text = html.unescape(text)
        if text == before:
            break
    return one_line(_TAG_START.sub("< ", clean(text)))


def plain_of_safe(text: str) -> str:
    """The same of HTML that `markup` has sanitised: quicker, as no parser is needed."""
    if "<" in text:
        if "<figcaption>" in text:
            text = _CAPTION.sub(" ", text)
        text = _SAFE_TAG.sub("", _SAFE_BLOCK.sub(" ", text))
    return plain(html.unescape(text)) if "&" in text else one_line(text)


def without_shortcodes(text: str) -> str:
    """Without what a page builder of WordPress was to replace, and a feed shows: `[vc_row css="…"]`, `[/vc_row]`."""
    return _SHORTCODE.sub(" ", text) if "[" in text else text


def without_headings(text: str) -> str:
    """HTML without its headings, which would run into the sentence behind them."""
    return _HEADING.sub(" ", text) if "<h" in text or "<H" in text else text


def prose_of_safe(text: str) -> str:
    """The same of sanitised HTML as plain text, with its headings where there is nothing else."""
    return plain_of_safe(without_headings(text)) or plain_of_safe(text)


def _without_tags(text: str) -> str:
    tree = LexborHTMLParser(_BLOCK.sub(" <", _parted(_finished(clean(text)))))
    tree.strip_tags(_HIDDEN, recursive=True)
    body = tree.body
    return body.text() if body is not None else ""


def _finished(text: str) -> str:
    """An element that shows nothing hides all that follows where it is never closed, as in a headline about the
    <script> tag: there the tag alone goes. Code that was cut off stays hidden."""
    if not _OPENED.search(text):
        return text
    lower = text.lower()
    closed = {name: lower.rfind(f"</{name}") for name in _HIDDEN}
    code = max((found.start() for found in _CODE.finditer(text)), default=-1)

    def settled(tag: re.Match[str]) -> str:
        name = tag[1].lower()
        hides = closed[name] >= tag.end() or (name in ("script", "style") and code >= tag.end())
        return tag[0] if hides else " "

    return _OPENED.sub(settled, text)


def _parted(text: str) -> str:
    """What begins like a tag or a comment and never ends is text (a<b), but for a tag that was cut off at the end."""
    end = text.rfind("-->") + 1
    text = text[:end] + text[end:].replace("<!--", " ")
    end = text.rfind(">") + 1
    tail = text[end:]
    start = _TAG_START.search(tail)
    if start is None or _CUT_OFF.fullmatch(tail, start.start()):
        return text
    return text[:end] + _TAG_START.sub("&lt;", tail)
