"""The summary a reader sees: plain text of some five hundred characters, ended at a sentence, without boilerplate."""

from __future__ import annotations

import re

from aggregator.normalise.characters import cut
from aggregator.normalise.plain import plain

LENGTH = 500
TITLE_LENGTH = 300
_ENOUGH_HTML = 6000  # of the source; more than a summary can need
_MORE = (
    r"(?:continue reading|read (?:the )?(?:more|full (?:story|article))|keep reading|click here to read"
    r"|view (?:the )?(?:full )?(?:article|post)|more\s*»|weiterlesen|lire la suite|leer más)"
)
_BOILERPLATE = re.compile(
    r"\s*[\[(]?(?:…|\.\.\.)?[\])]?\s*" + _MORE + r"(?:[^.!?]{0,120}(?:→|»|…|\.\.\.|>)?|\s+on\s.{0,80})\s*$"
    r"|\s*The post .{1,400}? (?:first )?appeared (?:first )?on .{1,160}$"
    r"|\s*(?:Comments|\[link\]\s*\[comments\]|submitted by .{0,80}\[link\].*)$",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(r"\s*[\[(]\s*(?:…|\.{3})\s*[\])]\s*$")
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]]?(?=\s)|[。！？]")


def summarise(text: str) -> str:
    """A summary out of HTML or text."""
    if len(text) > _ENOUGH_HTML:
        end = text.find(">", _ENOUGH_HTML)
        text = text[: end + 1] if 0 <= end < 2 * _ENOUGH_HTML else text[:_ENOUGH_HTML]
    return _at_sentence(_without_boilerplate(plain(text)))


def _without_boilerplate(text: str) -> str:
    for _ in range(3):
        found = _BOILERPLATE.search(text, max(0, len(text) - 700))
        if found is None:
            break
        text = text[: found.start()].rstrip()
    return _ELLIPSIS.sub("…", text)


def _at_sentence(text: str) -> str:
    if len(text) <= LENGTH:
        return text
    ends = [found.end() for found in _SENTENCE_END.finditer(text, LENGTH // 2, LENGTH + 40)]
    return text[: ends[-1]] if ends else cut(text, LENGTH)


def title_from(summary: str) -> str:
    """A headline for an item without one: the first sentence of its summary."""
    end = _SENTENCE_END.search(summary, 20)
    return cut(summary[: end.end()] if end else summary, 120)
