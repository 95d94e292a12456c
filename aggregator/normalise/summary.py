"""The summary that readers see: plain text of about 500 characters, cut at the end of a sentence, without boilerplate."""

from __future__ import annotations

import re
from operator import itemgetter
from unicodedata import category, east_asian_width

from aggregator.normalise.boilerplate import POINT, prose, without_boilerplate, without_credit, without_last_link
from aggregator.normalise.characters import cut
from aggregator.normalise.plain import plain, plain_of_safe, without_headings, without_shortcodes
from aggregator.text.scripts import unspaced

LENGTH = 500
TITLE_LENGTH = 300
_ENOUGH_HTML = 1000  # characters of HTML that are read first; twelve times as many if they contain little text
_NOTHING = ("", "Comments")  # texts that say nothing: only marks; only a link to the comments (Hacker News, Lobsters)
_LINE_END = re.compile(r"<br>|</(?:p|div|li|h[1-6]|blockquote|figure)>")
_HEADING = re.compile(r"<h[1-6]>")
# Addresses, mentions, and hashtags that are not part of a sentence.
_NO_WORDS = re.compile(r"https?://\S+|@\S+|#\S++(?=\s*(?:#|\Z))")
_TOLD = 60  # if removing links leaves fewer characters (or less than half), the links are the content, and stay
# Not the full stop of an initial (William J. Bratton, U.S. Senate), of the title before a name, or of what is short for a month or the like
# before a number (Nov. 24, No. 10), nor one after a number of up to two digits (3. Oktober, the first point of a list). But that of
# McDonald's, of Q&A, and of words in Korean, which may have one letter. A quotation mark may follow, in French after a space.
_SENTENCE_END = re.compile(
    r"(?:\.(?<!(?<![\w'’&])[^\W\d_\u3040-\ud7a3]\.)(?<!\b(?:Mr|Ms|Dr|St|Lt|vs)\.)(?<!\b(?:Mrs|Gen|Sen|Rep|Gov|Rev)\.)(?<!\s\d\.)(?<!\s\d\d\.)"
    r"(?!(?:(?<=\b(?:No|Nr)\.)|(?<=\b(?:Art|Jan|Feb|Mar|Apr|Aug|Sep|Oct|Nov|Dec)\.)|(?<=\bSept\.))\s\d)|[!?।۔؟։።။។])"
    r"(?:\s»(?=\s|\Z)|[\"'”’“»)\]]?(?=\s))|[。！？][」』”’）]?"
)


def summarise(text: str, safe: bool = False, title: str = "") -> str:
    """The summary of HTML or text. `safe`: `markup` has sanitised it. `title`: the title of the article, as plain text."""
    head = without_last_link(without_credit(text[: 15 * _ENOUGH_HTML], title))
    if not safe:
        head = without_shortcodes(head)
    found = _at_sentence(without_boilerplate(_told(head, safe)))
    return found if found.strip(".…|·•*_–—- ") not in _NOTHING else ""


def ended(summary: str, text: str) -> str:
    """The summary, with an ellipsis if the feed broke it off inside a sentence of `text`.

    It was broken off if `text` begins with it and continues in the same word (the rest of a word is removed) or with a small letter.
    """
    if not summary[-1:].isalnum() or not text.startswith(summary):
        return summary
    rest = text[len(summary) : len(summary) + 3]
    if rest[:1].isalnum() or (summary[-1].isdigit() and rest[:1] in (".", ",", ":") and rest[1:2].isdigit()):
        return broken_off(summary)
    return f"{summary}…" if rest.lstrip(" ,;")[:1].islower() else summary


def broken_off(summary: str) -> str:
    """The summary without its last word, which may be incomplete, and with an ellipsis. In scripts without spaces no word is lost."""
    space = -1 if unspaced(summary[-1]) else summary.rfind(" ", len(summary) // 2)
    return (summary[:space] if space > 0 else summary).rstrip(" .,;:–—-") + "…"


def _told(text: str, safe: bool) -> str:
    """The beginning as plain text, without headings and without blocks that only link elsewhere, unless there is nothing else."""
    bare = without_headings(text)
    if "<li" in bare or "<p" in bare:
        told = _beginning(prose(_head(bare, 3 * _ENOUGH_HTML)), safe)
        if len(told) < LENGTH and len(bare) > 3 * _ENOUGH_HTML:
            told = _beginning(prose(bare), safe)
        enough = len(told) >= _TOLD and not told.endswith(":")
        if enough and (len(told) >= LENGTH or 2 * len(told) >= len(_beginning(bare, safe))):
            return told
    return _beginning(bare, safe) or _beginning(text, safe)


def _beginning(text: str, safe: bool) -> str:
    read = plain_of_safe if safe else plain
    found = read(_head(text, _ENOUGH_HTML))
    if len(found) < LENGTH and len(text) > _ENOUGH_HTML:
        found = read(_head(text, 12 * _ENOUGH_HTML))
    return found


def _head(text: str, length: int) -> str:
    """The beginning, not cut inside a tag if that can be avoided."""
    if len(text) <= length:
        return text
    end = text.find(">", length, length + 300)
    return text[: end + 1] if end >= 0 else text[:length]


def _at_sentence(text: str) -> str:
    if len(text) <= LENGTH:
        return text
    ends = [found.end() for found in _SENTENCE_END.finditer(text, LENGTH // 2, LENGTH + 40)]
    return text[: ends[-1]] if ends else cut(text, LENGTH)


def title_from(summary: str, content: str) -> str:
    """A headline for an item without one: the first sentence of its summary, or the first line of its text (`content`, sanitised HTML),
    unless that is as short as a label, consists of addresses, mentions and hashtags, or leads on to the next. (The summary has no
    headings, and nothing of a text like "Read more about the treaty".) The address at the end of a post stays, since it may be all that
    tells the post from others in the same words (`New on our site: …`), which would be one story."""
    parts = ((part, plain_of_safe(part)) for part in _LINE_END.split(_head(content, _ENOUGH_HTML)))
    part, line = next(filter(itemgetter(1), parts), ("", ""))
    heading = _HEADING.search(part)
    headed = heading is not None and not plain_of_safe(part[: heading.start()])
    line = line if summary else without_boilerplate(line, keeps_more=True)
    told, rest = _NO_WORDS.sub("", line).strip(), summary.removeprefix(line).lstrip(" .")
    ends = line[-1:] not in ":,;-–—：，、；،؛" and not rest[:1].islower()
    heads = not summary or (ends and summary.startswith(line)) or headed
    if heads and any(map(str.isalpha, told)) and _cells(told) >= POINT:
        summary = line
    end = _SENTENCE_END.search(summary, 20)
    return cut(summary[: end.end()] if end else summary, 120)


def _cells(text: str) -> int:
    """The length in letters of the Latin script, without pictures: a Chinese, Japanese or Korean one, which is wide, says as much as
    three."""
    letters = [char for char in text if category(char) != "So"]
    return len(letters) + 2 * sum(east_asian_width(char) in "WF" for char in letters)
