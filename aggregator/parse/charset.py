"""Converts bytes in any encoding to UTF-8.

A byte order mark decides first; then UTF-8 if the bytes *are* valid UTF-8, but for accidents, whatever header and prolog say (text
in another encoding is practically never valid UTF-8 by chance); then the header, unless it says ISO-8859-1, the prolog, and finally
windows-1252, in the spirit of the WHATWG Encoding Standard. Encodings in which ASCII bytes may spell markup (UTF-7 and Python's own
escapes) are not on the list, so they can never turn text into tags.
"""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The first bytes of "<?" or "<r" in encodings without a mark (XML 1.0, appendix F).
_UNMARKED = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))

# Labels of the Encoding Standard that Python does not know, besides those that are another with "x-" in front.
_ALIASES = {
    "windows-874": "cp874", "dos-874": "cp874", "windows-949": "cp949", "windows-31j": "cp932", "iso-8859-8-i": "iso8859-8",
}  # fmt: skip
# Labels that mean a larger encoding in practice (WHATWG), by Python's name of the codec.
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_ALLOWED = re.compile(
    r"(utf-8|utf-16(-[lb]e)?|utf-32(-[lb]e)?|iso8859-\d+|cp\d+|koi8-[rut]|kz1048|mac-\w+|gb18030|gbk|gb2312"
    r"|big5(hkscs)?|shift_jis(x0213|_2004)?|euc_(jp|kr|jis_2004|jisx0213)|iso2022_(jp|kr)\w*|tis-620|ptcp154|hz|ascii)"
)
_DECLARED = re.compile(rb"""^\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']\s*([\w.:-]{2,40})\s*["']""", re.IGNORECASE)
_HEADER = re.compile(r"""charset\s*=\s*+["']?+\s*+([\w.:-]{2,40})""", re.IGNORECASE)
_STRAY = re.compile("[\udc80-\udcff]+")  # bytes that are not UTF-8, as `surrogateescape` writes them
_READ_WELL = re.compile("[\u0400-\u9fff\uac00-\ud7a3\U0001f000-\U0001faff]+")
_WITH_ESCAPES = ("iso2022", "hz")  # encodings whose bytes are all ASCII, so that they look like valid UTF-8


def codec(label: str | None) -> str | None:
    """Python's name of the encoding that a label means, or None where we do not know it or do not want it."""
    if not label:
        return None
    label = label.lower().removeprefix("x-")
    try:
        name = codecs.lookup(_ALIASES.get(label, label)).name
    except (LookupError, ValueError):
        return None
    return _WIDER.get(name, name) if _ALLOWED.fullmatch(name) else None


def of_header(content_type: str | None) -> str | None:
    """Python's name of the encoding that the header names."""
    header = _HEADER.search(content_type or "")
    return codec(header[1]) if header else None


def to_utf8(body: bytes, content_type: str | None) -> tuple[bytes, tuple[str, ...]]:
    """The body as UTF-8 without byte order mark, and its flaws: `encoding-mismatch` (declared one thing, is
    another), `encoding-unknown`, `encoding-errors` (some bytes could not be read and became U+FFFD)."""
    for mark, name in (*_MARKS, *_UNMARKED):
        if body.startswith(mark):
            skip = len(mark) if name == "utf-8" else 0
            return _decoded(body[skip:], name)
    header, prolog = _HEADER.search(content_type or ""), _DECLARED.match(body[:400])
    labels = [header[1] if header else None, prolog[1].decode("ascii", "replace") if prolog else None]
    candidates = [known for label in labels if (known := codec(label))]
    if candidates[0:1] == ["cp1252"]:  # what many servers say of all that they send
        candidates.reverse()
    flaws = ("encoding-unknown",) if any(label and not codec(label) for label in labels) else ()
    for candidate in candidates:
        if candidate.startswith(_WITH_ESCAPES) and (b"\x1b" in body or b"~{" in body):
            return _decoded(body, candidate)
    if body.isascii() or _is_utf8(body):
        lied = not body.isascii() and any(name != "utf-8" for name in candidates)
        return body, (*flaws, *(["encoding-mismatch"] if lied else []))
    others = [name for name in candidates if _is_possible(name, body)]
    if _mostly_utf8(body):
        lied = bool(others)
        data, more = _decoded(_in_utf8(body, others[0]) if others else body, "utf-8")
    else:
        lied = "utf-8" in candidates
        data, more = _first_that_reads(body, others)
    return data, (*flaws, *more, *(["encoding-mismatch"] if lied else []))


def _is_possible(name: str, body: bytes) -> bool:
    """Whether a body that is no valid UTF-8 may be in this encoding. .NET declares UTF-16 whatever it writes, and all bytes read as
    that, to another text."""
    return name != "utf-8" and (not name.startswith(("utf-16", "utf-32")) or b"\0" in body[:100])


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _first_that_reads(body: bytes, names: list[str]) -> tuple[bytes, tuple[str, ...]]:
    for name in names:
        try:
            return body.decode(name).encode("utf-8", "replace"), ()
        except UnicodeError:
            continue
    return _decoded(body, names[0] if names else "cp1252")


def _mostly_utf8(body: bytes) -> bool:
    """Whether the damaged places are few beside the characters that read well: then it is UTF-8 with accidents (excerpts are cut
    inside a character), which single-byte encodings would read as well, to another text."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    good = sum(map(text.count, "’‘“”–—…éèüöäñçáíóа"))
    good += sum(run.end() - run.start() for run in _READ_WELL.finditer(text))  # no list, which would be of millions
    return good > broken


def _in_utf8(body: bytes, other: str) -> bytes:
    """The body with what is not UTF-8 read in the other encoding: some documents hold both."""
    text = body.decode("utf-8", "surrogateescape")
    return _STRAY.sub(lambda run: run[0].encode("utf-8", "surrogateescape").decode(other, "replace"), text).encode()


def _decoded(body: bytes, name: str) -> tuple[bytes, tuple[str, ...]]:
    text = body.decode(name, "replace").removeprefix("\ufeff")
    flaws = ("encoding-errors",) if "\ufffd" in text and b"\xef\xbf\xbd" not in body else ()
    return text.encode("utf-8", "replace"), flaws
