"""Which characters the file may contain, and which of them no text in it may: texts go into feeds, pages and terminals
as they are."""

from __future__ import annotations

import re

# What YAML forbids as it stands (`"\\x01"` writes it all the same): XML 1.0 cannot hold it, or a terminal obeys it.
FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # stays allowed in comments, where nobody is shown it

INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"  # come along when text of a page is copied
CURLY = "“”„‟‘’‚‛«»"  # word processors put them for the quotes that YAML knows

LINE_BREAK = re.compile(r"\r\n?|\n")
_BREAKS = dict.fromkeys((0x85, 0x2028, 0x2029), " ")


def in_lines(text: str) -> str:
    """The text with blanks for the characters that end a line in YAML 1.1 and in no editor: a headline that is pasted may bring
    one, which must not end a comment, nor move the lines that messages name."""
    return text.translate(_BREAKS)


def fault(text: str) -> str | None:
    """What is wrong with the first character that a text must not contain, and what to do."""
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
    """An address without what may be around it when it is copied: the < > of a mail, curly quotes, invisible characters. Quotes at the
    end alone may belong to it."""
    around = f" <>{INVISIBLE}"
    address = address.strip(around)
    return address.strip(f"{around}{CURLY}") if address.startswith(tuple(CURLY)) else address
