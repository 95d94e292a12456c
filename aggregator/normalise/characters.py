"""Removes characters that readers should never get: controls, bidirectional overrides, zero-width marks, noncharacters.

The result is legal in XML 1.0, JSON and HTML. Joiners (U+200C, U+200D) stay where Persian, Indic scripts and emoji need them. C1
controls (U+0080 to U+009F) come from windows-1252 text that was decoded as Latin-1, and become the characters that were meant.
"""

from __future__ import annotations

import re
import unicodedata

from aggregator.text.scripts import MARKS

_C1 = {code: bytes([code]).decode("cp1252", "replace").replace("\ufffd", "") for code in range(0x80, 0xA0)}
# The flags of England, Scotland and Wales: a black flag, tags, and the one that ends them. Other tags show nothing, and may hide a text.
_REGIONS = "|".join("".join(chr(0xE0000 + ord(tag)) for tag in region) for region in ("gbeng", "gbsct", "gbwls"))
_FLAG = re.compile(f"(\U0001f3f4(?:{_REGIONS})\U000e007f)")
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u00ad\u061c\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U0001fffe\U0001ffff"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff\U0010fffe\U0010ffff]+"
)
# Not the signs that nobody sees, but words or emoji may need: fillers of Hangul, vowels of Khmer, joiners, selectors of variants, the blank
# of Braille.
_SEEN = re.compile(
    "[^ \u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u200c\u200d\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# Of these the ones that only join letters or select variants of them. Letters of Latin, Greek and Cyrillic need none: there they would
# hide a word from searches and filters. A joiner between a Latin word and its Persian ending stays, and the selector in a keycap (before
# U+20E3).
_IDLE = "\u034f\u17b4\u17b5\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef"
_HAS_IDLE = re.compile(f"[{_IDLE}]")
_HIDING = re.compile(f"(?<=[0-9A-Za-z\u00c0-\u034e\u0350-\u052f\u1e00-\u1fff])[{_IDLE}]++(?![\u0590-\u1aff\u20e3])")
# Marks on one letter, more than the words of any language have (six in Myanmar): such towers cover the headlines above and below.
_HIGHEST = 6
_HIGH = re.compile(f"[^\x00-\u02ff\\w]{{{_HIGHEST + 1},}}")  # marks are among these; letters and common signs are not
# Possible mojibake: a lead byte of UTF-8 and a continuation byte, both decoded as Latin-1 or windows-1252 (`Ã¤` for ä).
_DOUBLED = re.compile(f"[\xc2-\xf4][\x80-\xbf{bytes(range(0x80, 0xA0)).decode('cp1252', 'ignore')}]|Ã\\s")
# ftfy takes time quadratic in the length of text that was misdecoded several times, and `unicodedata` quadratic in the number of
# accents on one letter. So they get short pieces, which end after a space, before a lead byte or at the end of the text.
_PIECE = re.compile("[\\s\\S]{1,250}(?:(?<=[ \n])|(?=[\xc2-\xf4])|\\Z)|[\\s\\S]{250}")
# Quoted words such as “IRÃ”: a closing quotation mark that has an opening one before it is not part of a misdecoded character.
_QUOTED = re.compile("((?<![^\\s(])(?:“[^“”]*[ÃÎÐ](?=”)|«[^«»]*[ÃÎÐ](?=»)|„[^„“”]*[ÃÎÐ](?=[“”]))(?!.\\w))")
# The place between an Ã that ends a word in capitals and a dash or quotation mark: `IRÃ–ISRAEL` looks like a misdecoded Ö. It is
# real text if the text around has letters that show that it was decoded correctly (`_READ_RIGHTLY`).
_ENDING = re.compile("(?<=[A-ZÀ-Þ]Ã)(?=[–—’“”…])")
_READ_RIGHTLY = re.compile("[ÀÁÄ-ÖØ-öø-ÿ]|[ÂÃ](?=[A-Za-z])")
# Half of a misdecoded no-break space, whose other half was stripped as white space. No language has words that end like this.
_HALF_SPACE = re.compile(r"(?<=[a-z0-9.,:;!?)])Â(?=\s|\Z)")
# Characters that must not be separated from the one before them: combining marks, variation selectors, skin tones, tags, joined emoji.
_JOINED = re.compile(f"[{MARKS}\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]|(?<=\u200d)")
_USUAL = bytes([9, 10, *range(0x20, 0x7F)])  # ASCII without the unwanted controls
_FLAGS = re.compile("[\U0001f1e6-\U0001f1ff]+\\Z")  # each flag is a pair of regional indicators
_C1_CLASS = re.compile("[\x80-\x9f]")


def clean(text: str) -> str:
    """The text without unwanted characters; line breaks and tabs stay."""
    rare = _rare(text)
    if b"\xc3" in rare and _DOUBLED.search(text):  # the lead byte of À to ÿ in UTF-8
        text = _without_mojibake(text)
        rare = _rare(text)
    if "Â" in text:
        text = _HALF_SPACE.sub("", text)
    if _are_wanted(rare):
        return text
    return _of_wanted(_C1_CLASS.sub(lambda found: _C1[ord(found[0])], text))


def _rare(text: str) -> bytes:
    """The characters of a text that are not common ASCII, as UTF-8: few, so that searching them is fast."""
    return text.encode("utf-8", "surrogatepass").translate(None, _USUAL)


def _are_wanted(rare: bytes) -> bool:
    chars = rare.decode("utf-8", "surrogatepass")
    return chars.isprintable() or not (_C1_CLASS.search(chars) or _UNWANTED.search(chars))


def _without_mojibake(text: str) -> str:
    """The text as it was before its UTF-8 was decoded with another encoding, once or several times."""
    from ftfy import fix_encoding  # imported for the few documents that need it

    parts = _QUOTED.split(text)
    if _ENDING.search(text) and _READ_RIGHTLY.search(_DOUBLED.sub("", text)):
        parts = [piece for part in parts for piece in _ENDING.split(part)]
    repaired = "".join(_PIECE.sub(lambda piece: fix_encoding(piece[0]), part) for part in parts)
    # A `Â` at the end is half of a no-break space, whose other half was stripped as white space.
    return text if repaired == text else repaired.removesuffix("Â")


def without_unwanted(text: str) -> str:
    """Removes the unwanted characters that appear in clean text when its HTML references (`&#x202E;`) are resolved."""
    return text if _are_wanted(_rare(text)) else _of_wanted(text)


def _of_wanted(text: str) -> str:
    # Not one pattern that puts each flag back where it stood: that takes six times as long.
    return "".join(part if n % 2 else _UNWANTED.sub("", part) for n, part in enumerate(_FLAG.split(text)))


def visible(text: str) -> str:
    """The text with an escape, as in Python, for each character that moves the cursor, changes the direction of text, or cannot be
    printed; line breaks stay."""
    return "".join(letter if _shows(letter) else repr(letter)[1:-1] for letter in text)


def _shows(letter: str) -> bool:
    # Zs: spaces, such as U+3000 in Chinese headlines.
    return letter.isprintable() or letter == "\n" or unicodedata.category(letter) == "Zs"


def spaced(text: str) -> str:
    """The cleaned text, with each run of white space as a single space."""
    return " ".join(clean(text).split())


def one_line(text: str) -> str:
    """The result of `spaced` in Unicode normalisation form C (accents joined to their letters); for a title or name. Without signs that
    only hide a word, and towers of marks. Empty if nothing of it can be seen."""
    line = spaced(text)
    if line.isascii():
        return line
    if not _SEEN.search(line):
        return ""
    if _HAS_IDLE.search(line):
        line = _HIDING.sub("", line)
    pieces = _PIECE.findall(line) if len(line) > 1000 else [line]
    return _HIGH.sub(_lowered, "".join(unicodedata.normalize("NFC", piece) for piece in pieces))


def _lowered(signs: re.Match[str]) -> str:
    """The signs without marks beyond the sixth on one letter, whatever joins or selects them."""
    kept, height = "", 0
    for sign in signs[0]:
        height = height + 1 if unicodedata.category(sign) in ("Mn", "Me", "Cf") else 0
        if height <= _HIGHEST:
            kept += sign
    return kept


def cut(text: str, limit: int) -> str:
    """At most `limit` characters of the text, with an ellipsis if it was cut.

    It is cut at the end of a word, or else at least not inside one displayed sign (a flag, an emoji, a letter with its accents).
    """
    if len(text) <= limit:
        return text
    end, least = limit - 1, limit * 2 // 3
    while end > least and _JOINED.match(text, end):
        end -= 1
    if (flags := _FLAGS.search(text, 0, end)) and len(flags[0]) % 2:
        end -= 1
    head = text[:end]
    space = head.rfind(" ", least)
    return (head[:space] if space > 0 else head).rstrip(" .,;:–—-") + "…"
