"""Recognising: what a document brings beside what is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from builders.documents import JOB, WRAPPER, item, read, rss
from msgspec.structs import replace

from aggregator.model.item import Item, StoredItem
from aggregator.model.poll import StoredItems
from aggregator.normalise.address import is_article
from aggregator.normalise.identity import digest, item_id, split
from aggregator.normalise.recognition import recognise

NOTHING = StoredItems({})


def items(
    *numbers: int,
    guid: str = "g{}",
    link: str = "https://example.org/{}",
    title: str = "Title {}",
    extra: Sequence[str] = (),
) -> tuple[Item, ...]:
    parts = zip(numbers, extra or [""] * len(numbers), strict=True)
    return read(
        rss([item(more, guid=guid.format(n), link=link.format(n), title=title.format(n)) for n, more in parts])
    ).items


def known(stored: Sequence[Item]) -> StoredItems:
    return StoredItems(
        items={
            one.id: StoredItem(number, one.hash, one.title, one.canonical, seconds(one))
            for number, one in enumerate(stored, 1)
        },
        addresses=there(stored),
        titles=dated(stored),
    )


def seconds(one: Item) -> int | None:
    return int(one.published.timestamp()) if one.published else None


def there(stored: Iterable[Item]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in stored:
        if is_article(one.canonical):
            found.setdefault(one.canonical, []).append(one.id)
    return found


def dated(stored: Sequence[Item]) -> dict[str, set[int | None]]:
    found: dict[str, set[int | None]] = {}
    for one in stored:
        found.setdefault(one.title, set()).add(seconds(one))
    return found


def test_at_first_all_is_new_and_the_second_time_nothing() -> None:
    stored = items(1, 2, 3)
    assert recognise(stored, NOTHING).new == stored
    again = recognise(stored, known(stored))
    assert (again.new, again.changed, again.seen, again.drops) == ((), (), (1, 2, 3), ())


def test_an_address_that_only_counts_readers_otherwise_is_no_update() -> None:
    """As one with another token at each answer: each poll announced all that it listed as updated."""
    first = items(1, link="https://www.example.org/{}?utm_source=rss&amp;utm_content=17")
    again = items(1, link="http://example.org/{}/?utm_source=rss&amp;utm_content=18")
    changes = recognise(again, known(first))
    assert (changes.new, changes.changed, changes.seen) == ((), (), (1,))
    moved = items(1, link="https://example.org/{}/moved")
    assert recognise(moved, known(first)).changed == ((1, moved[0]),)


def test_a_text_that_was_deleted_is_read_again_though_its_entry_was_skipped_as_known() -> None:
    (stored,) = items(1)
    skipped = replace(stored, title="", summary="", hash="")
    changes = recognise((skipped,), known([replace(stored, hash="")]))
    assert (changes.changed, changes.seen) == (((1, skipped),), ())
    assert changes.unread


def test_an_item_that_a_document_has_as_it_was_and_changed_is_changed() -> None:
    (stored,) = items(1)
    edited = replace(stored, title="Corrected", hash="other")
    for document in ((stored, edited), (edited, stored)):
        changes = recognise(document, known([stored]))
        assert (changes.new, changes.changed, changes.seen) == ((), ((1, edited),), ())


def test_the_fingerprints_are_those_of_all_that_was_taken_new_or_not() -> None:
    first, second, third = (replace(one, fingerprint=bytes([n]) * 8) for n, one in enumerate(items(1, 2, 3)))
    changes = recognise((third, first, replace(second, hash="other")), known((first, second)))
    assert sorted(split(changes.fingerprints)) == [first.fingerprint, second.fingerprint, third.fingerprint]


@pytest.mark.parametrize("place", ["{}/", "?p={}"])
def test_a_new_guid_at_a_known_address_is_the_same_item(place: str) -> None:
    stored = items(1, 2, link=f"https://example.org/{place}")
    rekeyed = items(1, 2, guid="other-{}", link=f"http://www.example.org/{place}#xtor=RSS-1")
    changes = recognise(rekeyed, known(stored))
    assert changes.new == ()
    assert (changes.changed, changes.seen) == ((), (1, 2))


def wrapped(*told: tuple[str, str, str], at: str = "09:00:07", link: str = "rss") -> tuple[Item, ...]:
    """Entries as of Google News: (what guid and link are made of, headline, outlet)."""
    entries = [
        item(
            f"<pubDate>Fri, 20 Nov 2026 {at} GMT</pubDate><source url='https://{outlet.lower()}.example'>{outlet}</source>"
            f"<description>&lt;a href='https://example.org/rss/{made}'&gt;{title}&lt;/a&gt; and others</description>",
            title=f"{title} - {outlet}", link=f"https://example.org/{link}/{made}", guid=made,
        )
        for made, title, outlet in told
    ]  # fmt: skip
    front = (
        b"<link>https://example.org/</link>",
        b"<link>https://example.org/?hl=en</link>",
    )  # as that of its top stories
    return read(rss(entries).replace(*front), WRAPPER).items


@pytest.mark.parametrize("at", ["09:00:07", "09:00:00"])
def test_an_entry_of_a_wrapper_is_the_same_under_another_guid_and_address(at: str) -> None:
    """Google News makes up both at each response for the articles of some outlets."""
    quake = "Strong quake shakes northern Chile"
    first = recognise(wrapped(("a", quake, "Post"), ("b", "Rain", "Mail"), at=at), NOTHING)
    before = replace(known(first.new), known_as=first.known_as)
    again = recognise(wrapped(("c", quake, "Post"), ("b", "Rain", "Mail"), at=at), before)
    assert (again.new, again.changed, again.seen) == ((), (), (1, 2))
    others = wrapped(("d", quake, "Mail"), ("e", "Strong quake shakes northern Peru", "Post"), at=at)
    assert recognise(others, before).new == others
    assert recognise(wrapped(("f", quake, "Post"), at="10:30:00"), before).new, "at another time it is another article"


@pytest.mark.parametrize("at", ["09:00:07", "09:00:00"])
def test_an_article_that_a_wrapper_lists_twice_is_one_item(at: str) -> None:
    """Each response told it again, since one of the two got the item that was known. With few words and a date of a day they may be two."""
    quake = "Strong quake shakes northern Chile"
    first = recognise(wrapped(("a", quake, "Post"), ("b", quake, "Post"), at=at), NOTHING)
    before = replace(known(first.new), known_as=first.known_as)
    again = recognise(wrapped(("c", quake, "Post"), ("d", quake, "Post"), at=at), before)
    assert (len(first.new), again.new, again.seen) == (1, (), (1,))
    assert len(wrapped(("a", quake, "Post"), ("b", quake, "Mail"), at=at)) == 2
    assert len(wrapped(("a", "Rain", "Post"), ("b", "Rain", "Post"), at=at)) == (2 if at.endswith(":00") else 1)


def test_of_a_wrapper_a_few_words_with_a_date_of_a_day_are_each_time_another_article() -> None:
    """All warnings of a day but the first were lost, if each document listed the last one."""
    first = recognise(wrapped(("a", "Weather warning", "Post"), at="08:00:00"), NOTHING)
    before = replace(known(first.new), known_as=first.known_as)
    second = wrapped(("b", "Weather warning", "Post"), at="08:00:00")
    assert recognise(second, before).new == second


def test_an_entry_of_a_wrapper_whose_address_is_corrected_is_changed() -> None:
    told = ("a", "Strong quake shakes northern Chile", "Post")
    first = recognise(wrapped(told), NOTHING)
    corrected = wrapped(told, link="articles")
    changes = recognise(corrected, replace(known(first.new), known_as=first.known_as))
    assert (changes.new, changes.changed, changes.seen) == ((), ((1, corrected[0]),), ())


def test_an_item_is_known_by_each_guid_that_it_had() -> None:
    """Also where it moves under a later one, and another article takes its former address."""
    stored = items(1, 2)
    rekeyed = items(1, 2, guid="other-{}")
    changes = recognise(rekeyed, known(stored))
    assert not changes.by_words
    assert changes.known_as == {rekeyed[0].id: stored[0].id, rekeyed[1].id: stored[1].id}
    after = replace(known(stored), known_as={later.id: first.id for later, first in zip(rekeyed, stored, strict=True)})
    again = recognise(rekeyed, after)
    assert (again.known_as, again.by_words) == ({}, False), "it is noted already"
    moved = items(1, 2, guid="other-{}", link="https://example.org/moved/{}")
    another = items(1, guid="new-{}", title="Another {}")
    for document in ((*another, *moved), (*moved, *another)):
        changes = recognise(document, after)
        assert (changes.new, [number for number, _ in changes.changed]) == (another, [1, 2])
        assert changes.known_as == {}
    (first, _) = stored
    changes = recognise((moved[0], first), after)
    assert (changes.new, changes.seen) == ((moved[0],), (1,)), "of two that a document has neither is lost"
    moved_on = recognise(items(1, guid="", link="https://example.org/1"), known(stored))
    assert (moved_on.new, moved_on.known_as) == ((), {}), "an address is known anyhow"


def test_of_two_entries_with_guids_that_an_item_had_one_is_that_item() -> None:
    stored, both = items(1), items(2, 3)
    changes = recognise(both, replace(known(stored), known_as={one.id: stored[0].id for one in both}))
    assert (changes.new, [number for number, _ in changes.changed]) == ((both[1],), [1])


@pytest.mark.parametrize(("by", "other"), [("id", "title_id"), ("id", "words_id"), ("title_id", "words_id")])
def test_an_item_that_is_known_by_its_id_or_title_is_no_other_with_its_title_or_words(by: str, other: str) -> None:
    now = datetime(2026, 11, 20, 0, 0, 1, tzinfo=UTC)  # a second, at which the title counts whatever the words
    date = f"<pubDate>{format_datetime(now)}</pubDate>"
    first, second = items(1, 2, link=FRONT, extra=[date] * 2)
    before = recognise((first, second), replace(NOTHING, now=now))
    known_as = {getattr(second, other): first.id}
    items_there = known((first, replace(second, id=getattr(second, by))))
    stored = replace(items_there, known_as=known_as, fingerprints=before.fingerprints, now=now)
    changes = recognise((second,), stored)
    assert (changes.seen, changes.by_words) == ((2,), False)


def test_what_was_skipped_as_known_is_no_other_entry_of_its_page() -> None:
    _, *others = items(1, 2, 3, guid="", link="https://example.org/warnings")
    (alone,) = items(1, guid="", link="https://example.org/warnings")
    skipped = replace(alone, title="", hash="")
    assert recognise((skipped,), known((alone, *others))).seen == (1,)
    assert recognise((alone,), known((replace(alone, hash=""), *others))).changed == ((1, alone),), (
        "its text was deleted"
    )


def test_a_new_guid_at_a_page_of_several_is_a_new_item() -> None:
    stored = items(1, 2, 3, link="https://example.org/live")
    fresh = items(4, link="https://example.org/live")
    assert recognise(fresh, known(stored)).new == fresh


def test_days_in_addresses_do_not_make_two_articles_one() -> None:
    (stored,) = items(1, link="https://example.org/20261120/ferry", title="Ferry sinks off Palermo", extra=[day(20)])
    (other,) = items(1, link="https://example.org/20261120/rates", title="Bank lifts its rates", extra=[day(21)])
    changes = recognise((other,), known([stored]))
    assert ([one.title for one in changes.new], changes.changed) == (["Bank lifts its rates"], ())
    numbered = [f"https://example.org/20261120/{name}-100017" for name in ("ferry", "rates")]
    (stored,) = items(1, link=numbered[0], title="Ferry sinks off Palermo", extra=[day(20)])
    (edited,) = items(1, link=numbered[1], title="Bank lifts its rates", extra=[day(21)])
    changes = recognise((edited,), known([stored]))
    assert (changes.new, [number for number, _ in changes.changed]) == ((), [1])


def day(number: int) -> str:
    return f"<pubDate>{number} Nov 2026 10:00:01 GMT</pubDate>"


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/{}?campaign=2012345", "https://paper12345.example/{}", "https://example.org:18080/{}",
        "https://example.org/20261120/{}", "https://example.org/202611/{}", "https://example.org/4321/{}",
    ],
)  # fmt: skip
def test_numbers_that_all_addresses_of_an_outlet_have_do_not_make_two_articles_one(address: str) -> None:
    dates = [f"<pubDate>2026-11-{day}T09:00:00Z</pubDate>" for day in (19, 20)]
    ferry, rates = (
        read(rss(item(date, guid="top", link=address.format(name), title=title))).items
        for date, name, title in zip(dates, ("ferry", "rates"), ("Ferry sinks", "Bank raises rates"), strict=True)
    )
    assert [one.title for one in recognise(rates, known(ferry)).new] == ["Bank raises rates"]


def test_an_entry_whose_guid_names_another_article_is_read_at_each_poll() -> None:
    """Its fingerprint would say that the other article is listed. Nor does a former id of its guid count."""
    first, other = items(1, title="Quake in Chile"), items(2, title="Quake in Chile again")
    text = "<description>What it says.</description>"
    (moved,) = items(1, link="https://example.org/b", title="Election shakes Peru", extra=[text])
    changes = recognise((replace(moved, former_ids=(other[0].id,)),), known((*first, *other)))
    assert ([one.id for one in changes.new], changes.changed, changes.seen) == ([moved.title_id], (), ())
    assert moved.fingerprint
    assert changes.fingerprints == b""


def test_an_entry_is_not_the_one_that_was_listed_beside_it_under_its_title() -> None:
    """The other one is stored by its title, since its guid was that of another article; the entry overwrote its text."""
    page, said = "https://example.org/talks", "<description>What it says.</description>"
    entry = item(said, guid="", link=page, title="Talks")
    beside = item("<description>What the other says.</description>", guid="g1", link=page, title="Talks")
    stored = items(1, title="A quake in Chile", extra=[said])
    documents = [(entry, beside), (entry,), (entry,)]
    fingerprints, seen = b"", []
    for document in documents:
        body = rss(document)
        found = recognise(read(body, replace(JOB, fingerprints=fingerprints)).items, known(stored))
        if found.unread:
            found = recognise(read(body).items, known(stored))
        assert not found.changed
        stored, fingerprints = (*stored, *found.new), found.fingerprints
        seen.append(found.seen)
    assert [one.title for one in stored] == ["A quake in Chile", "Talks", "Talks"]
    assert seen == [(), (2,), (2,)]


def test_a_warning_that_is_stored_by_its_title_does_not_overwrite_the_first_of_its_page() -> None:
    """Which has the same title, no date either, and the id from the address. It did when the last one was listed once more, or edited."""

    def warning(text: str, guid: str = "") -> str:
        more = f"<description>{text}</description>"
        return item(more, guid=guid, link="https://example.org/warnings", title="Storm warning")

    stored: tuple[Item, ...] = ()
    for document in ([warning("One.")], [warning("Two.", "two"), warning("Three.", "three")], [warning("Four.")]):
        found = recognise(read(rss(document)).items, known(stored))
        assert not found.changed
        stored += found.new
    assert [one.summary for one in stored] == ["One.", "Two.", "Three.", "Four."]
    again, edited = (recognise(read(rss(warning(text))).items, known(stored)) for text in ("Four.", "Four, edited."))
    assert (again.seen, again.changed) == ((4,), ())
    assert [number for number, _ in edited.changed] == [4]
    skipping = replace(JOB, fingerprints=found.fingerprints)
    assert recognise(read(rss(warning("Four.")), skipping).items, known(stored)).unread, "else the first would be seen"


def test_a_warning_that_is_stored_by_its_title_overwrites_none_when_the_document_is_read_again() -> None:
    """Its guid is that of another. With it the page had three entries, so it was taken for an edit of the other."""

    def warning(guid: str, text: str, hour: int) -> str:
        more = f"<description>{text}</description><pubDate>Thu, 19 Nov 2026 {hour}:00:00 GMT</pubDate>"
        return item(more, guid=guid, link="https://example.org/warnings", title="Storm warning")

    first = read(rss([warning("top", "Hail.", 11), warning("second", "Gales.", 10)])).items
    document = read(rss([warning("top", "Floods.", 12), warning("second", "Hail.", 11)])).items
    found = recognise(document, known(first[::-1]))
    assert [(one.id, one.summary) for one in found.new] == [(document[1].title_id, "Hail.")]
    again = recognise(document, known((first[1], document[0], *found.new)))
    assert (again.new, again.changed, again.seen) == ((), (), (2, 3))


def test_a_warning_that_is_named_by_its_title_alone_overwrites_none_with_its_title_and_day() -> None:
    """Two were listed together, one with a guid, and the title was noted for that. When its page had more, the other was taken for it."""

    def warning(text: str, guid: str = "", title: str = "Storm warning") -> str:
        more = f"<description>{text}</description><pubDate>Thu, 19 Nov 2026 00:00:00 GMT</pubDate>"
        return item(more, guid=guid, link="https://example.org/warnings", title=title)

    first = recognise(read(rss([warning("Gales."), warning("Hail.", "g")])).items, NOTHING)
    document = [warning("Gales."), warning("Two.", title="Flood warning"), warning("Three.", title="Heat warning")]
    found = recognise(read(rss(document)).items, replace(known(first.new), known_as=first.known_as))
    assert ([one.summary for one in found.new], found.changed, found.seen) == (["Two.", "Three."], (), (1,))


def test_a_warning_is_known_by_its_title_and_second_when_its_outlet_drops_the_guids() -> None:
    """By then its page had three entries, so that it is named by title and date alone."""

    def warning(guid: str, hour: int, text: str) -> str:
        more = f"<description>{text}</description><pubDate>Thu, 19 Nov 2026 {hour}:00:01 GMT</pubDate>"
        return item(more, guid=guid, link="https://example.org/warnings", title="Storm warning")

    first = recognise(read(rss([warning(f"g{hour}", hour, "Gales.") for hour in (10, 11, 12)])).items, NOTHING)
    document = [warning("", hour, text) for hour, text in ((10, "Gales."), (11, "Gales."), (12, "Gales and hail."))]
    found = recognise(read(rss(document)).items, replace(known(first.new), known_as=first.known_as))
    assert (found.new, [number for number, _ in found.changed], found.seen) == ((), [3], (1, 2))


def test_an_entry_that_got_the_date_of_another_is_known_by_its_content() -> None:
    """A new date alone is not stored; it overwrote the entry without guid that was listed beside it with the same title and date."""

    def warning(guid: str, hour: int) -> str:
        more = f"<description>Of {guid or 'none'}.</description><pubDate>Thu, 19 Nov 2026 {hour}:00:00 GMT</pubDate>"
        return item(more, guid=guid, link="https://example.org/", title="Storm warning")

    stored: tuple[Item, ...] = ()
    for document in ([warning("g", 10)], [warning("g", 11), warning("", 11)], [warning("g", 11)]):
        found = recognise(read(rss(document)).items, known(stored))
        assert not found.changed
        stored += found.new
    assert [one.summary for one in stored] == ["Of g.", "Of none."]
    assert found.seen == (1,)


@pytest.mark.parametrize("guids", [("", "top"), ("top", "second")])
def test_two_entries_with_one_title_id_are_one_item_that_does_not_change_at_each_poll(guids: tuple[str, str]) -> None:
    """Each was an edit of the other, at each poll."""

    def entry(guid: str, title: str, more: str) -> str:
        return item(f"<description>{more}</description>", guid=guid, link="https://example.org/", title=title)

    first = ("A quake in Chile", "A frigate collides")
    before = read(rss([entry(guid, title, title) for guid, title in zip(guids, first, strict=True) if guid])).items
    document = read(rss([entry(guid, "Talks on grain", f"From {guid}.") for guid in guids])).items
    (new,) = recognise(document, known(before)).new
    again = recognise(document, known((*before, new)))
    assert (again.new, again.changed, again.seen) == ((), (), (len(before) + 1,))


def test_an_address_whose_item_is_listed_elsewhere_now_tells_nothing() -> None:
    stored = items(1, 2)
    (moved,) = items(1, link="https://example.org/moved/{}")
    (other,) = items(1, guid="new-{}", title="Another {}")
    changes = recognise((moved, other), known(stored))
    assert (changes.new, [number for number, _ in changes.changed]) == ((other,), [1])


def test_an_item_that_is_known_stays_itself_at_an_address_that_another_has_too() -> None:
    first, second = items(1), items(2, link="https://example.org/1")
    changes = recognise(first, known((*first, *second)))
    assert (changes.new, changes.changed, changes.seen) == ((), (), (1,))


def test_two_entries_at_the_former_and_the_present_address_of_an_item_are_not_both_that_item() -> None:
    (moved,) = items(1)
    here, elsewhere = items(2, 3)
    addresses = {address: [moved.id] for one in (here, elsewhere) if (address := one.canonical)}
    changes = recognise((here, elsewhere), replace(known([moved]), addresses=addresses))
    assert changes.new == (elsewhere,)
    assert [one.title for _, one in changes.changed] == [here.title]


def test_the_front_page_and_an_address_of_several_tell_nothing() -> None:
    stored = items(1, link="https://example.org/")
    assert len(recognise(items(2, link="https://example.org/"), known(stored)).new) == 1
    live = items(1, link="https://example.org/live")
    assert len(recognise(items(2, 3, link="https://example.org/live"), known(live)).new) == 2
    assert len(recognise(items(1, 2, link="https://example.org/live"), known(live)).new) == 1


def test_a_flood_of_new_guids_is_held_back_and_reported_but_news_in_it_is_not() -> None:
    stored = items(*range(1, 21))
    flood = items(*range(1, 21), guid="x{}", link="https://elsewhere.example/{}")
    fresh = items(99, guid="x{}", link="https://elsewhere.example/{}")
    changes = recognise((*fresh, *flood), known(stored))
    assert changes.new == fresh
    assert [(drop.reason, drop.count) for drop in changes.drops] == [("repeated", 20)]


def test_a_flood_is_half_of_a_document() -> None:
    stored = items(*range(1, 21))
    flood = items(*range(11, 21), guid="x{}", link="https://elsewhere.example/{}")
    assert recognise((*stored[:10], *flood), known(stored)).new == ()
    assert recognise((*stored[:11], *flood), known(stored)).new == flood


def test_guides_and_columns_that_come_again_under_their_titles_are_news() -> None:
    """Half of what is new on a day, but not of the document."""
    stored = items(*range(1, 21))
    again = items(1, 2, 3, 4, guid="next-{}", link="https://example.org/next-week/{}")
    fresh = items(99)
    changes = recognise((*fresh, *again, *stored[4:]), known(stored))
    assert changes.new == (*fresh, *again)
    assert changes.drops == ()


def test_the_last_of_a_flood_are_held_back_too_and_a_column_of_one_title_is_not() -> None:
    def listed(first: int, last: int, **other: str) -> tuple[Item, ...]:
        """Entries of a document, one a day, "Briefing" every fifth."""
        entries = [
            item(
                f"<pubDate>{format_datetime(datetime(2026, 9, 1, tzinfo=UTC) + timedelta(days=n))}</pubDate>",
                guid=f"{other.get('guid', 'g')}{n}",
                link=f"https://{other.get('host', 'example.org')}/{n}",
                title="Briefing" if n % 5 == 0 else f"Title {n}",
            )
            for n in range(first, last)
        ]
        return read(rss(entries)).items

    stored, flooded, brought = list(listed(1, 21)), False, list[Item]()
    for newest in (22, 23, *range(31, 60)):
        after = replace(known(stored), flooded=flooded)
        changes = recognise(listed(newest - 20, newest, guid="x", host="moved.example"), after)
        flooded = any(drop.reason == "repeated" for drop in changes.drops)
        stored += changes.new
        brought += changes.new
    assert not flooded
    assert {one.key for one in brought} == {f"x{n}" for n in range(21, 59)}, "all that is new, and nothing else"


def test_older_entries_that_arrive_with_a_flood_let_none_of_it_through_later() -> None:
    """A site moved, and its new feed reaches further back."""

    def listed(numbers: range, **other: str) -> tuple[Item, ...]:
        dates = [format_datetime(datetime(2026, 9, 30, tzinfo=UTC) - timedelta(days=n)) for n in numbers]
        return items(*numbers, **other, extra=[f"<pubDate>{date}</pubDate>" for date in dates])

    stored = listed(range(10))
    document = listed(range(13), guid="x{}", link="https://moved.example/{}")
    first = recognise(document, known(stored))
    assert first.new == document[10:]
    second = recognise(document, replace(known((*stored, *first.new)), flooded=True))
    assert second.new == ()
    assert [(drop.reason, drop.count) for drop in second.drops] == [("repeated", 10)]


def test_a_flood_without_dates_is_held_back_at_the_next_poll_too() -> None:
    """Also where the document has a known entry without a date beside one that has one."""
    date = "<pubDate>Tue, 01 Sep 2026 12:00:00 GMT</pubDate>"
    stored = items(*range(1, 21), extra=[date, *[""] * 19])
    flood = items(*range(3, 21), guid="x{}", link="https://elsewhere.example/{}")
    for flooded in (False, True):
        changes = recognise((*stored[:2], *flood), replace(known(stored), flooded=flooded))
        assert changes.new == ()
        assert [(drop.reason, drop.count) for drop in changes.drops] == [("repeated", 18)]
    columns = recognise((*stored, *flood[:2]), replace(known(stored), flooded=True))
    assert columns.new == flood[:2], "two titles are no flood"


def test_a_flood_under_other_dates_is_held_back_until_it_has_drained_off() -> None:
    def listed(*numbers: int, hour: int, **other: str) -> tuple[Item, ...]:
        dates = [format_datetime(datetime(2026, 9, n, hour, tzinfo=UTC)) for n in numbers]
        return items(*numbers, **other, extra=[f"<pubDate>{date}</pubDate>" for date in dates])

    stored = listed(*range(1, 21), hour=8)
    flood = listed(*range(21, 1, -1), hour=9, guid="x{}", link="https://elsewhere.example/{}")
    first = recognise(flood, known(stored))
    assert first.new == flood[:1]
    second = recognise(flood, replace(known((*stored, *first.new)), flooded=True))
    assert (second.new, second.seen) == ((), (21,))


def test_while_a_flood_drains_off_what_is_as_old_as_what_is_known_is_no_news() -> None:
    def at(day: int, *numbers: int, **other: str) -> tuple[Item, ...]:
        date = f"<pubDate>{format_datetime(datetime(2026, 9, day, tzinfo=UTC))}</pubDate>"
        return items(*numbers, **other, extra=[date] * len(numbers))

    stored = (*at(1, 1, 2, 3), *at(2, 4))
    flooded = replace(known(stored), flooded=True)
    as_old, later = (at(day, 1, 2, 3, guid="x{}", link="https://moved.example/{}") for day in (2, 3))
    assert recognise((*stored[3:], *as_old), flooded).new == ()
    assert recognise((*stored[3:], *later), flooded).new == later


@pytest.mark.parametrize("flooded", [False, True])
@pytest.mark.parametrize("link", ["https://example.org/{}", "https://example.org/log", ""])
def test_a_log_with_a_few_titles_is_no_flood(link: str, flooded: bool) -> None:
    """Of a fire brigade: its news was held back, never became known, and so kept the flood going for ever."""

    def listed(first: int, last: int) -> tuple[Item, ...]:
        alarms = ("Fire", "Flood", "Crash", "Gas leak")
        return tuple(
            replace(
                items(n, link=link, title=alarms[n % 4])[0],
                published=datetime(2026, 9, 1, tzinfo=UTC) + timedelta(hours=n),
            )
            for n in range(first, last)
        )

    stored = listed(0, 20)
    news = listed(20, 35)
    changes = recognise((*stored[-5:], *news), replace(known(stored), flooded=flooded))
    assert (len(changes.new), changes.drops) == (15, ())
    assert recognise(news, replace(known(stored), flooded=flooded)).new == news, "nothing that is known is left"


def test_a_flood_that_is_dated_anew_at_each_poll_is_held_back_also_if_its_titles_recurred() -> None:
    """And read again: if it keeps its dates, they are not made up."""

    def listed(day: int, minute: int = 0, **other: str) -> tuple[Item, ...]:
        date = datetime(2026, 9, day, 8, minute, tzinfo=UTC)
        return tuple(replace(one, published=date) for one in items(*range(8), **other))

    stored = (*listed(1), *listed(2, guid="b{}", link="https://example.org/b{}"))
    flood = listed(3, guid="c{}", link="https://example.org/c{}")
    for minute, told in (10, 0), (30, 8):
        now = datetime(2026, 9, 3, 8, minute, tzinfo=UTC)
        changes = recognise(flood, replace(known(stored), now=now, flooded=True))
        assert (changes.new, changes.by_words) == (flood[:told], told == 0)


def test_a_column_of_one_name_is_no_flood() -> None:
    stored = items(1, 2, 3, title="Morning briefing")
    fresh = items(4, 5, 6, 7, title="Morning briefing")
    assert recognise(fresh, known(stored)).new == fresh
    first_dated = items(4, 5, 6, title="Morning briefing", extra=list(map(day, (1, 2, 3))))
    assert recognise(first_dated, known(stored)).new == first_dated
    days = [datetime(2026, 9, day, tzinfo=UTC) for day in range(1, 6)]
    stored = tuple(replace(one, published=day) for one, day in zip(stored, (None, *days[:2]), strict=True))
    dated = tuple(replace(one, published=day) for one, day in zip(fresh, (*days[2:], None), strict=True))
    assert recognise(dated, known(stored)).new == dated


@pytest.mark.parametrize(("fewest", "later"), [(3, 0), (5, 1)])
def test_fewer_titles_that_come_again_are_no_flood(fewest: int, later: int) -> None:
    """Three with the dates that are known, five with others."""
    numbers = range(fewest)
    stored = items(*numbers, extra=[day(10)] * fewest)
    flood = items(*numbers, guid="x{}", link="https://elsewhere.example/{}", extra=[day(10 + later)] * fewest)
    assert recognise(flood, known(stored)).new == ()
    assert recognise(flood[1:], known(stored)).new == flood[1:]


def test_three_repeats_with_the_dates_that_are_known_are_a_flood_among_more_entries_too() -> None:
    stored = items(*range(10), extra=list(map(day, range(1, 11))))
    flood = items(0, 1, 2, guid="x{}", link="https://elsewhere.example/{}", extra=list(map(day, range(1, 4))))
    assert recognise((*flood, *stored[3:]), known(stored)).new == ()


def test_a_flood_that_is_half_of_a_document_has_the_repeats_without_dates_too() -> None:
    stored = items(*range(8), extra=list(map(day, range(1, 9))))
    for dated, count in (3, 4), (0, 6):
        dates = [*map(day, range(1, dated + 1)), *[""] * (count - dated)]
        flood = items(*range(count), guid="x{}", link="https://elsewhere.example/{}", extra=dates)
        assert recognise(flood, known(stored)).new == ()


def test_a_column_that_comes_in_a_flood_with_the_dates_that_are_known_is_news() -> None:
    column = items(20, 21, title="Morning briefing", extra=[day(1), day(2)])
    stored = (*items(*range(3, 9), extra=list(map(day, range(3, 9)))), *column)
    flood = items(*range(3, 9), guid="x{}", link="https://elsewhere.example/{}", extra=list(map(day, range(3, 9))))
    next_one = items(22, title="Morning briefing", extra=[day(5)])
    assert recognise((*flood, *next_one), known(stored)).new == next_one


def test_of_too_many_the_newest_are_taken_in_the_order_of_the_document() -> None:
    oldest, newer, undated, old = (
        replace(one, published=datetime(2026, 11, day, tzinfo=UTC) if day else None)
        for one, day in zip(items(1, 2, 3, 4), (1, 3, 0, 2), strict=True)
    )
    changes = recognise((newer, oldest, undated, old), NOTHING, most=3)
    assert changes.new == (newer, undated, old)
    assert [(drop.reason, drop.count) for drop in changes.drops] == [("over-cap", 1)]
    assert recognise((undated, newer, old), NOTHING, most=2).new == (undated, newer)


@pytest.mark.parametrize("page", ["https://example.org/warnings", "https://example.org/"])
def test_an_entry_without_a_guid_is_not_announced_again_when_others_come_to_its_address(page: str) -> None:
    first = replace(items(1, guid="", link=page)[0], id=item_id(JOB.root, "link:" + digest(page.rstrip("/"))))
    changes = recognise(items(3, 2, 1, guid="", link=page), known([first]))
    assert [one.title for one in changes.new] == ["Title 3", "Title 2"]
    assert (changes.changed, changes.seen) == ((), (1,))
    assert changes.known_as == {}
    skipped = [replace(one, title="", hash="") for one in items(3, 2, 1, guid="", link=page)]
    assert recognise(skipped[2:], known([first])).seen == (1,)


def test_a_warning_of_tomorrow_is_not_announced_again_when_others_come_to_its_page() -> None:
    """It is dated at the time of each response, so only its content is the same."""
    warnings = [
        item(
            f"<pubDate>Sat, 21 Nov 2026 {hour}:00:00 GMT</pubDate>",
            link="https://example.org/warnings",
            title=f"Storm at {hour}",
        )
        for hour in (10, 11, 12)
    ]
    first = read(rss(warnings[:1])).items
    changes = recognise(read(rss(warnings), replace(JOB, now=JOB.now + timedelta(hours=1))).items, known(first))
    assert [one.title for one in changes.new] == ["Storm at 11", "Storm at 12"]
    assert (changes.changed, changes.seen) == ((), (1,))


def test_warnings_with_one_title_get_no_additional_id() -> None:
    dates = [f"<pubDate>{format_datetime(datetime(2026, 11, day, tzinfo=UTC))}</pubDate>" for day in (1, 2, 3)]
    warnings = items(1, 1, 1, guid="", link="https://example.org/warnings", extra=dates)
    changes = recognise(warnings, NOTHING)
    assert (len(changes.new), changes.known_as) == (3, {})


@pytest.mark.parametrize(
    "documents",
    [
        ["123", "12", "1", "1", "123"],
        ["123", "321", "213"],
        ["1", "123", "4", "45", "456"],
        ["123", "4", "45", "56", "567", "7", "8"],
    ],
    ids=["it shrinks", "its order turns", "first alone", "all others"],
)
def test_of_a_page_of_warnings_each_comes_once_and_overwrites_none(documents: Sequence[str]) -> None:
    """It is known by title and date also in a document that lists one or two: it took the place of the last one stored."""
    stored: list[Item] = []
    for numbers in documents:
        listed = items(*map(int, numbers), guid="", link="https://example.org/warnings")
        changes = recognise(listed, known(stored))
        assert changes.changed == ()
        stored.extend(changes.new)
    assert (
        len({one.title for one in stored})
        == len({one.id for one in stored})
        == len(stored)
        == len(set("".join(documents)))
    )


def test_what_a_guid_for_all_named_alone_is_the_same_when_others_come() -> None:
    first = items(1, guid="same", link="https://example.org/")
    changes = recognise(items(2, 1, guid="same", link="https://example.org/"), known(first))
    assert ([one.title for one in changes.new], changes.changed, changes.seen) == (["Title 2"], (), (1,))
    stored = (*first, *changes.new)
    again = recognise(items(2, guid="same", link="https://example.org/"), known(stored))
    assert (again.new, again.changed, again.seen) == ((), (), (2,)), "nor does it take the place of the first"


FRONT = "https://example.org/"


class Page:
    """A source whose entries link to its front page, or to none, and what is stored of it from poll to poll."""

    def __init__(self, link: str = FRONT) -> None:
        self.link = link
        self.stored: list[Item] = []
        self.known_as: dict[str, str] = {}
        self.fingerprints = b""
        self.by_words = False

    def poll(self, minute: int, *entries: tuple[str, str, int | None], guids: str = "") -> list[str]:
        """Titles of what is new, of entries of (title, text, the minute that they are dated)."""
        now = datetime(2026, 11, 20, 6, tzinfo=UTC) + timedelta(minutes=minute)
        listed = [
            item(
                f"<description>{text}</description>"
                + (
                    f"<pubDate>{format_datetime(now + timedelta(minutes=dated - minute))}</pubDate>"
                    if dated is not None
                    else ""
                ),
                title=title,
                link=self.link,
                guid=guids and f"{guids}-{place}",
            )
            for place, (title, text, dated) in enumerate(entries)
        ]
        changes = recognise(
            read(rss(listed), replace(JOB, now=now)).items,
            replace(known(self.stored), known_as=self.known_as, now=now, fingerprints=self.fingerprints),
        )
        self.stored += changes.new
        kept = {id: first for id, first in self.known_as.items() if id not in changes.forget}
        self.known_as = {**changes.known_as, **kept}
        self.fingerprints, self.by_words = changes.fingerprints, changes.by_words
        return [one.title for one in changes.new]


@pytest.mark.parametrize("link", [FRONT, ""])
def test_an_entry_whose_date_is_made_anew_at_each_answer_is_one_item(link: str) -> None:
    """As one that asks to listen live: it was news at each poll."""
    page = Page(link)
    assert page.poll(0, ("Listen live", "At any time.", 0), ("Rates rise", "Again.", -90)) == [
        "Listen live",
        "Rates rise",
    ]
    told = [page.by_words]
    assert page.poll(20, ("Listen live", "At any time.", 19)) == []
    told.append(page.by_words)
    assert told == [False, True], "so the next document is read even if it is the same, in case it is another entry"
    assert page.poll(40, ("Ships collide", "Off Dover.", 20), ("Listen live", "At any time.", 36)) == ["Ships collide"]
    assert page.poll(60, ("Listen live", "Again at nine.", 60)) == ["Listen live"], "in other words it is news"
    assert page.poll(80) == []
    assert page.poll(9000, ("Listen live", "Again at nine.", 9000)) == ["Listen live"], "so it is if it was gone"
    assert page.poll(9020, ("Listen live", "Again at nine.", 9020)) == []


def test_so_are_two_in_the_same_words_of_two_stations() -> None:
    def listed(minute: int) -> tuple[datetime, tuple[Item, ...]]:
        now = datetime(2026, 11, 20, 6, minute, tzinfo=UTC)
        date = f"<pubDate>{format_datetime(now)}</pubDate>"
        stations = [item(date, title="Listen live", link=f"https://{name}.example/") for name in ("north", "south")]
        return now, read(rss(stations), replace(JOB, now=now)).items

    now, stored = listed(0)
    first = recognise(stored, replace(NOTHING, now=now))
    now, again = listed(30)
    before = replace(known(stored), now=now, known_as=first.known_as, fingerprints=first.fingerprints)
    assert recognise(again, before).new == ()


def test_so_is_one_whose_guid_is_made_anew_too() -> None:
    page = Page()
    for minute in range(0, 600, 20):
        new = page.poll(minute, ("Listen live", "At any time.", minute), guids=f"made-{minute}")
        assert new == ([] if minute else ["Listen live"])
    assert len(page.known_as) == 1, "of more than a few, none would be kept"


@pytest.mark.parametrize("guids", ["", "of-{}"])
def test_an_alarm_that_comes_again_in_the_same_words_is_news(guids: str) -> None:
    page = Page()
    for minute in (0, 600, 1200):
        assert page.poll(minute, ("Alarm in Kyiv", "", minute - 1), guids=guids.format(minute)) == ["Alarm in Kyiv"]
        for later in (20, 40):
            assert page.poll(minute + later, ("Alarm in Kyiv", "", minute - 1), guids=guids.format(minute)) == []
        assert page.poll(minute + 60) == []


def test_of_two_alarms_in_the_same_words_that_are_listed_together_both_are_news() -> None:
    page = Page()
    assert page.poll(0, ("Alarm in Kyiv", "", -1)) == ["Alarm in Kyiv"]
    assert page.poll(20, ("Alarm in Kyiv", "", 15), ("Alarm in Kyiv", "", -1)) == ["Alarm in Kyiv"]
    assert page.poll(40, ("Alarm in Kyiv", "", 35), ("Alarm in Kyiv", "", 15)) == ["Alarm in Kyiv"]


def test_an_entry_at_a_page_of_several_whose_date_is_made_anew_is_one_item() -> None:
    page = Page("https://example.org/live")
    others = [("Rates rise", "", -90), ("Ships collide", "", -80), ("Quake shakes Lima", "", -70)]
    assert len(page.poll(0, *others, ("Listen live", "At any time.", 0))) == 4
    assert page.poll(20, *others, ("Listen live", "At any time.", 19)) == []


def test_an_alarm_right_after_the_last_in_the_same_words_is_news_if_that_kept_its_date() -> None:
    page = Page()
    assert page.poll(0, ("Alarm in Kyiv", "", -1)) == ["Alarm in Kyiv"]
    assert page.poll(5, ("Alarm in Kyiv", "", -1)) == []
    assert page.poll(10, ("Alarm in Kyiv", "", 9)) == ["Alarm in Kyiv"]


def test_an_alarm_in_the_words_of_the_last_is_news_if_its_date_is_older_than_the_answer() -> None:
    """So it is not made up for that."""
    page = Page()
    assert page.poll(0, ("Alarm in Kyiv", "", 0)) == ["Alarm in Kyiv"]
    assert page.poll(40, ("Alarm in Kyiv", "", 10)) == ["Alarm in Kyiv"]


def test_words_that_come_again_are_those_of_the_last_item_that_had_them() -> None:
    page = Page()
    for minute in (0, 40):
        assert page.poll(minute, ("Listen live", "At any time.", minute)) == ["Listen live"]
        assert page.poll(minute + 20) == []
        assert list(page.known_as.values()) == [page.stored[-1].id]


@pytest.mark.parametrize(("link", "dated"), [(FRONT, -90), ("https://example.org/rates", 0)])
def test_the_words_of_an_entry_with_a_true_date_and_of_an_article_are_not_stored(link: str, dated: int) -> None:
    page = Page(link)
    assert page.poll(0, ("Rates rise", "Again.", dated)) == ["Rates rise"]
    assert page.known_as == {}


def numbered(*articles: int, first: int = 1) -> tuple[Item, ...]:
    """A document whose guids are the places of its entries."""
    return tuple(
        read(
            rss(
                [
                    item(guid=str(place), link=f"https://example.org/{n}", title=f"Title {n}")
                    for place, n in enumerate(articles, first)
                ]
            )
        ).items
    )


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("from_the_first", [True, False])
def test_guids_that_are_the_places_of_entries_name_no_article(from_the_first: bool, first: int) -> None:
    """Each new entry was taken for an edit of the first, and nothing was news any more."""
    stored = numbered(5, 4, 3, 2, 1, first=first) if from_the_first else items(5, 4, 3, 2, 1)
    known_as: dict[str, str] = {}
    for newest in range(6, 15):
        document = numbered(*range(newest, newest - 5, -1), first=first)
        changes = recognise(document, replace(known(stored), known_as=known_as))
        assert ([one.title for one in changes.new], changes.changed) == ([f"Title {newest}"], ())
        again = recognise(document, replace(known((*stored, *changes.new)), known_as={**changes.known_as, **known_as}))
        assert (again.new, again.changed) == ((), ())
        stored = (*stored, *changes.new)
        known_as = {**changes.known_as, **known_as}


def test_guids_that_only_begin_as_numbers_of_entries_announce_nothing_again() -> None:
    """A feed that counts its entries: as long as it lists the first, their numbers may be their places."""
    pages = {1: "live", 2: "live", 3: "quake", 4: "flood"}

    def listed(*numbers: int) -> tuple[Item, ...]:
        entries = [item(guid=str(n), link=f"https://example.org/{pages[n]}", title=f"Title {n}") for n in numbers]
        return read(rss(entries)).items

    changes = recognise(listed(4, 3, 2), known(listed(3, 2, 1)))
    assert ([one.title for one in changes.new], sorted(changes.seen)) == (["Title 4"], [1, 2])


@pytest.mark.parametrize(("title", "same"), [("Warning", ""), ("", "Gales are expected at the coast.")])
def test_what_was_listed_together_at_one_address_is_known_whatever_its_guids_become(title: str, same: str) -> None:
    """By title (or text) and date, although each entry tells something else."""

    def listed(guid: str) -> tuple[Item, ...]:
        said = "<pubDate>Fri, 20 Nov 2026 1{0}:00:01 GMT</pubDate><description>{1}</description>"
        texts = [said.format(n, same or f"Gales of force {n}.") for n in range(2)]
        return read(rss([item(text, guid=f"{guid}{n}", title=title) for n, text in enumerate(texts)])).items

    first = recognise(listed("a"), NOTHING)
    again = recognise(listed("b"), replace(known(first.new), known_as=first.known_as))
    assert (len(first.new), again.new, again.changed, again.seen) == (2, (), (), (1, 2))


def test_of_two_articles_that_change_guids_each_is_still_itself() -> None:
    stored = items(*range(1, 7))
    first, second = (
        replace(one, id=other.id, key=other.key, title_id=f"title-{one.key}")
        for one, other in (stored[:2], stored[1::-1])
    )
    changes = recognise((first, second, *stored[2:]), known(stored))
    assert (changes.new, changes.changed, sorted(changes.seen)) == ((), (), [1, 2, 3, 4, 5, 6])
    assert changes.known_as == {}
