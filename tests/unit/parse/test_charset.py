"""Encodings: mark, header, prolog, and those that lie."""

from __future__ import annotations

import codecs
import time
import tracemalloc

import pytest
from builders.documents import URL, item, rss

from aggregator.parse.charset import codec, of_page, to_utf8
from aggregator.parse.reader import parse

TITLE = "Ärger in Łódź – Київ"


def title(body: bytes, content_type: str | None = None) -> str | None:
    return parse(body, content_type, URL).items[0].title


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "gb18030"]
)
def test_reads_unicode_and_gb18030(encoding: str) -> None:
    assert title(rss(item(title=TITLE), encoding=encoding)) == TITLE


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("windows-1252", "“café”"),
        ("windows-1251", "Київ"),
        ("shift_jis", "東京"),
        ("iso-2022-jp", "東京"),
        ("big5", "台北"),
    ],
)
def test_reads_what_the_prolog_declares(encoding: str, text: str) -> None:
    assert title(rss(item(title=text), encoding=encoding)) == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ['{"title": "Café"}', ' \n<rss version="2.0"/>', "<!-- Київ – Łódź -->"])
def test_utf_16_without_a_mark_that_the_header_declares(encoding: str, text: str) -> None:
    assert to_utf8(text.encode(encoding), f"application/json; charset={encoding}") == (text.encode(), ())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_mark_shows_the_order_of_bytes(encoding: str) -> None:
    marks = {"utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)}
    for mark, order in zip(marks[encoding], ("-le", "-be"), strict=True):
        assert title(mark + rss(item(title=TITLE), "", encoding + order, "utf-8"), "text/xml; charset=utf-8") == TITLE


def test_the_header_outranks_the_prolog_and_utf8_outranks_both() -> None:
    assert title(rss(item(title="Київ"), "", "windows-1251", "iso-8859-1"), "text/xml; charset=windows-1251") == "Київ"
    lied = rss(item(title="Київ"), declared="iso-8859-1")
    feed = parse(lied, "text/xml; charset=windows-1251", URL)
    assert (feed.items[0].title, feed.flaws) == ("Київ", ("encoding-mismatch",))


def test_a_header_that_says_latin_1_of_everything_outranks_no_prolog() -> None:
    """Apache does: AddDefaultCharset."""
    told = rss(item(title="Киев"), "", "windows-1251")
    assert title(told, "text/xml; charset=ISO-8859-1") == "Киев"
    assert title(rss(item(title="Café"), "", "iso-8859-1", "utf-8"), "text/xml; charset=ISO-8859-1") == "Café"


def test_latin_1_is_read_as_windows_1252() -> None:
    assert title(rss(item(title="“quoted”"), "", "windows-1252", "iso-8859-1")) == "“quoted”"


def test_a_few_bad_bytes_do_not_change_the_encoding() -> None:
    body = rss(item(title="Київ – Łódź", inside="<description>x\x00</description>")).replace(b"x\x00", b"\xff")
    feed = parse(body, None, URL)
    assert feed.items[0].title == "Київ – Łódź"
    assert "encoding-errors" in feed.flaws


def test_a_bad_byte_does_not_change_the_few_other_characters() -> None:
    """Each was read as two."""
    body = rss([item(title="Mobilität für 5\u00a0£"), item(title="AAA")])
    feed = parse(body.replace(b"AAA", b"Caf\xe9"), None, URL)
    assert feed.items[0].title == "Mobilität für 5\u00a0£"
    feed = parse(body.replace(b"AAA", b"Caf\xe9").replace(b"utf-8", b"windows-1252"), None, URL)
    assert [one.title for one in feed.items] == ["Mobilität für 5\u00a0£", "Café"]


@pytest.mark.parametrize("text", ["«К»", "à\u00a0» café", "Т» и", "«НАТО»"])
@pytest.mark.parametrize("encoding", ["windows-1251", "windows-1252"])
def test_a_few_characters_that_might_be_utf_8_do_not_change_the_encoding(text: str, encoding: str) -> None:
    try:
        body = rss(item(title=text), encoding=encoding)
    except UnicodeEncodeError:
        return
    assert title(body) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("시대에", "euc-kr"), ("하루에", "cp949"), ("巴巴多斯", "gb2312"), ("東アフリカ", "euc-jp"),
        ("賽納文“", "big5"), ("ЦВЕТА", "iso-8859-5"), ("січні", "koi8-u"), ("ทาจิกิสถาน“", "windows-874"),
    ],
)  # fmt: skip
def test_the_only_word_of_a_document_is_in_the_encoding_that_it_declares(text: str, encoding: str) -> None:
    body = (
        f"<?xml version='1.0' encoding='{encoding}'?><rss><channel><item><title>{text}</title></item></channel></rss>"
    )
    for content_type in (None, f"text/xml; charset={encoding}", "text/xml; charset=utf-8"):
        assert title(body.encode(codec(encoding) or ""), content_type) == text


@pytest.mark.parametrize("beside", ["", "Київ ", "Mobilität "])
def test_an_emoji_in_two_halves_is_one(beside: str) -> None:
    halves = "\ud83d\ude00".encode("utf-8", "surrogatepass")
    assert title(rss(item(title=f"{beside}AAA")).replace(b"AAA", halves)) == f"{beside}😀"
    assert "😀" not in (title(rss(item(title="AAA")).replace(b"AAA", halves[:3])) or "")


def test_a_large_document_with_bad_bytes_takes_little_memory() -> None:
    """A child process that parses has 512 MiB."""
    body = "国 务 院".encode() * 50_000 + b"\xe4\xb8"
    tracemalloc.start()
    to_utf8(body, None)
    assert tracemalloc.get_traced_memory()[1] < 8 * len(body)
    tracemalloc.stop()


@pytest.mark.parametrize(("char", "kept"), [("😀", 2), ("😀", 3), ("’", 2)])
@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1"])
def test_half_of_an_emoji_does_not_make_a_text_in_english_another_encoding(char: str, kept: int, declared: str) -> None:
    body = rss(item(title=f"Storm ahead {char}"), declared=declared).replace(char.encode(), char.encode()[:kept])
    assert title(body) == "Storm ahead \ufffd"


@pytest.mark.parametrize(
    ("text", "encoding", "declared", "quoted"),
    [
        ("naïve café", "windows-1252", "utf-8", "😀😀"),  # of an advertisement, say
        ("güneşli kış", "windows-1254", "windows-1254", "’’"),
        ("Џорџ рџ", "windows-1251", "windows-1251", "😀"),
        ("ЁЯ тА", "cp866", "cp866", ""),
        ("馃", "gb18030", "gb18030", "’"),
        ("窶", "shift_jis", "shift_jis", ""),
    ],
)
def test_bytes_that_begin_an_emoji_in_utf8_do_not_make_another_encoding_utf8(
    text: str, encoding: str, declared: str, quoted: str
) -> None:
    body = rss(item(title=f"News: {text}"), encoding=encoding, declared=declared)
    assert title(body.replace(b"</rss>", f"<!-- {quoted} --></rss>".encode())) == f"News: {text}"


@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "windows-1252"])
@pytest.mark.parametrize("content_type", [None, "text/xml; charset=iso-8859-1", "text/xml; charset=utf-8"])
def test_an_excerpt_that_is_cut_inside_a_character_stays_readable(declared: str, content_type: str | None) -> None:
    excerpt = item("<description>Après l’élection, c’est décidé</description>", title="Où va l’Europe ?")
    body = rss(excerpt, declared=declared).replace("é</".encode(), b"\xc3</")
    (one,) = parse(body, content_type, URL).items
    assert one.title == "Où va l’Europe ?"
    assert (one.summary or "").startswith("Après l’élection, c’est décid")


@pytest.mark.parametrize("text", ["国务院总理访问德国", "総理がドイツを訪問", "총리 독일 방문", "प्रधानमंत्री जर्मनी में"])
def test_the_same_in_any_script(text: str) -> None:
    body = rss(item(f"<description>{text}é</description>", title=text), declared="iso-8859-1")
    assert title(body.replace("é</".encode(), b"\xc3</")) == text


def test_a_document_in_two_encodings_is_read_in_both() -> None:
    body = rss([item(title="Où va l’Europe – “café”"), item(title="AAA")], declared="iso-8859-1")
    feed = parse(body.replace(b"AAA", b"Caf\xe9 \x93noir\x94"), None, URL)
    assert [one.title for one in feed.items] == ["Où va l’Europe – “café”", "Café “noir”"]
    assert feed.flaws == ("encoding-mismatch",)


@pytest.mark.parametrize("padding", ["", " "])
def test_bytes_are_no_utf_16_because_they_are_declared_so(padding: str) -> None:
    body = rss(item(title="Café" + padding), "", "windows-1252", "utf-16")
    assert title(body) == "Café"
    assert title(body.replace(b"utf-16", b"unknown"), "text/xml; charset=utf-16") == "Café"
    assert title(rss(item(title="Київ – Łódź"), declared="utf-16") + padding.encode() + b"<!--\xff-->") == "Київ – Łódź"


@pytest.mark.parametrize(
    ("label", "encoding", "text"),
    [
        ("windows-874", "cp874", "นายกรัฐมนตรี"), ("x-sjis", "shift_jis", "首相が訪米"), ("Windows-31J", "cp932", "①首相が訪米"),
        ("windows-949", "cp949", "대통령 똠"), ("x-gbk", "gbk", "主席访问"), ("ISO-8859-8-I", "iso-8859-8", "ראש הממשלה"),
        ("x-mac-cyrillic", "mac-cyrillic", "Президент"), ("dos-874", "cp874", "นายกรัฐมนตรี"), ("euc-kr", "cp949", "대통령 똠"),
        ("us-ascii", "windows-1252", "“café”"), ("iso-8859-9", "windows-1254", "“Şırnak”"), ("tis-620", "cp874", "นายก…\xa0“ข่าว”"),
        ("iso-8859-11", "cp874", "นายก…"), ("gb2312", "gb18030", "主席訪問"), ("shift_jis", "cp932", "①首相"),
        ("big5", "big5hkscs", "台北 㗎"), ("euc-jp", "euc_jp", "首相が訪米"), ("koi8-r", "koi8_r", "Президент"),
        ("koi8-u", "koi8_u", "Київ"), ("iso-8859-15", "iso-8859-15", "Œuvre à 5 €"), ("hz-gb-2312", "hz", "主席访问"),
        ("utf-32", "utf-32", "Київ"), ("x-x-big5", "big5", "台北"), ("koi8-ru", "koi8_u", "Київ"), ("ISO88595", "iso8859-5", "Київ"),
        ("iso885915", "iso8859-15", "Œuvre à 5 €"), ("ks_c_5601-1989", "cp949", "대통령"), ("gb_2312-80", "gb2312", "主席"),
        ("visual", "iso-8859-8", "ראש"), ("mac", "mac-roman", "café"),
    ],
)  # fmt: skip
def test_names_that_browsers_know_are_known(label: str, encoding: str, text: str) -> None:
    assert title(rss(item(title=text), encoding=encoding, declared=label)) == text


def test_an_unknown_encoding_is_noted() -> None:
    feed = parse(rss(item(title="Київ"), declared="x-no-such-thing"), None, URL)
    assert (feed.items[0].title, feed.flaws) == ("Київ", ("encoding-unknown",))


@pytest.mark.parametrize("label", ["utf-7", "unicode_escape", "rot13", "base64", "idna", "punycode", "no-such", ""])
def test_encodings_in_which_ascii_may_spell_markup_are_not_known(label: str) -> None:
    assert codec(label) is None


@pytest.mark.parametrize(
    ("declared", "text"),
    [("iso-8859-1", "Ölbindearbeiten"), ("windows-1251", "Пожар в порту"), ("shift_jis", "港の火災")],
)
def test_a_mark_of_utf_8_before_another_encoding_is_not_believed(declared: str, text: str) -> None:
    """PHP writes the mark of an included file before a template in another encoding."""
    document = f'<?xml version="1.0" encoding="{declared}"?><rss>{text}</rss>'
    read, flaws = to_utf8(codecs.BOM_UTF8 + document.encode(declared), None)
    assert (read.decode(), flaws) == (document, ("encoding-mismatch",))
    read, flaws = to_utf8(codecs.BOM_UTF8 + document.encode(), None)
    assert (read.decode(), flaws) == (document, ())
    broken = codecs.BOM_UTF8 + f"<rss>“{text}”</rss>".encode() + b"\xff"
    assert to_utf8(broken, None)[0].decode() == f"<rss>“{text}”</rss>\ufffd"


def test_a_mark_of_utf_8_is_believed_for_all_but_a_stray_byte() -> None:
    """Without the mark these few characters would not tell; each was read as two."""
    body = "<rss>Prix\u00a0: 20\u00a0€, d’après Łódź</rss>".encode()
    assert to_utf8(codecs.BOM_UTF8 + body + b"\xff", None)[0] == body + "\ufffd".encode()
    lost = "<rss>Ł\ufffd\ufffd\ufffd</rss>".encode()  # by who wrote it
    assert to_utf8(codecs.BOM_UTF8 + lost, "text/xml; charset=iso-8859-1") == (lost, ())
    spaces = "<rss>20\u00a0£</rss>".encode()
    assert to_utf8(codecs.BOM_UTF8 + spaces + b"\xa0", "text/xml; charset=iso-8859-1")[0].startswith(spaces)


def test_a_document_with_the_mark_of_utf_8_may_mix_encodings_too() -> None:
    body = '<?xml version="1.0" encoding="windows-1251"?><rss>Привет, мир</rss>'.encode()
    assert to_utf8(codecs.BOM_UTF8 + body + "ещё".encode("cp1251"), None)[0] == body + "ещё".encode()


def test_the_mark_is_removed() -> None:
    assert to_utf8(codecs.BOM_UTF8 + b"<rss/>", None) == (b"<rss/>", ())


def test_a_page_that_names_no_encoding_at_length_costs_little() -> None:
    page = b"<meta charset=" + b" " * (1 << 20)
    began = time.process_time()
    assert of_page(page, None) == page
    assert time.process_time() - began < 5


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_a_page_tells_its_encoding_where_the_header_says_nothing_or_the_default(quote: str) -> None:
    """Apache says ISO-8859-1 of every page."""
    page = f"<html><META HTTP-EQUIV='content-type' CONTENT='text/html; charset=windows-1251'><p>Київ {quote}"
    short = page.replace("HTTP-EQUIV='content-type' CONTENT='text/html; charset=", f"charset={quote}")
    for header in (None, "text/html", "text/html; charset=ISO-8859-1", "text/html; charset=utf-8"):
        for told in (page, short):
            assert of_page(told.encode("cp1251"), header) == told.encode(), (header, told)
    assert of_page(page.encode("koi8-u"), "text/html; charset=koi8-u") == page.encode()


def test_a_page_that_names_no_known_encoding_is_read_as_its_header_says() -> None:
    page = "<meta charset=x-no-such><p>“café”"
    assert of_page(page.encode("cp1252"), "text/html; charset=iso-8859-1") == page.encode()
    assert of_page(page.encode("cp1252"), None) == page.encode("cp1252")
    assert of_page(page.encode("utf-16"), None) == page.encode()


def test_what_looks_like_an_escape_does_not_change_the_encoding() -> None:
    body = "<rss>Łódź ~{ \x1b$B</rss>".encode()
    assert to_utf8(body, "text/xml; charset=iso-8859-2")[0] == body
