"""What a source says again in the same words is not read again."""

from __future__ import annotations

from builders.documents import JOB, WRAPPER, item, read, rss
from msgspec.structs import replace

from aggregator.model.item import NormalFeed, StoredItem
from aggregator.model.poll import StoredItems
from aggregator.normalise.recognition import recognise
from aggregator.schedule.health import flaws

TEXT = "<description>What happened, at &lt;b&gt;length&lt;/b&gt;.</description>"
FIRST = item(TEXT, guid="g1", link="https://example.org/1", title="First")
SECOND = item(TEXT, guid="g2", link="https://example.org/2", title="Second")


def fingerprints(feed: NormalFeed) -> bytes:
    return recognise(feed.items, StoredItems({})).fingerprints


def test_only_what_is_new_or_differs_is_read() -> None:
    before = read(rss([FIRST, SECOND]))
    edited = SECOND.replace("Second", "Second, corrected")
    third = item(TEXT, guid="g3", link="https://example.org/3", title="Third")
    again = read(rss([third, FIRST, edited]), replace(JOB, fingerprints=fingerprints(before)))
    assert [(one.title, one.unread) for one in again.items] == [
        ("Third", False), ("", True), ("Second, corrected", False),
    ]  # fmt: skip
    unread, full = again.items[1], before.items[0]
    assert (unread.id, unread.key, unread.canonical, unread.published) == (full.id, full.key, full.canonical, full.published)  # fmt: skip
    stored = {one.id: StoredItem(number, one.hash) for number, one in enumerate(before.items)}
    changes = recognise(again.items, StoredItems(stored))
    assert ([one.title for one in changes.new], changes.seen) == (["Third"], (0,))
    assert [(number, one.title) for number, one in changes.changed] == [(1, "Second, corrected")]


def test_what_the_whole_document_or_the_editor_decides_reads_all_anew() -> None:
    before = fingerprints(read(rss([FIRST])))
    for other in (
        read(rss([FIRST], head="<language>fr</language>"), replace(JOB, fingerprints=before)),
        read(
            rss([FIRST], head="<atom:link/>").replace(b"example.org/</link>", b"example.net/</link>"),
            replace(JOB, fingerprints=before),
        ),
        read(rss([FIRST]), replace(JOB, fingerprints=before, publisher="Another")),
        read(rss([FIRST]), replace(JOB, fingerprints=before, wrapper=True)),
    ):
        assert other.items[0].title == "First"
    assert read(rss([FIRST]), replace(JOB, fingerprints=before)).items[0].unread


def test_a_language_that_the_editor_names_changes_what_is_stored() -> None:
    """It was read anew, and then taken for what was stored: `lang` reached only what came after it."""
    bare = item(guid="bare", link="https://example.org/bare", title="Bare headline")
    jobs = [JOB, replace(JOB, lang="de"), replace(JOB, lang="fr"), replace(JOB, lang="fr"), JOB]
    stored, before, changed = StoredItems({}), b"", []
    for job in jobs:
        read_now = read(rss([FIRST, bare]), replace(job, fingerprints=before))
        changes = recognise(read_now.items, stored)
        changed.append([(number, one.lang) for number, one in changes.changed])
        if changes.new or changes.changed:
            stored = StoredItems({one.id: StoredItem(number, one.hash) for number, one in enumerate(read_now.items)})
        before = changes.fingerprints
    told = read(rss([FIRST, bare])).items
    assert changed == [[], [(0, "de"), (1, "de")], [(0, "fr"), (1, "fr")], [], [(0, told[0].lang), (1, told[1].lang)]]


def test_headlines_without_a_word_more_are_always_read_and_told_of_their_source() -> None:
    bare = [item(guid=f"g{n}", link=f"https://example.org/{n}", title=f"Headline {n}") for n in range(4)]
    before = read(rss(bare))
    assert fingerprints(before) == b""
    full = [FIRST, SECOND, item(TEXT, guid="g3", link="https://example.org/3", title="Third")]
    once = read(rss(full))
    again = read(rss(full), replace(JOB, fingerprints=fingerprints(once)))
    assert flaws(before, ()) != flaws(once, ()) == flaws(again, ()), "what was not read again is not thin"


def test_what_is_held_back_is_not_taken_for_stored() -> None:
    before = read(rss([FIRST, SECOND]))
    changes = recognise(before.items, StoredItems({}), most=1)
    again = read(rss([FIRST, SECOND]), replace(JOB, fingerprints=changes.fingerprints))
    assert [one.unread for one in again.items] == [one in changes.new for one in before.items]
    assert sum(one.unread for one in again.items) == 1


def test_an_entry_with_half_of_a_surrogate_pair_is_recognised() -> None:
    body = rb"""{"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [
        {"id": "g1", "url": "https://example.org/1", "title": "Half \ud83d", "content_text": "What happened."}]}"""
    first = read(body)
    again = read(body, replace(JOB, fingerprints=fingerprints(first)))
    assert (first.items[0].unread, again.items[0].unread) == (False, True)


def test_what_repeats_the_headlines_of_a_wrapper_is_not_read_again_and_no_flaw() -> None:
    said = "<source url='https://p.example'>The Paper</source><description>Storm {} &amp;nbsp; The Paper</description>"
    body = rss([item(said.format(n), link=f"https://example.org/{n}", title=f"Storm {n} - The Paper") for n in "ABC"])
    feed = read(body, WRAPPER)
    assert {(one.summary, one.content) for one in feed.items} == {("", "")}
    assert "thin" not in flaws(feed, ())
    assert all(one.unread for one in read(body, replace(WRAPPER, fingerprints=fingerprints(feed))).items)


def test_a_source_whose_texts_are_only_headings_with_the_titles_is_thin() -> None:
    body = rss(
        [
            item(
                f"<description>&lt;h1&gt;Storm {n}&lt;/h1&gt;</description>",
                link=f"https://example.org/{n}",
                title=f"Storm {n}",
            )
            for n in "ABC"
        ]
    )
    assert "thin" in flaws(read(body), ())
