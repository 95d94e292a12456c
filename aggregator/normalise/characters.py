"""Removes characters that readers should never get: controls, bidirectional overrides, zero-width marks, noncharacters.

What remains is legal in XML 1.0, JSON and HTML. Joiners (U+200C, U+200D) stay: Persian, Indic scripts and emoji need
them. C1 controls are windows-1252 read wrongly, and become what was meant.
"""

from __future__ import annotations

import codecs
import re

_C1 = {code: bytes([code]).decode("cp1252", "replace").replace("\ufffd", "") for code in range(0x80, 0xA0)}
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u00ad\u061c\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U0001fffe\U0001ffff\U000e0000-\U000e007f\U0010fffe\U0010ffff]"
)
# How the first bytes of UTF-8 look when taken for Latin-1, the last three those of emoji.
_DOUBLED = ("Ã", "Â", "Ä", "Å", "Ð", "Ñ", "â€", "â\x80", "ðŸ", "ð\x9f", "ï¸")
_LATIN_1 = re.compile("[\x80-\xff]")
_DOUBLED_CHARACTER = re.compile("[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_CONTINUATION = f"[\x80-\xbf{bytes(range(0x80, 0xA0)).decode('cp1252', 'ignore')}]"
_DOUBLED_PUNCTUATION = re.compile(f"(?:â€|ðŸ{_CONTINUATION}){_CONTINUATION}")  # dashes, quotation marks, emoji
_C1_CLASS = re.compile("[\x80-\x9f]")


def clean(text: str) -> str:
    """The text without unwanted characters; line breaks and tabs stay."""
    if not text.isascii() and any(map(text.__contains__, _DOUBLED)):
        text = _without_mojibake(text)
    if _is_printable(text):
        return text
    if not text.isascii():
        text = _C1_CLASS.sub(lambda found: _C1[ord(found[0])], text)
    return without_unwanted(text)


def _is_printable(text: str) -> bool:
    return text.isprintable() or text.replace("\n", "").replace("\t", "").replace("\xa0", "").isprintable()


def without_unwanted(text: str) -> str:
    """The same of text that was clean, after references of HTML in it (`&#x202E;`) became characters."""
    return text if _is_printable(text) else _UNWANTED.sub("", text)  # four times as fast as the search


def _without_mojibake(text: str) -> str:
    """Repair UTF-8 that was decoded as Latin-1 or windows-1252 (mojibake). Other text does not decode and is unchanged, such
    as `NÃO`. If only a part was affected, the rest (`&#8211;` beside `Ã¼`) stays, provided that all characters of Latin-1
    belong to the affected part. A `Â` at the end is half of a no-break space, whose other half was stripped as white space."""
    whole = text.removesuffix("Â")
    repaired = _repaired(whole)
    return text if repaired == whole else repaired


def _repaired(text: str) -> str:
    for wrong in ("latin-1", "cp1252") if any(map(text.__contains__, ("â€", "Ã", "Ð", "Ñ", "ðŸ"))) else ("latin-1",):
        try:
            return text.encode(wrong, "undefined-as-itself" if wrong == "cp1252" else "strict").decode("utf-8")
        except UnicodeError:
            continue
    text = _DOUBLED_PUNCTUATION.sub(lambda found: _as_windows_1252(found[0]).decode(), text)
    if _LATIN_1.search(_DOUBLED_CHARACTER.sub("", text)):
        return text
    return _DOUBLED_CHARACTER.sub(lambda found: found[0].encode("latin-1").decode("utf-8", "ignore"), text)


def _as_windows_1252(text: str) -> bytes:
    return text.encode("cp1252", "undefined-as-itself")


def _undefined_as_itself(error: UnicodeError) -> tuple[bytes, int]:
    """Error handler: bytes that windows-1252 leaves undefined become the same code points, as in browsers."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return error.object[error.start : error.end].encode("latin-1"), error.end


codecs.register_error("undefined-as-itself", _undefined_as_itself)


def one_line(text: str) -> str:
    """The clean text with runs of white space as single spaces (for a title or name)."""
    return " ".join(clean(text).split())


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, ended at a word and marked with an ellipsis where something was cut."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    space = head.rfind(" ", limit * 2 // 3)
    return (head[:space] if space > 0 else head).rstrip(" ,;:–—-") + "…"
