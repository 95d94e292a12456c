"""Polls of one source, one after the other: each article is one item, also where most of a document is not read again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path

import pytest
from builders import NOW, archive, source, tools
from builders.documents import item, parse_here, rss

from aggregator.model.source import Fetched, FetchRequest, Freshness, NotModified
from aggregator.pipeline.refresh import refresh

FRONT = "https://example.org/"


@dataclass(frozen=True)
class Entry:
    title: str
    link: str = FRONT
    guid: str = ""
    minute: float | None = 0  # that it is dated
    text: str = "What it says."

    def __str__(self) -> str:
        when = (
            f"<pubDate>{format_datetime(NOW + timedelta(minutes=self.minute))}</pubDate>"
            if self.minute is not None
            else ""
        )
        return item(f"<description>{self.text}</description>{when}", title=self.title, link=self.link, guid=self.guid)


def titles(folder: Path, *polls: tuple[int, Sequence[Entry]]) -> list[list[str]]:
    """Of what is stored after each poll, in a given minute, of a server that answers whether its document has changed."""
    store = archive(folder, "f")
    listed: Sequence[Entry] = ()
    now, found = NOW, []

    async def fetch(request: FetchRequest) -> Fetched | NotModified:
        body = rss([str(entry) for entry in listed])
        tag = f'"{sha256(body).hexdigest()}"'
        if request.etag == tag:
            return NotModified(request.url, tag, None, Freshness())
        return Fetched(request.url, 200, body, None, tag, None, Freshness(), None, len(body))

    async def run() -> None:
        nonlocal listed, now
        made = tools(store, fetch=fetch, parse=parse_here, clock=lambda: now, sources={"f": source("f")})
        for minute, document in polls:
            listed = document
            now = NOW + timedelta(minutes=minute)
            await refresh(made, store.sources.claim("test", now, timedelta(minutes=1), due_only=False))
            found.append(sorted(one.title for one in store.edition.items(range(1, 1000)) if one.source == "f"))

    asyncio.run(run())
    store.close()
    return found


def placed(*articles: str) -> list[Entry]:
    """A document whose guids are the places of its entries."""
    return [Entry(title, f"https://example.org/{title[:1]}", str(place)) for place, title in enumerate(articles, 1)]


def test_where_guids_are_places_an_edit_of_one_entry_is_one_of_its_article(tmp_path: Path) -> None:
    """The others, which were not read, did not tell that guids are places: it overwrote what had its guid first."""
    *_, found = titles(
        tmp_path,
        (0, placed(*"edcba")),
        (60, placed(*"fedcb")),
        (120, placed("f once more", *"edcb")),
        (180, placed("g", "f once more", *"edc")),
    )
    assert found == ["a", "b", "c", "d", "e", "f once more", "g"]


def test_where_guids_are_places_a_short_document_that_grows_tells_it(tmp_path: Path) -> None:
    *_, found = titles(tmp_path, *((60 * n, placed(*"gfedcba"[4 - n :])) for n in range(5)))
    assert found == list("abcdefg")


@pytest.mark.parametrize("guid", ["alarm-{}", ""])
def test_an_alarm_in_the_same_words_is_news_where_the_last_was_not_read_twice(tmp_path: Path, guid: str) -> None:
    """Its document did not change as long as it was listed, nor thereafter: it was never told."""
    polls = [
        (minute + later, [Entry("Alarm", guid=guid.format(minute), minute=minute - 1)])
        for minute in (0, 600)
        for later in (0, 60, 120)
    ]
    found = titles(tmp_path, *polls)
    assert found[2] == ["Alarm"]
    assert found[4:] == [["Alarm", "Alarm"]] * 2, "at the latest when its date is no longer that of the answer"


@pytest.mark.parametrize("guid", ["alarm-{}", ""])
def test_an_alarm_in_the_same_words_is_told_at_once_if_the_last_was_gone(tmp_path: Path, guid: str) -> None:
    """It waited for the next poll, and was lost if it was gone by then."""
    calm = [Entry("Calm", guid="calm", minute=-9)]
    found = titles(
        tmp_path,
        *(
            (minute, calm if minute % 120 else [*calm, Entry("Alarm", guid=guid.format(minute), minute=minute - 1)])
            for minute in (0, 60, 120, 180, 240)
        ),
    )
    assert [len(one) - 1 for one in found] == [1, 1, 2, 2, 3]


def test_an_alarm_without_a_date_is_told_by_its_guid(tmp_path: Path) -> None:
    found = titles(tmp_path, *((60 * n, [Entry("Alarm", guid=f"alarm-{n // 2}", minute=None)]) for n in range(4)))
    assert found[-1] == ["Alarm", "Alarm"]


@pytest.mark.parametrize("link", [FRONT, ""])
@pytest.mark.parametrize("minute", [-60, None])
def test_alarms_with_one_date_or_none_that_were_listed_together_do_not_stand_for_the_next(
    tmp_path: Path, link: str, minute: int | None
) -> None:
    """Where no article has their address, they are told by their guids alone: the third overwrote the second."""
    found = titles(
        tmp_path, *((60 * n, [Entry("Alarm", link, f"{n}-{k}", minute) for k in range(2)]) for n in range(3))
    )
    assert [len(one) for one in found] == [2, 4, 6]


def test_words_that_two_entries_of_one_document_share_tell_neither(tmp_path: Path) -> None:
    def episodes(*numbers: int) -> list[Entry]:
        return [Entry("Headlines", guid=f"episode-{n}", minute=60 * n) for n in numbers]

    *_, found = titles(
        tmp_path,
        (0, [*episodes(0), Entry("Headlines", guid="episode-z", minute=-1)]),
        (60, episodes(1, 0)),
        (61, episodes(1, 0)),
    )
    assert found == ["Headlines"] * 3


PAGE = "https://example.org/live"
HEADLINES = {
    "a": "Frigate and tanker collide",
    "b": "Rates are raised again",
    "c": "Minister resigns over dam",
    "d": "Rebels leave the capital",
    "e": "Quake shakes Lima",
    "f": "Talks on grain begin",
}


def told(name: str, guid: str, link: str = "https://example.org/{}") -> Entry:
    """An entry of the article with this name, which has the date of no other."""
    return Entry(HEADLINES[name], link.format(name), guid, -ord(name))


@pytest.mark.parametrize("link", ["https://example.org/{}", PAGE, FRONT, ""])
@pytest.mark.parametrize("guid", ["{}", "entry-{}"])
def test_a_document_with_numbers_for_guids_that_is_wholly_replaced_loses_none(
    tmp_path: Path, link: str, guid: str
) -> None:
    """What came in the place of another was taken for an edit of it."""

    def document(articles: str) -> list[Entry]:
        return [told(name, guid.format(place), link) for place, name in enumerate(articles, 1)]

    found = titles(tmp_path, (0, document("abc")), (60, document("def")), (120, document("dfe")))
    assert found[1:] == [sorted(HEADLINES.values())] * 2


@pytest.mark.parametrize("link", ["https://example.org/{}", PAGE])
def test_a_guid_that_comes_to_another_article_overwrites_none(tmp_path: Path, link: str) -> None:
    """Also in a document that is read again only in part."""

    def document(**guids: str) -> list[Entry]:
        return [told(name, guid, link) for name, guid in guids.items()]

    *_, found = titles(
        tmp_path,
        (0, document(a="one", b="two", c="three", d="four")),
        (60, document(e="one", b="two", c="three", d="four")),
        (120, document(f="two", e="one", c="three", d="four")),
        (180, document(f="two", e="one", d="four")),
    )
    assert found == sorted(HEADLINES.values())


@pytest.mark.parametrize("link", [FRONT, ""])
def test_an_article_that_was_told_by_its_title_is_told_by_it_under_any_guid(tmp_path: Path, link: str) -> None:
    """Without an address it was news once more under a new guid, and under that of a similar title it overwrote that article."""
    similar = Entry("Talks on rates begin", link, "two", -1)
    found = titles(
        tmp_path,
        (0, [told("a", "one", link), similar]),
        (60, [told("f", "one", link), similar]),
        (120, [told("f", "new", link)]),
        (180, [told("f", "two", link)]),
    )
    assert found[1:] == [sorted([HEADLINES["a"], HEADLINES["f"], similar.title])] * 3


@pytest.mark.parametrize("link", [FRONT, ""])
def test_of_two_entries_with_the_title_of_one_item_one_is_that_item(tmp_path: Path, link: str) -> None:
    """Both were taken for it, and one was not told."""

    def alarm(guid: str) -> Entry:
        return Entry("Alarm", link, guid, None)

    *_, found = titles(tmp_path, (0, [told("a", "top", link)]), (60, [alarm("top")]), (120, [alarm("x"), alarm("y")]))
    assert found == ["Alarm", "Alarm", HEADLINES["a"]]


def test_the_last_entries_of_a_flood_are_not_news(tmp_path: Path) -> None:
    """Two unknown entries are no flood, but may be the rest of one."""
    moved = [told(name, f"moved-{name}", "https://moved.example/{}") for name in "abcd"]
    found = titles(tmp_path, (0, [told(name, name) for name in "abcd"]), (60, moved), (120, moved[2:]))
    assert found == [sorted(HEADLINES[name] for name in "abcd")] * 3


def test_two_articles_that_change_guids_are_the_same(tmp_path: Path) -> None:
    found = titles(tmp_path, (0, [told("a", "one"), told("b", "two")]), (60, [told("b", "one"), told("a", "two")]))
    assert found == [sorted([HEADLINES["a"], HEADLINES["b"]])] * 2


@pytest.mark.parametrize("minutes", [(0, 50), (None, None)], ids=["dated", "undated"])
@pytest.mark.parametrize(
    "address",
    ["https://example.org/20261124/{}", "https://example.org/{}?site=10001", "https://10001.example/{}"],
    ids=["date", "parameter", "host"],
)
def test_a_number_that_all_addresses_have_does_not_make_two_articles_one(
    tmp_path: Path, address: str, minutes: tuple[int | None, int | None]
) -> None:
    entries = [
        Entry(HEADLINES[name], address.format(name), "top", minute) for name, minute in zip("ab", minutes, strict=True)
    ]
    *_, found = titles(tmp_path, *((60 * n, [entry]) for n, entry in enumerate(entries)))
    assert found == sorted([HEADLINES["a"], HEADLINES["b"]])


def test_an_edit_of_the_last_of_several_entries_of_a_page_is_known_by_its_guid(tmp_path: Path) -> None:
    def listed(*names: str) -> list[Entry]:
        return [told(name, f"guid-{name}", PAGE) for name in names]

    edited = Entry("Rebels leave the city", PAGE, "guid-d", 170)
    *_, found = titles(tmp_path, (0, listed(*"abc")), (60, listed(*"dabc")), (120, [edited, *listed(*"abc")]))
    assert found == sorted([edited.title, *(HEADLINES[name] for name in "abc")])


def test_a_further_guid_that_comes_to_another_article_overwrites_none(tmp_path: Path) -> None:
    found = titles(
        tmp_path,
        (0, [told("a", "first")]),
        (60, [told("a", "later")]),
        (120, [told("b", "later")]),
        (180, [told("b", "later"), told("c", "new")]),
    )
    assert found[2:] == [sorted(HEADLINES[name] for name in names) for names in ("ab", "abc")]


@pytest.mark.parametrize(
    ("title", "address", "minute"),
    [
        ("Tornado hits the north: what was left behind", "/news/419964/tornado-hits-the-north", 50),
        ("Two dozen callouts as downpour and hail hit", "/news/two-dozen-callouts-as-downpour-and-hail-hit", 50),
        ("Tornado hits the north: what was left behind", "/news/tornado-hits-the-north", -9),
    ],
    ids=["serial number", "headline", "date"],
)
def test_an_edit_that_changes_the_address_too_is_an_edit(tmp_path: Path, title: str, address: str, minute: int) -> None:
    """As where the headline is part of the address, and the date that of the last edit."""
    first = Entry("Two dozen callouts as downpour hits", "https://example.org/news/419964/two-dozen-callouts", "g", -9)
    *_, found = titles(tmp_path, (0, [first]), (60, [Entry(title, f"https://example.org{address}", "g", minute)]))
    assert found == [title]


@pytest.mark.parametrize("link", [PAGE, FRONT])
def test_warnings_in_the_same_words_with_numbers_for_guids_are_all_told(tmp_path: Path, link: str) -> None:
    def warnings(*minutes: int) -> list[Entry]:
        return [Entry("Storm warning", link, str(place), minute) for place, minute in enumerate(minutes, 1)]

    *_, found = titles(
        tmp_path, (0, warnings(-60, -120, -180)), (60, warnings(30, -60, -120)), (120, warnings(90, 30, -60))
    )
    assert found == ["Storm warning"] * 5


def test_a_warning_in_the_words_of_one_that_is_stored_under_its_number_is_told(tmp_path: Path) -> None:
    """The number is that of a place, which only its own document shows."""

    def warning(minute: int) -> Entry:
        return Entry("Storm warning", FRONT, "1", minute)

    *_, found = titles(tmp_path, (0, [warning(-60), Entry("Else", f"{PAGE}/else", "else")]), (60, [warning(30)]))
    assert found == ["Else", "Storm warning", "Storm warning"]


def test_warnings_of_one_page_that_are_listed_together_in_the_same_words_are_all_told(tmp_path: Path) -> None:
    """Of those with guids of their own all but one were left out as an article that is listed twice."""
    *_, found = titles(tmp_path, (0, [Entry("Storm warning", PAGE, f"w{n}", -60 * n) for n in range(3)]))
    assert found == ["Storm warning"] * 3


@pytest.mark.parametrize("minute", [-12 * 60, -17, None])
def test_the_next_warning_of_one_day_in_other_words_does_not_overwrite_the_last(
    tmp_path: Path, minute: int | None
) -> None:
    """Title and date of the last, which was listed with that of another day, were taken for those of one article under another guid."""

    def warning(guid: str, minute: int | None) -> Entry:
        return Entry("Storm warning", PAGE, guid, minute, f"Of {guid}.")

    last, other, next = warning("w2", minute), warning("w1", -36 * 60), warning("w3", minute)
    found = titles(tmp_path, (0, [other]), (60, [last, other]), (120, [next, other]), (180, [next, other]))
    assert [len(one) for one in found] == [1, 2, 3, 3]


@pytest.mark.parametrize("link", [PAGE, FRONT, ""])
def test_permanent_numbers_that_began_at_one_go_on(tmp_path: Path, link: str) -> None:
    """From the poll on at which the first entry is no longer listed, its numbers are guids like any others."""
    found = titles(
        tmp_path,
        *((60 * n, [told("abcdef"[k - 1], str(k), link) for k in range(n, max(0, n - 2), -1)]) for n in range(1, 7)),
    )
    assert [len(one) for one in found] == [1, 2, 3, 4, 5, 6]


def test_an_edit_of_an_entry_with_a_permanent_number_is_an_edit(tmp_path: Path) -> None:
    """Numbers that do not begin at 0 or 1 are guids like any others."""
    edited = Entry("Frigate and tanker sink", FRONT, "4", -ord("a"))
    *_, found = titles(
        tmp_path, (0, [told("a", "4", FRONT), told("b", "5", FRONT)]), (60, [edited, told("b", "5", FRONT)])
    )
    assert found == sorted([edited.title, HEADLINES["b"]])


@pytest.mark.parametrize("link", [PAGE, FRONT])
def test_entries_stored_under_numbers_are_the_same_when_numbers_are_used_no_longer(tmp_path: Path, link: str) -> None:
    """As after an upgrade, or where the only entry with another guid is gone: they were news once more."""
    entries = [told("a", "1", link), told("b", "2", link)]
    *_, found = titles(tmp_path, (0, [*entries, Entry("Else", f"{PAGE}/else", "else")]), (60, entries), (120, entries))
    assert found == sorted([HEADLINES["a"], HEADLINES["b"], "Else"])


def test_an_article_that_is_listed_under_two_dates_and_always_other_guids_is_told_twice_at_most(tmp_path: Path) -> None:
    """It was news twice at each poll."""
    found = titles(
        tmp_path,
        *((60 * n, [Entry("Talks", PAGE, f"{n}-{k}", -k / 2, f"Edit {n}." * k) for k in range(2)]) for n in range(4)),
    )
    assert found == [["Talks"] * 2] * 4


def test_entries_stored_under_numbers_that_were_their_places_are_not_news_once_more(tmp_path: Path) -> None:
    """As after an upgrade: none has the number under which it is stored, and what is stored under its number is another."""

    def document(articles: str) -> list[Entry]:
        return [told(name, str(place), FRONT) for place, name in enumerate(articles, 1)]

    *_, found = titles(
        tmp_path, (0, [*document("abcd"), Entry("Else", f"{PAGE}/else", "else")]), (60, document("eabc"))
    )
    assert found == sorted([*(HEADLINES[name] for name in "abcde"), "Else"])
