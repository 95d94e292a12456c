"""Converts bytes in any encoding to UTF-8.

The first of these that applies decides the encoding:
1. a byte order mark (that of UTF-8 unless most of what is beyond ASCII is invalid);
2. UTF-8 if the bytes are valid UTF-8, or nearly so, whatever header and prolog say: text in another encoding is practically never
   valid UTF-8 by chance;
3. the Content-Type header, unless it says ISO-8859-1 (the default of many servers);
4. the XML prolog;
5. that ISO-8859-1 of the header, or windows-1252, as the WHATWG Encoding Standard has it.

Encodings in which ASCII bytes can spell markup (UTF-7, Python's escapes) are not supported, so text cannot turn into tags.
"""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The first bytes of "<?" or "<r" in encodings without a mark (XML 1.0, appendix F).
_UNMARKED = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))

# Labels of the Encoding Standard that Python does not know (besides known ones with the prefix "x-").
_ALIASES = {
    "windows-874": "cp874", "dos-874": "cp874", "windows-949": "cp949", "windows-31j": "cp932", "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8", "logical": "iso8859-8", "visual": "iso8859-8", "iso-8859-6-i": "iso8859-6", "iso-8859-6-e": "iso8859-6",
    "koi": "koi8-r", "koi8": "koi8-r", "koi8-ru": "koi8-u", "mac": "mac-roman", "mac-ukrainian": "mac-cyrillic", "x-big5": "big5",
    "cn-big5": "big5", "gb_2312": "gb2312", "gb_2312-80": "gb2312", "ks_c_5601-1989": "euc-kr", "ksc_5601": "euc-kr",
    **{f"iso8859{part}": f"iso8859-{part}" for part in range(1, 17)},
}  # fmt: skip
# Codec (by its Python name) → the larger one that its label means in practice (WHATWG).
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
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
_IN_PAGE = re.compile(rb"""<meta\s[^<>]{0,200}?\bcharset\s*=\s*+["']?+\s*+([\w.:-]{2,40})""", re.IGNORECASE)
_STRAY = re.compile("[\udc80-\udcff]+")  # bytes that are not UTF-8, as `surrogateescape` decodes them
# How an emoji and a quotation mark or dash begin in UTF-8; between other characters of Western encodings this is `ðŸ` and `â€`.
_BEGUN = re.compile("\udcf0\udc9f[\udc80-\udcbf]?|\udce2\udc80")
_READ_WELL = re.compile("[\u0400-\u9fff\uac00-\ud7a3\U0001f000-\U0001faff]+")
# Two halves of a character beyond U+FFFF, each written in UTF-8 by itself, as old databases do with emoji (CESU-8).
_HALVES = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_WITH_ESCAPES = ("iso2022", "hz")  # encodings whose bytes are all ASCII, so that they look like valid UTF-8


def codec(label: str | None) -> str | None:
    """Python's name of the encoding that a label means; None if it is unknown or not supported."""
    if not label:
        return None
    label = label.lower().removeprefix("x-")
    try:
        name = codecs.lookup(_ALIASES.get(label, label)).name
    except (LookupError, ValueError):
        return None
    return _WIDER.get(name, name) if _ALLOWED.fullmatch(name) else None


def of_header(content_type: str | None) -> str | None:
    """Python's name of the encoding in a Content-Type header; None if there is none."""
    header = _HEADER.search(content_type or "")
    return codec(header[1]) if header else None


def of_page(body: bytes, content_type: str | None) -> bytes:
    """A web page in UTF-8 if a byte order mark, the header or the page itself tells its encoding, else unchanged. The header outranks the
    page, unless it names ISO-8859-1, the default of many servers, or UTF-8, which shows in the body itself."""
    named = of_header(content_type)
    if named in (None, "cp1252", "utf-8") and (own := _IN_PAGE.search(body)) and codec(own[1].decode()):
        content_type = f"text/html; charset={own[1].decode()}"
    told = of_header(content_type) or body.startswith((codecs.BOM_UTF8, *(mark for mark, _ in _MARKS)))
    return to_utf8(body, content_type)[0] if told else body


def to_utf8(body: bytes, content_type: str | None) -> tuple[bytes, tuple[str, ...]]:
    """The body as UTF-8 without byte order mark, and its flaws: `encoding-mismatch` (it is not in the declared encoding),
    `encoding-unknown` (the declared one is not known), `encoding-errors` (some bytes could not be decoded and became U+FFFD)."""
    for mark, name in (*_MARKS, *_UNMARKED):
        if body.startswith(mark):
            return _decoded(body, name)
    marked = body.startswith(codecs.BOM_UTF8)
    if marked:
        body = body[len(codecs.BOM_UTF8) :]
        if _is_utf8(body):
            return _decoded(body, "utf-8")
    candidates, flaws = _declared(body, content_type)
    if shown := next((candidate for candidate in candidates if _shows(body, candidate)), None):
        return _decoded(body, shown)
    if b"\xed" in body and not _is_utf8(body):
        body = _HALVES.sub(_whole, body)
    if body.isascii() or _is_utf8(body):
        lied = not body.isascii() and any(name != "utf-8" for name in candidates)
        return body, (*flaws, *(["encoding-mismatch"] if lied else []))
    others = [name for name in candidates if not name.startswith("utf-")]
    unsaid = marked or set(others) <= {"cp1252"}  # a few characters of other encodings may look like valid UTF-8
    if _mostly_utf8(body) or (unsaid and (_only_cut(body) or _rather_utf8(body, marked))):
        lied = bool(others)
        data, more = _decoded(_in_utf8(body, others[0]) if others else body, "utf-8")
    else:
        lied = marked or "utf-8" in candidates
        data, more = _first_that_reads(body, others)
    return data, (*flaws, *more, *(["encoding-mismatch"] if lied else []))


def _declared(body: bytes, content_type: str | None) -> tuple[list[str], tuple[str, ...]]:
    """The encodings that the header and the document declare, the more credible first, and the flaw of those that are not known."""
    header, prolog = _HEADER.search(content_type or ""), _DECLARED.match(body[:400])
    labels = [header[1] if header else None, prolog[1].decode("ascii", "replace") if prolog else None]
    candidates = [known for label in labels if (known := codec(label))]
    if candidates[0:1] == ["cp1252"]:  # many servers send this header with everything
        candidates.reverse()
    return candidates, ("encoding-unknown",) if any(label and not codec(label) for label in labels) else ()


def _shows(body: bytes, encoding: str) -> bool:
    """Whether the bytes bear out a declared encoding by themselves, as those of UTF-16 and of encodings with escapes do."""
    if encoding.startswith(_WITH_ESCAPES):
        return b"\x1b" in body or b"~{" in body
    # Of a text in UTF-16 that has no mark and does not begin with a tag (JSON, white space), a quarter or more are zeros. .NET declares
    # UTF-16 whatever it writes, and any bytes can be decoded as UTF-16.
    return encoding.startswith(("utf-16", "utf-32")) and 4 * body[:100].count(0) >= len(body[:100]) > 0


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def character(halves: str) -> str:
    """The character of which these are the two halves (surrogates), as in UTF-16."""
    return halves.encode("utf-16", "surrogatepass").decode("utf-16")


def _whole(halves: re.Match[bytes]) -> bytes:
    return character(halves[0].decode("utf-8", "surrogatepass")).encode()


def _rather_utf8(body: bytes, marked: bool) -> bool:
    """Whether fewer bytes of the body are invalid in UTF-8 than characters are valid beyond ASCII, or as many, if it has the mark of UTF-8.
    In another encoding hardly any is valid."""
    text = body.decode("utf-8", "surrogateescape")
    broken = sum(run.end() - run.start() for run in _STRAY.finditer(text))
    return len(text) - len(text.encode("ascii", "ignore")) >= 2 * broken + (not marked)


def _first_that_reads(body: bytes, names: list[str]) -> tuple[bytes, tuple[str, ...]]:
    for name in names:
        try:
            return body.decode(name).encode("utf-8", "replace"), ()
        except UnicodeError:
            continue
    return _decoded(body, names[0] if names else "cp1252")


def _mostly_utf8(body: bytes) -> bool:
    """Whether the body is damaged UTF-8 (such as with excerpts that are cut within a character): it has fewer invalid places than
    plausible non-ASCII characters. Single-byte encodings could decode it too, but to a wrong text."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    good = sum(map(text.count, "’‘“”–—…éèüöäñçáíóа"))
    good += sum(run.end() - run.start() for run in _READ_WELL.finditer(text))  # `findall` could return millions
    return good > broken


def _only_cut(body: bytes) -> bool:
    """Whether all that is not UTF-8 in the body are halves of emoji and quotation marks, at which excerpts were cut."""
    text = body.decode("utf-8", "surrogateescape")
    return all(_BEGUN.fullmatch(run[0]) for run in _STRAY.finditer(text))


def _in_utf8(body: bytes, other: str) -> bytes:
    """The body in UTF-8, where bytes that are not UTF-8 are decoded as `other`: some documents mix both."""

    def read(run: re.Match[str]) -> str:
        half = other == "cp1252" and _BEGUN.fullmatch(run[0])  # in other encodings it may be a word
        return "\ufffd" if half else run[0].encode("utf-8", "surrogateescape").decode(other, "replace")

    return _STRAY.sub(read, body.decode("utf-8", "surrogateescape")).encode()


def _decoded(body: bytes, name: str) -> tuple[bytes, tuple[str, ...]]:
    text = body.decode(name, "replace").removeprefix("\ufeff")
    flaws = ("encoding-errors",) if "\ufffd" in text and b"\xef\xbf\xbd" not in body else ()
    return text.encode("utf-8", "replace"), flaws
