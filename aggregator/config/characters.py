"""Which characters the file may not contain, and which its texts may not: these go unchanged into feeds, pages and terminals."""

from __future__ import annotations

import re

# YAML forbids these, except as an escape (`"\\x01"`). XML 1.0 cannot contain them, or a terminal obeys them.
FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # allowed in comments, which are not shown

INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"  # often copied with text of web pages
UNSEEN = re.compile(rf"(?![\u200c\u200d])[{INVISIBLE}]")  # those two belong to words of Persian and Hindi
CURLY = "“”„‟‘’‚‛«»"  # word processors write them instead of the quotes of YAML

LINE_BREAK = re.compile(r"\r\n?|\n")
_BREAKS = dict.fromkeys((0x85, 0x2028, 0x2029), " ")


def in_lines(text: str) -> str:
    """Replaces by spaces the characters that end a line in YAML 1.1, but in no editor.

    A pasted headline may contain one. It must not end a comment, nor change the numbers of lines in messages.
    """
    return text.translate(_BREAKS)


def fault(text: str) -> str | None:
    """Names the first forbidden character of a text, says why it is forbidden and what to do; None if there is none."""
    if text.isprintable():
        return None
    if found := FORBIDDEN.search(text):
        return f"the character U+{ord(found[0]):04X}, which feeds cannot hold: delete it"
    if found := _TURNING.search(text):
        return f"the character U+{ord(found[0]):04X}, which changes the direction of the text after it: delete it"
    return None


def without_faults(text: str) -> str:
    return _TURNING.sub("", FORBIDDEN.sub("", text))


def unwrapped(address: str) -> str:
    """An address without what may be copied with it: white space, the < > of an e-mail, quotes around it, and invisible characters, also
    within it (pages break long ones at soft hyphens). Quotes only at the end stay, since they may belong to it."""
    around, quotes = f" \t\r\n\xa0<>{INVISIBLE}", f"{CURLY}\"'"
    address = UNSEEN.sub("", address).strip(around)
    return address.strip(f"{around}{quotes}") if address.startswith(tuple(quotes)) else address
