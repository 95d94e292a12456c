"""What a story page says below the headline, without repetition. Pure."""

from __future__ import annotations

import re

from markupsafe import Markup

from aggregator.normalise.plain import plain_of_safe, prose_of_safe

_IMAGE = re.compile(r'<img\b(?:[^>"]|"[^"]*")*>')
"""In sanitised HTML quotes are double."""
_EMPTY = re.compile(r'<(a|span|em|strong|b|i|p|div|figure)\b(?:[^>"]|"[^"]*")*>\s*</\1>')
"""What an image leaves behind where it was all that it held; a link without words can be neither seen nor named."""
_BLOCKS = re.compile(r"<(?:h[2-6]|[uo]l|pre|table|blockquote)\b")
_PARAGRAPH = re.compile(r"\s*<p>(.*?)</p>", re.DOTALL)


def standfirst_and_body(summary: str, content: str) -> tuple[str, Markup | None]:
    """(standfirst, body) of a story with this summary and this sanitised text.

    A text that only repeats the summary is not shown as a body unless it has lists, headings or the like. A first
    paragraph that repeats it is omitted, and a summary cut from the beginning of the text is not used as standfirst.
    Pages load nothing from elsewhere, so the images of a text are omitted.
    """
    text, said = prose_of_safe(content), " ".join(summary.split())
    if text.rstrip("…. ") in said and not _BLOCKS.search(content):
        return summary, None
    first = _PARAGRAPH.match(content)
    if said and first and plain_of_safe(first[1]) == said:
        content = content[first.end() :]
    elif said and any(whole.startswith(said.rstrip("…. ")) for whole in (text, plain_of_safe(content))):
        summary = ""
    content = _IMAGE.sub("", content)
    for _ in range(3):  # a link in a paragraph in a figure
        content = _EMPTY.sub("", content)
    return summary, Markup(content)  # noqa: S704 - sanitised when it was stored
