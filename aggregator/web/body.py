"""The text of a story below its headline, without repetition. Pure."""

from __future__ import annotations

import re

from markupsafe import Markup

from aggregator.normalise.boilerplate import without_asides, without_boilerplate, without_leading_on
from aggregator.normalise.plain import plain_of_safe, prose_of_safe
from aggregator.text.fold import fold

_ATTRIBUTES = r'(?:[^<>"]|"[^"]*")*'
"""They always have double quotes in sanitised HTML."""
_TAG = re.compile(rf"<[a-z]{_ATTRIBUTES}>")
_RAW = re.compile(r'="[^"<]*<')
"""What earlier versions stored may have < in attributes, which the searches below would take for tags."""
_IMAGE = re.compile(rf"<img\b{_ATTRIBUTES}>")
_CAPTIONED = re.compile(
    rf'<img\b{_ATTRIBUTES}?\ssrc="([^"]*)"{_ATTRIBUTES}>((?:(?!</?figure\b|<img\b).)*?<figcaption\b{_ATTRIBUTES}>)',
    re.DOTALL,
)
_NO_CAPTION = re.compile(rf"<figcaption\b{_ATTRIBUTES}>(?:\s|&nbsp;|<br>)*</figcaption>")
"""Some outlets put it below each picture."""
_EMPTY = re.compile(
    rf"<(?:(p|div|figure|blockquote|li|[uo]l|h[2-6])|(a|span|em|strong|b|i))\b{_ATTRIBUTES}>((?:\s|&nbsp;|<br>)*)</(?:\1|\2)>"
)
"""Elements that are empty after their image was removed. A link without words can be neither seen nor read out."""
_LINKED = r'\2<a href="\1" lang="en" rel="noopener nofollow">Picture</a>: '
"""Replaces the image of a caption, which alone would read like a stray paragraph."""
_PLAYER = re.compile(
    rf'<figure\b{_ATTRIBUTES}><figcaption\b{_ATTRIBUTES}><a\b{_ATTRIBUTES}?\shref="([^"]*)"{_ATTRIBUTES}>[^<]*</a></figcaption></figure>'
)
"""What stands in place of a player (`_named` of `normalise/markup.py`)."""
_HREF = re.compile(rf'<a\b{_ATTRIBUTES}?\shref="([^"]*)"')
_BLOCKS = re.compile(r"<(?:h[2-6]|[uo]l|pre|table|blockquote)\b")
_HEADING = re.compile(r"(</?h)([2-6])\b")
_TABLE = re.compile(r"<(/?)table\b[^>]*>")
_LAST_HEADING = re.compile(r"<h([2-6])>[^<]*(?:<(?!/?h[2-6]\b)[^<]*)*</h\1>\s*\Z")
_TAIL = 600  # characters at the end in which headings are searched
_OPENING = re.compile(r"\s*<(p|h[2-6])>((?:(?!<\1[ >]).)*?)</\1>", re.DOTALL)
"""Not one with another of its kind inside, whose end would be taken for its own."""
_FIRST_LINE = re.compile(
    rf"\s*+((?:<p>)?)(?:<br>|\s)*+((?:[^<]|<(a|span|em|strong|b|i)\b{_ATTRIBUTES}>[^<]*</\3>){{1,500}}+)<br>(?:<br>|\s)*+"
)
"""Of a text or its first paragraph, before a <br>."""
_BREAKS = re.compile(r"\A(?:\s|<br>)++")
_BEGIN, _END = 80, 40  # letters of the summary that are searched in the text
_SKIPPED = 300  # letters of the text that the summary may leave out


def is_bare(headline: str) -> bool:
    """Whether a headline is hardly more than a number (`CVE-2026-41234`, `8.19.0`), so that only the summary says what it is about."""
    return sum(map(str.isalpha, headline)) < sum(map(str.isdigit, headline))


def standfirst_and_body(
    summary: str, content: str, title: str = "", address: str | None = None
) -> tuple[str, Markup | None]:
    """(standfirst, body) of a story with this headline, summary and sanitised text, whose article is at this address. The body is None if
    it has nothing to add:

    - A text that only repeats the headline, the summary or both is no body, unless it has films, captioned pictures, lists, headings or
      the like. (Posts without title begin with their headline.)
    - A first paragraph or heading that repeats the summary or the headline is omitted, as is a first line that repeats the headline.
    - If the summary is an excerpt from the beginning of the text, there is no standfirst.
    - Images are removed, because pages load nothing from elsewhere; those with a caption become links.
    - A link in place of a player is omitted if the text has another link to what it plays.
    - A heading at the end whose pictures or forms are not shown is omitted, with the headings that it stands under. Other headings there
      may be lines of the text.
    - A text without words (such as a star that links to the article) is no body.
    - A link at the end that only leads on to the article ("Read more") is omitted, as is the empty space of images above and below.

    Texts are compared folded, since many feeds have typographic quotes in one and not in the other.
    """
    if _RAW.search(content):
        content = _TAG.sub(lambda tag: f"<{tag[0][1:].replace('<', '&lt;')}", content)
    content = _NO_CAPTION.sub("", without_leading_on(without_asides(content), address))
    said, headline = (fold(" ".join(one.split())) for one in (summary, title))
    text = fold(prose_of_safe(content)[: 2 * max(len(said), len(headline)) + 100]).rstrip(". ")
    if text in f"{headline} {said}" and "<figcaption" not in content and not _BLOCKS.search(content):
        return summary, None
    ends = _last_heading(content) is not None
    content = _IMAGE.sub("", _CAPTIONED.sub(_LINKED, content))
    for _ in range(3):  # up to three levels of nesting: a link in a paragraph in a figure
        content = _EMPTY.sub(lambda tag: "" if tag[1] else tag[3], content)  # blanks stay: they separate words
    whole = content = _without_outer_breaks(content)
    content = _without_first_line(_without_opening(content, headline), headline)
    below = _without_opening(content, said)
    if "<figcaption" not in below and not any(map(str.isalnum, without_boilerplate(plain_of_safe(below)))):
        return summary, None
    if below is content and _is_excerpt(said, whole):
        summary = ""
    content = _with_players_once(below if ends else _without_last_headings(below) or below)
    return summary, Markup(_scrolling(_nested(content)))  # noqa: S704 - sanitised when it was stored


def _with_players_once(content: str) -> str:
    """Without links in place of players to what the text links to as well, as outlets do for who cannot see the player."""
    seen = set(_HREF.findall(_PLAYER.sub("", content)))

    def shown(player: re.Match[str]) -> str:
        again = player[1] in seen
        seen.add(player[1])
        return "" if again else player[0]

    return _PLAYER.sub(shown, content)


def _without_outer_breaks(content: str) -> str:
    content = _BREAKS.sub("", content)
    end = len(content)
    while (last := content[max(0, end - 4) : end]) == "<br>" or last[-1:].isspace():
        end -= 4 if last == "<br>" else 1
    return content[:end]


def _without_opening(content: str, said: str) -> str:
    """The same string unless its first paragraph or heading says only this, folded."""
    first = _OPENING.match(content) if said else None
    return content[first.end() :].lstrip() if first and fold(plain_of_safe(first[2])) == said else content


def _without_first_line(content: str, said: str) -> str:
    """The same for its first line."""
    first = _FIRST_LINE.match(content) if said else None
    return first[1] + content[first.end() :] if first and fold(plain_of_safe(first[2])) == said else content


def _without_last_headings(content: str) -> str:
    level = "7"
    while (found := _last_heading(content)) and found[1] < level:
        level, content = found[1], content[: found.start()].rstrip()
    return content


def _last_heading(content: str) -> re.Match[str] | None:
    return _LAST_HEADING.search(content, max(0, len(content) - _TAIL))


def _is_excerpt(said: str, content: str) -> bool:
    """Whether beginning and end of the summary are in the beginning of the text. A summary leaves out headings, links and captions, and
    has full stops where the text has the end of a line: only letters are compared."""
    letters = _letters(said)
    text = _letters(fold(plain_of_safe(content)[: 2 * len(said) + _SKIPPED]))
    return bool(letters) and letters[:_BEGIN] in text and letters[-_END:] in text


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _nested(content: str) -> str:
    """Change the levels of headings so that they continue below that of the page without gaps, which screen readers need. Many texts begin
    with level 3, and some have level 2 only later."""
    above: list[str] = []  # the levels of a heading and those that it stands under
    given: list[int] = []  # the new levels of the headings that have not ended: one may be in another

    def levelled(tag: re.Match[str]) -> str:
        start, level = tag.groups()
        if start == "</h":
            return f"{start}{given.pop() if given else level}"
        above[:] = [*(one for one in above if one < level), level]
        given.append(len(above) + 1)
        return f"{start}{given[-1]}"

    return _HEADING.sub(levelled, content)


def _scrolling(content: str) -> str:
    """Put each outermost table into an element that scrolls, also by keyboard, if the table is too wide."""
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
