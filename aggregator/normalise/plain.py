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
_BLOCK = re.compile(
    r"<(?=/?(?:p|div|li|ul|ol|h[1-6]|tr|td|blockquote|section|article|table|figure|br|hr|P|DIV|LI|BR|TR|TD)\b)"
)
_MAX_ROUNDS = 5
# In sanitised HTML every attribute stands in double quotes, so a tag can be told by an expression.
_SAFE_BLOCK = re.compile(r"</?(?:p|div|li|ul|ol|h[1-6]|tr|t[dh]|blockquote|table|figure|[bh]r|dd|dt|pre)(?: [^>]*)?>")
_SAFE_TAG = re.compile(r'<[a-z/](?:"[^"]*"|[^">])*>')
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


def _without_tags(text: str) -> str:
    tree = LexborHTMLParser(_BLOCK.sub(" <", clean(text)))
    tree.strip_tags(_HIDDEN, recursive=True)
    body = tree.body
    return body.text() if body is not None else ""
