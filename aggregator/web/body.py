"""What a story page says below the headline, without repetition. Pure."""

from __future__ import annotations

import re

from markupsafe import Markup

from aggregator.normalise.plain import plain_of_safe, prose_of_safe
from aggregator.text.fold import fold

_IMAGE = re.compile(r'<img\b(?:[^>"]|"[^"]*")*>')
"""In sanitised HTML quotes are double."""
_CAPTIONED = re.compile(
    r'<img\b(?:[^>"]|"[^"]*")*?\ssrc="([^"]*)"(?:[^>"]|"[^"]*")*>((?:(?!</?figure\b|<img\b).)*?<figcaption>)', re.DOTALL
)
_EMPTY = re.compile(
    r'<(?:(p|div|figure|h[2-6])|(a|span|em|strong|b|i))\b(?:[^>"]|"[^"]*")*>((?:\s|&nbsp;|<br>)*)</(?:\1|\2)>'
)
"""What an image leaves behind where it was all that it held; a link without words can be neither seen nor named."""
_LINKED = r'\2<a href="\1" lang="en" rel="noopener nofollow">Picture</a>: '
"""A caption alone reads like a stray paragraph."""
_BLOCKS = re.compile(r"<(?:h[2-6]|[uo]l|pre|table|blockquote)\b")
_HEADING = re.compile(r"(</?h)([2-6])\b")
_TABLE = re.compile(r"<(/?)table\b[^>]*>")
_PARAGRAPH = re.compile(r"\s*<p>(.*?)</p>", re.DOTALL)


def standfirst_and_body(summary: str, content: str) -> tuple[str, Markup | None]:
    """(standfirst, body) of a story with this summary and this sanitised text.

    A text that only repeats the summary is not shown as a body unless it has lists, headings or the like. A first
    paragraph that repeats it is omitted, and a summary cut from the beginning of the text is not used as standfirst;
    many feeds write one with typographic quotes and the other without. Pages load nothing from elsewhere, so the images of
    a text are omitted, those with a caption replaced by a link, and a text without words, such as a star that links to the
    article, is no body.
    """
    said = fold(" ".join(summary.split()))
    text, whole = (fold(told[: 2 * len(said) + 100]) for told in (prose_of_safe(content), plain_of_safe(content)))
    if text.rstrip(". ") in said and not _BLOCKS.search(content):
        return summary, None
    first = _PARAGRAPH.match(content)
    if said and first and fold(plain_of_safe(first[1])) == said:
        content = content[first.end() :]
    elif said and any(told.startswith(said.rstrip(". ")) for told in (text, whole)):
        summary = ""
    content = _IMAGE.sub("", _CAPTIONED.sub(_LINKED, content))
    for _ in range(3):  # a link in a paragraph in a figure
        content = _EMPTY.sub(lambda tag: "" if tag[1] else tag[3], content)  # blanks in a line keep its words apart
    if not any(map(str.isalnum, plain_of_safe(content))):
        return summary, None
    return summary, Markup(_scrolling(_nested(content)))  # noqa: S704 - sanitised when it was stored


def _nested(content: str) -> str:
    """With headings that follow that of the page without a gap, as screen readers go through them; many texts begin with the third,
    and some come to the second later."""
    above: list[str] = []  # the levels of a heading and those that it stands under
    given: dict[str, int] = {}

    def levelled(tag: re.Match[str]) -> str:
        level = tag[2]
        if tag[1] == "<h":
            above[:] = [*(one for one in above if one < level), level]
            given[level] = len(above) + 1
        return f"{tag[1]}{given.get(level, level)}"

    return _HEADING.sub(levelled, content)


def _scrolling(content: str) -> str:
    """With each table, not those within it, in a part that scrolls where it is too wide, by keyboard too."""
    depth = number = 0

    def framed(tag: re.Match[str]) -> str:
        nonlocal depth, number
        if tag[1]:
            depth -= 1
            return tag[0] if depth else f"{tag[0]}</div>"
        depth += 1
        if depth > 1:
            return tag[0]
        number += 1
        return f'<div class="scroll" role="region" aria-label="Table {number}" tabindex="0">{tag[0]}'

    return _TABLE.sub(framed, content)
