"""Identity: keys, ids, doubles."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid5

import pytest
from builders.documents import JOB, atom, dropped, item, read, rss
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from aggregator.normalise.identity import NAMESPACE, item_id

LATER = "<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate>"
EARLIER = "<pubDate>Fri, 20 Nov 2026 08:00:00 GMT</pubDate>"


def keys(*items: str) -> list[str]:
    return [one.key for one in read(rss(items)).items]


def test_the_guid_is_the_key_and_the_id_depends_on_source_and_key_alone() -> None:
    body = rss(item(guid="g1"))
    one = read(body).items[0]
    other = read(body, replace(JOB, root="elsewhere")).items[0]
    renamed = read(body, replace(JOB, source="new-name")).items[0]
    assert one.key == other.key == "g1"
    assert UUID(one.id).version == 5
    assert one.id == renamed.id != other.id


@pytest.mark.parametrize(
    ("entry", "id"),
    [
        (item(guid="g1"), "afef6049-07a9-51d2-a684-dab30d586816"),
        (item(guid="g" * 600), "27a0f210-ee65-5fc2-a36b-d6652a363592"),
        (item(link="http://www.example.org/a/?utm_source=x&b=2&a=%C3%A9"), "592eac94-4119-57d4-a276-5ea7d62eea44"),
        (item(LATER, link=""), "a4fb418d-0d44-597b-bc3b-7a21cd0d2564"),
        (item("<description>What happened.</description>", title="", link=""), "afba3129-5e25-59bf-b955-abf9570a9539"),
        (
            item(f"{LATER}<description>What.</description>", link="https://example.org/"),
            "5c9b0b5c-d762-535d-a26e-bf082048c305",
        ),
    ],
    ids=["guid", "long guid", "address", "title and date", "text", "front page"],
)
def test_ids_never_change(entry: str, id: str) -> None:
    """Should this fail, every item ever delivered would be announced again."""
    assert read(rss(entry)).items[0].id == id


@given(st.text(), st.text())
def test_an_id_is_a_uuid_of_version_5(root: str, key: str) -> None:
    assert item_id(root, key) == str(uuid5(NAMESPACE, f"{root}\n{key}"))


def test_without_guid_and_link_title_and_date_tell() -> None:
    first, second = keys(item(EARLIER, link=""), item(LATER, link=""))
    assert first != second
    assert keys(item(EARLIER + "<description>More of it.</description>", link="")) == [first]


def test_a_date_in_the_future_tells_the_same_at_each_poll() -> None:
    body = rss(item("<pubDate>Sat, 21 Nov 2026 10:00:00 GMT</pubDate>", link=""))
    first, second = read(body).items[0], read(body, replace(JOB, now=JOB.now + timedelta(hours=1))).items[0]
    assert first.key == second.key


def test_without_guid_link_and_title_the_text_tells() -> None:
    """Weblogs in the manner of RSS 0.92 hold nothing else."""
    feed = rss([f"<item><description>What happened on day {n}.</description></item>" for n in range(3)])
    assert len({one.key for one in read(feed).items}) == 3


@pytest.mark.parametrize("inside", ["", "<title> </title><link/>", "<description><![CDATA[ ]]></description>"])
def test_an_entry_that_says_nothing_is_dropped(inside: str) -> None:
    """It would be a story without words and without a link, under the name of its outlet."""
    feed = read(rss([f"<item>{inside}</item>", "<item><title>News</title></item>"]))
    assert [one.title for one in feed.items] == ["News"]
    assert dropped(feed) == {"empty-entry": 1}


@pytest.mark.parametrize(
    "written", ["https://e.org/{};jsessionid={}", "https://e.org/{}?t={}", "https://e.org/{}?utm_source={}"]
)
def test_a_session_that_is_another_in_each_response_is_no_edit(written: str) -> None:
    first, then = (
        read(rss([item(link=written.format(n, made_up), guid=str(n), title=f"News {n}") for n in "ab"])).items
        for made_up in ("1764400000", "1764400900")
    )
    assert [(one.id, one.hash) for one in first] == [(one.id, one.hash) for one in then]
    assert [one.url for one in first] != [one.url for one in then]


@pytest.mark.parametrize(
    "written",
    ["https://e.org/{};jsessionid={}", "https://e.org/{}?PHPSESSID={}", "https://e.org/{}?jsessionid={}&amp;lang=en",
     "https://e.org/(S({1}))/{0}.aspx", "https://e.org/(X(1)S({1}))/{0}", "https://e.org/(S({1}))/?id={0}"],
)  # fmt: skip
@pytest.mark.parametrize("guid", ["", "{link}", "https://e.org/?p={page}&amp;phpsessid={session}"])
def test_an_entry_whose_address_has_another_session_in_each_response_is_the_same(written: str, guid: str) -> None:
    def ids(session: str) -> list[str]:
        links = {page: written.format(page, session) for page in "ab"}
        entries = [
            item(link=link, guid=guid.format(link=link, page=page, session=session), title="News")
            for page, link in links.items()
        ]
        return [one.id for one in read(rss(entries)).items]

    first = ids("x5azwq45jjkopg2xx1v4yvbc")
    assert first == ids("a1bz7q45jjkopg2xx1v4yvbd")
    assert len(set(first)) == 2


@pytest.mark.parametrize(
    "written",
    ["<link>https://e.org/{}</link><guid>https://e.org/v?phpsessid={}</guid>",
     "<link>https://e.org/v?phpsessid={}</link>", "<link>https://e.org/v;jsessionid=X1/{}</link>"],
)  # fmt: skip
def test_entries_that_only_a_session_tells_apart_are_all_kept(written: str) -> None:
    """A server may give each link a session of its own, or write something else there."""
    entries = [f"<item><title>News {n}</title>{written.format(n, n)}</item>" for n in range(3)]
    assert len(read(rss(entries)).items) == 3


def test_a_front_page_with_a_session_is_a_front_page() -> None:
    titles = ("One", "Two")
    first, then = (
        [read(rss(item(link=f"https://e.org/?PHPSESSID={session}", title=title))).items[0].id for title in titles]
        for session in ("a1", "b2")
    )
    assert first == then
    assert len(set(first)) == 2


@pytest.mark.parametrize("session", ["?PHPSESSID={}", ";jsessionid={}"])
def test_guids_and_sessions_that_are_others_in_each_response_leave_the_words(session: str) -> None:
    """“Listen live” was news at each poll if its link to the front page had a session."""
    dated = "<pubDate>Tue, 24 Nov 2026 11:59:59 GMT</pubDate>"
    first, then = (
        read(rss(item(dated, link=f"https://e.org/{session.format(n)}", guid=n))).items[0] for n in ("a1", "b2")
    )
    assert first.id != then.id
    assert first.words_id == then.words_id != ""


def test_an_article_that_is_listed_twice_with_two_sessions_is_one() -> None:
    dated = "<pubDate>Tue, 24 Nov 2026 09:00:07 GMT</pubDate>"
    twice = [item(dated, link=f"https://e.org/a?PHPSESSID={n}", guid=n) for n in ("a1", "b2")]
    assert len(read(rss(twice)).items) == 1


def test_an_entry_that_reports_a_fault_of_the_maker_of_the_feed_is_no_news() -> None:
    feed = read(
        rss(
            item(guid="1", title="Bridge returned error 404! (20787)"),
            item(guid="2", title="Bridge returned to service"),
        )
    )
    assert [one.title for one in feed.items] == ["Bridge returned to service"]
    assert dropped(feed) == {"error-entry": 1}


@pytest.mark.parametrize(
    "inside",
    [
        "<guid>7</guid>",
        "<pubDate>Tue, 24 Nov 2020 10:00:00 GMT</pubDate>",
        "<link>https://e.example/1</link>",
        '<enclosure url="https://e.example/1.jpg" type="image/jpeg" length="1"/>',
    ],
)
def test_an_entry_that_says_little_is_kept(inside: str) -> None:
    assert len(read(rss([f"<item>{inside}</item>"])).items) == 1


def test_entries_of_one_page_are_told_apart_by_the_place_in_it() -> None:
    """The only identity that a weblog has whose page is the day, or a list of comments."""
    page = "https://example.org/2017/06/26.html"
    untitled = [
        f"<item><link>{page}#a0{n}</link><guid>{page}#a0{n}</guid><description>Text {n}</description></item>"
        for n in range(3)
    ]
    assert len(keys(*untitled)) == 3
    comments = [item(guid=f"{page}#comment-{n}", link=f"{page}?p=1#comment-{n}", title="By: Ann") for n in range(3)]
    assert len(keys(*comments)) == 3


def test_an_entry_of_a_front_page_that_has_a_place_in_it_stays_itself_under_a_new_headline() -> None:
    one, corrected = (item(title=title, link="https://example.org/#post-17") for title in ("Quake", "Quake kills two"))
    assert keys(one) == keys(corrected)


def test_an_address_as_guid_is_the_link_of_an_entry_without_one() -> None:
    (one,) = read(atom("<entry><id>https://example.org/now#2026-02-16 A note</id><title>A note</title></entry>")).items
    assert one.url == "https://example.org/now#2026-02-16%20A%20note"


def test_a_long_guid_and_one_with_controls() -> None:
    (long,) = keys(item(guid="x" * 10_000))
    assert len(long) < 100
    assert keys(item(guid="a&#8;b\u202ec")) == ["abc"]


def test_a_base_that_is_no_address_does_not_matter() -> None:
    assert keys('<item xml:base="http://[/"><guid>p/1</guid><title>Title</title></item>') == ["p/1"]


def test_equal_guids_with_different_addresses_are_distrusted() -> None:
    items = [item(guid="same", link=f"https://example.org/{number}", title=f"T{number}") for number in range(3)]
    assert len(set(keys(*items))) == 3
    assert len(set(keys(*items[:2]))) == 2
    assert len(set(keys(*(item(guid="same", link=f"https://example.org/{number}") for number in range(2))))) == 2


def test_equal_guids_without_addresses_are_told_apart_by_title() -> None:
    assert len(set(keys(*(item(guid="same", link="", title=f"T{number}") for number in range(3))))) == 3


@pytest.mark.parametrize("guid", ["", "https://example.org/"])
@pytest.mark.parametrize("link", ["https://example.org/", "https://www.example.org", "https://example.org/news.html"])
def test_an_address_of_many_entries_is_the_identity_of_none(link: str, guid: str) -> None:
    """All but the last were lost, and each new one was taken for an edit of it."""
    titled = [item(EARLIER if n % 2 else "", guid=guid, link=link, title=f"T{n}") for n in range(4)]
    assert len(set(keys(*titled))) == 4
    assert set(keys(*titled[:3])) < set(keys(*titled)), "they stay what they are"
    untitled = [
        f"<item><link>{link}</link><description>What happened on day {n}.</description></item>" for n in range(4)
    ]
    assert len(set(keys(*untitled))) == 4
    assert len(keys(titled[0], titled[0])) == 1
    if guid:
        assert len(keys(*titled[:2], item(LATER, guid="g", link=link), item(EARLIER, guid="g", link=link))) == 3
    again = item("<pubDate>Fri, 20 Nov 2026 09:00:00 GMT</pubDate>", guid=guid, link=link, title="T1")
    assert len(keys(*titled, again)) == 5, "a title may come again on another date"
    assert len(keys(*titled, *(item(guid=guid, link=f"{link}?page=2", title=f"T{n}") for n in range(4)))) == 8


def test_a_front_page_is_the_identity_of_no_entry() -> None:
    """Newsletters that list their last issue alone link to it, and have no guid."""
    first, second = (keys(item(link="https://example.org/", title=title)) for title in ("Issue 1", "Issue 2"))
    assert first != second
    assert len(keys(*(item(date, link="https://example.org/", title="The week") for date in (EARLIER, LATER)))) == 2
    mentions = (item(link="https://example.org/", title=f"The &lt;{name}&gt; element") for name in ("video", "audio"))
    assert len(keys(*mentions)) == 2


def test_an_article_that_is_listed_twice_under_another_title_is_one() -> None:
    assert len(keys(item(EARLIER, title="Five dead"), item(LATER, title="Seven dead"))) == 1


@pytest.mark.parametrize(
    ("date", "texts", "count"),
    [
        ("Fri, 20 Nov 2026 00:00:00 GMT", ("In the north.", "In the south."), 2),
        ("Fri, 20 Nov 2026 10:15:00 GMT", ("In the north.", "In the south."), 2),
        ("Fri, 20 Nov 2026 10:15:42 GMT", ("In the north.", "In the south."), 1),
        ("Fri, 20 Nov 2026 00:00:00 GMT", ("In the north.", "In the north."), 1),
        ("Fri, 20 Nov 2026 00:00:00 GMT", ("In the north.", "In the north. &lt;img src='/seen?1'&gt;"), 1),
        ("Fri, 20 Nov 2026 00:00:00 GMT", ("In the north.", "\n In the  north."), 1),
    ],
)
def test_warnings_of_one_day_with_guids_and_words_of_their_own_are_two(
    date: str, texts: tuple[str, str], count: int
) -> None:
    """A date that names a second is that of one article, under whatever guids; one that names a day or a minute is not."""
    entries = [
        item(
            f"<pubDate>{date}</pubDate><description>{text}</description>",
            guid=guid,
            link="https://example.org/warnings",
        )
        for guid, text in zip(("w1", "w2"), texts, strict=True)
    ]
    assert len(read(rss(entries)).items) == count


def test_one_entry_twice_keeps_the_newest() -> None:
    newer, older = item(LATER, guid="g", title="Newer"), item(EARLIER, guid="g", title="Older")
    for entries in ([newer, older], [older, newer], [newer, item(guid="g", title="Undated")]):
        feed = read(rss(entries))
        assert [one.title for one in feed.items] == ["Newer"]
        assert dropped(feed) == {"double-entry": 1}
    assert [one.title for one in read(rss([item(guid="g", title="First"), item(guid="g", title="Last")])).items] == [
        "Last"
    ]


def test_one_address_and_title_under_two_guids_is_one_item() -> None:
    twins = [
        item(guid="a", link="http://www.example.org/x?utm_medium=rss"),
        item(guid="b", link="https://example.org/x/"),
    ]
    assert keys(*twins) == ["a"]


def test_a_live_page_with_many_entries_keeps_them() -> None:
    for title in ("Update {}", ""):
        assert len(keys(*(item(guid=f"g{number}", title=title.format(number)) for number in range(4)))) == 4


def test_numbers_of_entries_without_addresses_are_their_guids() -> None:
    assert keys(*(item(guid=str(number), link="", title="Warning") for number in range(3))) == ["0", "1", "2"]


@pytest.mark.parametrize("guids", [["41", "42", "43"], ["1", "5", "9"]])
def test_guids_that_are_the_numbers_of_articles_are_their_keys(guids: list[str]) -> None:
    """An article that moves to another address would be told again."""
    assert keys(*(item(guid=guid, link=f"https://example.org/{guid}", title=f"T{guid}") for guid in guids)) == guids


def test_a_text_with_half_a_character_is_an_entry() -> None:
    body = b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"content_text": "Half: \\ud83d"}]}'
    assert [one.title for one in read(body).items] == ["Half:"]
