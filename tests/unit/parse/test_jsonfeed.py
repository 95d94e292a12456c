"""JSON Feed: what is of the wrong type is absent, the rest is kept."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from builders.documents import URL, read
from msgspec.structs import replace

from aggregator.errors import ParseError
from aggregator.model.item import Enclosure, ParsedFeed
from aggregator.normalise.dates import read as read_date
from aggregator.parse.document import MAX_ENTRIES
from aggregator.parse.reader import parse

VERSION = "https://jsonfeed.org/version/1.1"


def parsed(items: object, **head: Any) -> ParsedFeed:
    return parse(json.dumps({"version": VERSION, "title": "Example", **head, "items": items}).encode(), None, URL)


def test_reads_an_item_whole() -> None:
    feed = parsed(
        [
            {
                "id": "1", "url": "https://example.org/1", "title": "T", "content_html": "<p>x</p>", "summary": "a < b",
                "date_published": "2026-11-20T10:00:00Z", "authors": [{"name": "Ann"}, {"name": "Ben"}],
                "tags": ["a", "b"], "image": "https://example.org/i.png", "language": "de",
                "attachments": [{"url": "https://example.org/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 5}],
            }
        ],
        home_page_url="https://example.org/", favicon="https://example.org/f.ico", language="en",
    )  # fmt: skip
    (one,) = feed.items
    assert (feed.format, feed.parser, feed.channel.link, feed.channel.icon) == (
        "json", "jsonfeed", "https://example.org/", "https://example.org/f.ico",
    )  # fmt: skip
    assert (one.guid, one.content, one.summary, one.author) == ("1", "<p>x</p>", "a &lt; b", "Ann, Ben")
    assert read_date(one.published) == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert one.enclosures == (Enclosure("https://example.org/a.mp3", "audio/mpeg", 5),)
    assert (one.categories, one.image, one.language) == (("a", "b"), "https://example.org/i.png", "de")


def test_wrong_types_are_absent_and_numbers_are_identities() -> None:
    wrong = {"id": 7, "title": 5, "url": ["x"], "tags": "a", "authors": "b", "attachments": [1, {"url": 2}]}
    feed = parsed([wrong, {"id": 7.0}, {"id": True}, "no item", None])
    assert [one.guid for one in feed.items] == ["7", "7", None]
    assert (feed.items[0].title, feed.items[0].link, feed.items[0].categories) == (None, None, ())
    assert feed.flaws == ("items-of-wrong-type",)


WHOLE: dict[str, Any] = {
    "id": "1", "url": "https://example.org/1", "external_url": "https://other.example/1", "title": "T", "summary": "S",
    "content_html": "<p>x</p>", "content_text": "x", "image": "/i.png", "banner_image": "/b.png", "language": "fr",
    "date_published": " 2026-11-20T10:00:00-05:00 ", "date_modified": "2026-11-21T10:00:00Z", "tags": ["a", "b"],
    "authors": [{"name": "Ann"}], "author": {"name": "Ben"}, "attachments": [{"url": "/a.mp3", "mime_type": "audio/mpeg"}],
}  # fmt: skip
HEAD = {
    "title": "Example",
    "home_page_url": "https://example.org/",
    "language": "en",
    "icon": "/i.png",
    "favicon": "/f.ico",
}


@pytest.mark.parametrize("wrong", [7.5, True, ["x"], [7, {}], {"x": 1}, {"name": 7}, None, " "])
def test_a_field_of_a_wrong_type_is_as_if_it_were_absent(wrong: object) -> None:
    """Whichever: what a feed has in its place (`external_url`, `content_text`, `author`, `favicon` and others) counts then."""
    for name in WHOLE:
        if (name, wrong) in (("id", 7.5), ("tags", ["x"]), ("authors", ["x"])):
            continue
        left = {other: value for other, value in WHOLE.items() if other != name}
        found, without = (parsed([one]).items[0] for one in ({**left, name: wrong}, left))
        assert replace(found, published=None, updated=None) == replace(without, published=None, updated=None)
        assert read_date(found.published) == read_date(without.published)
        assert read_date(found.updated) == read_date(without.updated)
    for name in HEAD:
        left = {other: value for other, value in HEAD.items() if other != name}
        assert parsed([], **{**left, name: wrong}).channel == parsed([], **{"title": None, **left}).channel


def test_what_stands_in_for_an_absent_field() -> None:
    (one,) = parsed(
        [{name: value for name, value in WHOLE.items() if name not in ("url", "image", "content_html")}]
    ).items
    assert (one.link, one.image, one.content) == ("https://other.example/1", "/b.png", "x")
    assert (read_date(one.published), read_date(one.updated)) == (
        datetime(2026, 11, 20, 15, tzinfo=UTC), datetime(2026, 11, 21, 10, tzinfo=UTC),
    )  # fmt: skip
    assert parsed([], icon="/i.png", favicon="/f.ico").channel.icon == "/i.png"
    assert parsed([{"id": "https://e.org/1", "url": "https://e.org/1"}]).items[0].guid is None, "it says nothing more"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("What <main> and <dialog> do", "What < main> and < dialog> do"),
        ("1 < 2 & so on", "1 < 2 & so on"),
        ("The outlet&#8217;s <em>news</em> &amp; views", "The outlet’s news & views"),  # wrongly, but it happens
    ],
)
def test_a_title_is_plain_text_unless_it_looks_like_html(title: str, shown: str) -> None:
    """The names of elements in it were lost."""
    body = json.dumps({"version": VERSION, "items": [{"id": "x", "url": "https://e.org/1", "title": title}]}).encode()
    assert [one.title for one in read(body).items] == [shown]


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-12:00"])
def test_a_time_outside_of_the_years_that_are_counted_is_none(text: str) -> None:
    (one,) = parsed([{"id": "1", "title": "T", "date_published": text}]).items
    assert (one.title, read_date(one.published)) == ("T", None)


def test_a_time_without_zone_is_utc_wherever_the_program_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "America/New_York")
        time.tzset()
        (one,) = parsed([{"id": "1", "date_published": "2026-11-20T10:00:00"}]).items
    time.tzset()
    assert read_date(one.published) == datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "expected"), [(1795170000, 1795170000), (1795170000123, 1795170000), (1795170000.5, 1795170000), (True, None)]
)  # fmt: skip
@pytest.mark.parametrize("name", ["date_published", "date_modified"])
def test_a_date_may_be_a_number(name: str, told: object, expected: int | None) -> None:
    body = json.dumps({"version": VERSION, "items": [{"id": "1", "url": "https://e.org/1", "title": "T", name: told}]})
    (one,) = read(body.encode()).items
    assert (one.published and one.published.timestamp()) == expected


def test_people_and_pictures_may_be_objects() -> None:
    (one,) = parsed([{"id": "1", "image": {"url": "/i.png"}, "authors": {"name": "Ann"}, "banner_image": 5}]).items
    assert (one.image, one.author) == ("/i.png", "Ann")


def test_people_may_be_texts() -> None:
    told: list[dict[str, Any]] = [
        {"authors": ["Ann", {"name": "Al"}, 7]},
        {"authors": "Ann"},
        {"author": "Ann <a@e.org>"},
    ]
    items = [{"id": str(n), **one} for n, one in enumerate(told)]
    assert [one.author for one in parsed(items).items] == ["Ann, Al", "Ann", "Ann"]


def test_tags_and_sizes_of_a_wrong_type_are_left_out() -> None:
    sizes = [5, True, "5", 1.5, None]
    attachments = [{"url": f"/{n}.mp3", "size_in_bytes": size} for n, size in enumerate(sizes)]
    (one,) = parsed([{"id": "1", "tags": ["a", 1, "", None, ["b"], "c"], "attachments": attachments}]).items
    assert (one.categories, [enclosure.length for enclosure in one.enclosures]) == (
        ("a", "c"),
        [5, None, 5, None, None],
    )


def test_a_feed_without_version_is_told_by_the_addresses_of_its_items() -> None:
    feed = parse(b'{"items": [7, {"id": "1", "url": "https://e.org/1"}]}', None, URL)
    assert ([one.link for one in feed.items], feed.flaws) == (
        ["https://e.org/1"],
        ("items-of-wrong-type", "no-version"),
    )


def test_what_json_does_not_allow_costs_nothing_else() -> None:
    """Line breaks within a string, numbers that are none, bytes that are not UTF-8."""
    item = b'{"id": 7, "title": "One\n\ttwo \xff", "attachments": [{"url": "/a", "size_in_bytes": 5}]}, {"id": NaN, "url": "/2"}'
    feed = parse(b'{"version": "https://jsonfeed.org/version/1", "items": [%b]}' % item, None, URL)
    assert [(one.guid, one.link) for one in feed.items] == [("7", None), (None, "/2")]
    assert (feed.items[0].title or "").split()[:2] == ["One", "two"]
    assert feed.items[0].enclosures == (Enclosure("/a", None, 5),)


@pytest.mark.parametrize("sign", ["\0", "\x01", "\x0c", "\xa0", "\ufeff", "\u200b", "\u2028"])
@pytest.mark.parametrize("ends", ["", ","])
def test_signs_that_nobody_sees_between_values_cost_no_items(sign: str, ends: str) -> None:
    items = f'{{{sign}"id": {sign}"1", "title": "A{sign}B"{ends}}},{sign}{{"id"{sign}:"2"}}{sign}'
    feed = parse(f'{{{sign}"version": "{VERSION}", "items":{sign}[{items}]}}{sign}'.encode(), None, URL)
    assert [(one.guid, one.title) for one in feed.items] == [("1", f"A{sign}B"), ("2", None)]
    assert feed.flaws == ("malformed",)


@pytest.mark.parametrize(
    ("second", "title"),
    [
        ('{"id": "2", "title": "Two", }', "Two"), ('{"id": "2", "tags": ["a", "b" ,\n], "title": ",]\\",}"}', ',]",}'),
        ('{"id": "2", "title": "It\\\'s \\_2\\_, caf\\u00e9 \\\\d"}', "It's _2_, café \\d"),
        ('{, "id": "2", "title": "It\\x27s {, \\x3c"}', "It's {, &lt;"), (', {"id": "2", "title": "Two"}', "Two"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("comma", [",", "\n"])
@pytest.mark.parametrize("end", ["", ","])
def test_what_templates_do_to_json_costs_no_items(second: str, title: str, comma: str, end: str) -> None:
    """Commas that are too many or missing, and escapes that JavaScript reads and JSON does not know."""
    items = f'{{"id": "1"}}{comma}{second}{comma}{{"id": "3"}}{end}'
    feed = parse(f'{{"version": "{VERSION}", "items": [{items}], "language": "fr"}}'.encode(), None, URL)
    assert [(one.guid, one.title) for one in feed.items] == [("1", None), ("2", title), ("3", None)]
    assert (feed.channel.language, feed.flaws) == ("fr", ("malformed",))


@pytest.mark.parametrize(
    "title",
    [
        'He said "no" today', '"No" he said', 'He said "no"', 'The "no", as it was', 'The "no": a \\"yes\\"', 'The 27" screen', '""',
        '{"a" or [1]}', 'The "Top 10", 2024, is out', 'The "yes", 5] it was',
    ],
)  # fmt: skip
def test_quotes_within_texts_cost_no_items(title: str) -> None:
    first = f'{{"id": "1", "title": "{title}", "_at": ["x", 1, 2], "tags": ["a", "b"]}}'
    items = f'{first}, {{"id": "2", "title": "{title}"}}, {{"id": "3",}}'
    feed = parse(f'{{"version": "{VERSION}", "items": [{items}], "language": "fr"}}'.encode(), None, URL)
    shown = title.replace("\\", "")
    assert [(one.guid, one.title) for one in feed.items] == [("1", shown), ("2", shown), ("3", None)]
    assert (feed.items[0].categories, feed.channel.language, feed.flaws) == (("a", "b"), "fr", ("malformed",))


@pytest.mark.parametrize("end", ['{"id": "3", "title": "Thr', '{"id": "3", "size": 1', '"', ",", "", " \n"])
@pytest.mark.parametrize("comma", [",", " ,\n"])
def test_of_a_document_that_breaks_off_the_complete_items_are_kept(end: str, comma: str) -> None:
    head = f'{{"version": "{VERSION}", "title": "Of \\"items\\": [", "language": "fr", "items": [ '
    items = f'{{"id": "1", "title": "[{{", "_at": ["Oslo", -1.5e2, null]}}{comma}{{"id": NaN, "url": "/2"}}{comma}'
    feed = parse(f"{head}{items}{end}".encode(), None, URL)
    assert [(one.guid, one.link) for one in feed.items] == [("1", None), (None, "/2")]
    assert (feed.channel.language, feed.flaws) == ("fr", ("truncated",))


def test_a_document_that_breaks_off_before_its_version_is_not_said_to_have_none() -> None:
    feed = parse(b'{"items": [{"id": "1", "url": "/1"}, {"id": "2', None, URL)
    assert ([one.guid for one in feed.items], feed.flaws) == (["1"], ("truncated",))
    with pytest.raises(ParseError, match="the document is broken JSON"):
        parse(b'{"items": [{"id": "1"}, {"id": "2', None, URL)


@pytest.mark.parametrize(
    "body", ['{"version": "V", "items": [{"id": "1", "tit', '{"version": "V", "items": [', '{"items']
)
def test_a_document_that_breaks_off_before_its_first_item_ends_is_broken(body: str) -> None:
    """A failure, so that what is known stays and the source says so."""
    with pytest.raises(ParseError, match="the document is broken JSON") as error:
        parse(body.encode(), None, URL)
    assert error.value.kind == "malformed"


@pytest.mark.parametrize("junk", ["<!-- Cached -->", '<script>x("{")</script>', '{"version": 1}', "}"])
def test_what_stands_after_the_document_costs_nothing(junk: str) -> None:
    feed = parse(f'{{"version": "{VERSION}", "items": [{{"id": "1"}}]}}\n{junk}'.encode(), None, URL)
    assert ([one.guid for one in feed.items], feed.flaws) == (["1"], ("junk-after-end",))


@pytest.mark.parametrize("flaw", ["", '"size": NaN, '])  # the latter is read by another decoder
def test_the_depth_of_an_extension_costs_no_items(flaw: str) -> None:
    body = f'{{"version": "{VERSION}", {flaw}"_ext": {"[" * 500}{"]" * 500}, "items": [{{"id": "1"}}]}}'
    assert [one.guid for one in parse(body.encode(), None, URL).items] == ["1"]


@pytest.mark.parametrize("body", ["[" * 200_000, '{"items":' + "[" * 200_000 + "]" * 200_000 + "}"])
def test_depth_is_refused(body: str) -> None:
    with pytest.raises(ParseError) as error:
        parse(body.encode(), None, URL)
    assert error.value.kind == "too-deep"


@pytest.mark.parametrize("body", [b"[1, 2]", b'{"items": 3}', b'{"items": [{"name": "x"}]}'])
def test_other_json_is_no_feed(body: bytes) -> None:
    with pytest.raises(ParseError) as error:
        parse(body, None, URL)
    assert error.value.kind == "not-a-feed"


def test_the_authors_of_a_feed_are_those_of_its_items() -> None:
    items = [{"id": "1", "authors": [{"name": "Ben"}]}, {"id": "2"}]
    assert [one.author for one in parsed(items, authors=[{"name": "Ann"}, {"name": "Al"}]).items] == ["Ben", "Ann, Al"]
    assert [one.author for one in parsed(items, author={"name": "Ann"}).items] == ["Ben", "Ann"]


def test_an_endless_document_keeps_both_ends_and_counts_the_rest() -> None:
    feed = parsed([{"id": f"n{number}"} for number in range(MAX_ENTRIES + 500)])
    assert (len(feed.items), feed.left_out, feed.flaws) == (MAX_ENTRIES, 500, ())
    assert (feed.items[0].guid, feed.items[-1].guid) == ("n0", f"n{MAX_ENTRIES + 499}")
    assert feed.items[MAX_ENTRIES // 2].guid == f"n{MAX_ENTRIES // 2 + 500}"


def test_authors_are_named_once_where_a_feed_has_them_in_both_versions() -> None:
    ann, ben = {"name": "Ann"}, {"name": "Ben"}
    both = [{"id": "1", "authors": [ann], "author": ann}, {"id": "2", "authors": [ann, ben], "author": ann}]
    others = [{"id": "3", "authors": [], "author": ann}, {"id": "4", "authors": [{"url": "ann"}], "author": ann}]
    assert [one.author for one in parsed([*both, *others]).items] == ["Ann", "Ann, Ben", "Ann", "Ann"]


def test_a_feed_names_its_language_and_its_texts_keep_their_lines() -> None:
    feed = parsed([{"id": "1", "content_text": "One & all\nTwo", "summary": " "}], language="fr")
    assert feed.channel.language == "fr"
    assert (feed.items[0].content, feed.items[0].summary) == ("One &amp; all<br>Two", None)


def test_of_millions_of_items_that_break_off_the_first_are_read() -> None:
    body = f'{{"version": "{VERSION}", "items": [' + '{"id": 1},' * 2 + "7," * 10 * MAX_ENTRIES
    feed = parse(body.encode(), None, URL)
    assert (len(feed.items), feed.left_out) == (2, 9 * MAX_ENTRIES)
