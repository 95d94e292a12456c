"""What every archive must do, through the sides that the program sees."""

from __future__ import annotations

import itertools
import random
import shutil
import threading
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from builders import NOW, Store, ago, archive, by_words, item, policy, polled, postgres_archive, publish, source
from builders.process import PATIENCE
from msgspec import structs
from msgspec.structs import replace

from aggregator import addresses
from aggregator.errors import StoreBusy, StoreTooNew, UsageError
from aggregator.model import notes
from aggregator.model.item import Drop, Enclosure, StoredItem, Told, Wanted
from aggregator.model.judgement import Judgement
from aggregator.model.notes import Measures, Note, RePlacing
from aggregator.model.poll import PollResult, Recognition, StoredItems
from aggregator.model.settings import Source
from aggregator.model.source import SIGHTINGS, SourceState
from aggregator.model.story import Batch, EditionItem, Remembered, RememberedItem, StoryView
from aggregator.model.stream import Filter, StreamName, StreamQuery
from aggregator.normalise.recognition import recognise
from aggregator.pipeline.edition import edition
from aggregator.pipeline.grouping import candidate
from aggregator.pipeline.leases import release_dead
from aggregator.pipeline.re_placement import re_place, re_place_stories
from aggregator.pipeline.renamed import Renamed
from aggregator.store.retention import limits, listed_before
from aggregator.store.sqlite.archive import SqliteArchive
from aggregator.store.upkeep import DOCUMENTS
from aggregator.stories.grouping import group
from aggregator.stories.memory import Memory

DEFENSE = StreamName("section", "defense")
EUROPE = StreamName("section", "europe")

SECONDS = int(NOW.timestamp())


def place(store: Store, seconds: int = SECONDS) -> None:
    edition(store, policy(), lambda: seconds)


def titles(store: Store, query: StreamQuery, now: int = SECONDS) -> list[str]:
    return [story.title for story in store.reading.stories(query, now)[0]]


def test_a_poll_that_cannot_be_stored_whole_leaves_nothing(store: Store) -> None:
    told = polled("alpha", [item("alpha", "1", "One")])
    broken = replace(told, found=replace(told.found, known_as={"no id": item("alpha", "1", "").id}))
    before = store.sources.states()
    with pytest.raises(ValueError, match="fromhex"):
        store.intake.apply([broken], NOW)
    assert (store.reading.totals()["items"], store.edition.pending(), store.sources.states()) == (0, [], before)
    assert store.intake.apply([told], NOW) == [1]


def test_applying_a_poll_twice_changes_nothing(store: Store) -> None:
    result = polled("alpha", [item("alpha", "1", "One"), item("alpha", "2", "Two")])
    assert store.intake.apply([result], NOW) == [2]
    assert store.intake.apply([result], NOW) == [0]
    assert store.reading.totals()["items"] == 2


def test_known_items_by_id_with_their_hash(store: Store) -> None:
    one = item("alpha", "1", "One", published=NOW - timedelta(hours=1))
    store.intake.apply([polled("alpha", [one])], NOW)
    stored = StoredItem(1, one.hash, "One", one.canonical, SECONDS - 3600)
    assert store.intake.known([one.id, item("alpha", "9", "Nine").id]) == {one.id: stored}
    assert store.intake.known_addresses({"alpha": [one.canonical or ""]})["alpha"] == {one.canonical: [one.id]}
    assert store.intake.known_addresses({"beta": [one.canonical or ""]})["beta"] == {}, "identity stays inside a source"
    assert store.intake.known_titles("alpha") == {"One": {int(NOW.timestamp()) - 3600}}


def test_what_is_known_of_items_is_what_was_stored_last(store: Store) -> None:
    one, two = item("alpha", "1", "One", published=NOW), item("alpha", "2", "Two")
    store.intake.apply([polled("alpha", [two, one])], NOW)
    store.intake.apply([polled("alpha", changed=[(1, replace(one, title="One and a half"))])], NOW)
    known = store.intake.known([one.id, two.id])
    assert known[one.id][2:] == ("One and a half", one.canonical, SECONDS)
    assert known[two.id][2:] == ("Two", two.canonical, None)
    assert store.intake.known([]) == {}


def test_an_article_that_moved_is_found_by_each_of_its_addresses(store: Store) -> None:
    one = item("alpha", "1", "One")
    places = [one.canonical or "", "https://alpha.example/two", "https://alpha.example/three"]
    publish(store, polled("alpha", [one]))
    for address in (*places[1:], places[2]):
        moved = replace(one, url=address, canonical=address, hash=address)
        store.intake.apply([polled("alpha", changed=[(1, moved)])], NOW)
    assert store.edition.placed_at(places) == {address: {1: 1} for address in places}
    assert store.past.same_address(places) == dict.fromkeys(places, 1)
    assert store.intake.known_addresses({"alpha": places})["alpha"] == {place: [one.id] for place in places}
    assert store.intake.known_addresses({"beta": places})["beta"] == {}
    assert [story.id for story in store.reading.stories_at(places)] == [one.id]
    assert [store.reading.find(f"{address}?utm_source=rss", address) for address in places] == [one.id] * 3


@pytest.mark.parametrize(
    ("site", "link", "others_link", "means"),
    [
        ("alpha", None, None, {1, 2}),
        ("elsewhere", None, None, {2}),
        ("beta", None, None, {2}),
        ("elsewhere", "https://www.elsewhere.example/world", None, {1, 2}),
        ("elsewhere", "https://elsewhere.example/", "https://elsewhere.example/", {2}),
        ("beta", "https://beta.example/", None, {2}),
        ("alpha", None, "https://alpha.example/", {1, 2}),
    ],
)
def test_an_article_that_moves_to_where_another_outlet_links_is_found_there_on_the_site_of_its_feed(
    store: Store, site: str, link: str | None, others_link: str | None, means: set[int]
) -> None:
    """Or on the one that the feed links to: the feeds of the BBC are at feeds.bbci.co.uk. Anybody's feed may link there: what is on its
    host comes first."""
    address = f"https://{site}.example/two"
    one, other = item("alpha", "1", "One"), item("beta", "1", "Two", url=address, canonical=address)
    store.intake.apply([polled("alpha", [one])], NOW)
    found = polled("beta", [other])
    store.intake.apply([replace(found, state=replace(found.state, feed_link=others_link))], NOW)
    moved = polled("alpha", changed=[(1, replace(one, url=address, canonical=address, hash="moved"))])
    store.intake.apply([replace(moved, state=replace(moved.state, feed_link=link))], NOW)
    publishers = {1: "Alpha", 2: "Beta"}
    assert store.edition.placed_at([address]) == {}
    assert store.edition.placed_at([address], publishers)[address].keys() == means
    assert store.edition.strangers_at([address], publishers) == {1, 2} - means
    place(store)
    assert store.edition.placed_at([address])[address].keys() == means
    assert store.edition.strangers_at([address]) == {1, 2} - means


def test_what_others_move_to_a_page_is_told_from_its_items_by_their_feeds(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not item by item: at a page with 10,000, to which a hundred moved, each batch took seven seconds."""
    page = "https://elsewhere.example/"
    store.intake.apply(
        [polled("alpha", [item("alpha", str(n), f"One {n}", url=page, canonical=page) for n in range(20)])], NOW
    )
    others = [item("beta", str(n), f"Two {n}") for n in range(10)]
    store.intake.apply([polled("beta", others)], NOW)
    moved = [(21 + n, replace(one, url=page, canonical=page, hash="moved")) for n, one in enumerate(others)]
    store.intake.apply([polled("beta", changed=moved)], NOW)
    compared = []

    def one_site(host: str, other: str) -> bool:
        compared.append(other)
        return addresses.one_site(host, other)

    monkeypatch.setattr("aggregator.store.item_addresses.one_site", one_site)
    publishers = {n: "Alpha" if n <= 20 else "Beta" for n in range(1, 31)}
    assert store.edition.strangers_at([page], publishers) == {*range(21, 31)}
    assert sorted(compared) == ["alpha.example", "beta.example"]


def test_an_item_is_known_by_the_ids_of_later_guids(store: Store) -> None:
    """No more are noted where they differ at each poll."""
    one, two = item("alpha", "1", "One"), item("alpha", "2", "Two")
    later = [item("alpha", f"later {n}", "").id for n in range(30)]
    assert store.intake.first_ids(later) == {}
    store.intake.apply([polled("alpha", [two, one])], NOW)
    for _ in range(2):
        store.intake.apply([polled("alpha", known_as={later[0]: one.id, later[1]: one.id, later[2]: two.id})], NOW)
    store.intake.apply([polled("alpha", known_as={later[2]: one.id})], NOW)
    expected = {later[0]: one.id, later[1]: one.id, later[2]: two.id}
    assert store.intake.first_ids(later) == store.intake.first_ids([one.id, *later]) == expected
    store.intake.apply(
        [polled("alpha", [item("alpha", "3", "Three")], known_as={later[9]: item("alpha", "3", "").id})], NOW
    )
    assert store.intake.first_ids(later[9:]) == {later[9]: item("alpha", "3", "").id}, "of what comes with it"
    store.intake.apply([polled("alpha", forget=(later[9], later[10]))], NOW)
    assert store.intake.first_ids(later) == expected
    for id in later[3:]:
        store.intake.apply([polled("alpha", known_as={id: two.id})], NOW)
    assert store.intake.first_ids(later) == expected | dict.fromkeys(later[3:22], two.id)


def test_links_that_differ_at_each_poll_are_not_all_kept(store: Store) -> None:
    """They hold a token. What the editor names by one of them stays named."""
    publish(store, polled("alpha", [item("alpha", "1", "Restless"), item("alpha", "2", "Moved")]))
    addresses: dict[int, list[str]] = {1: [], 2: []}
    for n, times in ((1, 30), (2, 20)):
        for token in range(times):
            addresses[n].append(f"https://alpha.example/{n}?session={token}")
            moved = item("alpha", str(n), f"Moved {token}", url=addresses[n][-1], canonical=addresses[n][-1])
            store.intake.apply([polled("alpha", changed=[(n, moved)])], NOW)
    named = addresses[1][3]
    store.upkeep.prune(SECONDS, 90 * 86_400, {}, named=[named])
    every = [*addresses[1], *addresses[2], "https://alpha.example/1", "https://alpha.example/2"]
    kept = {address for address in every if store.edition.placed_at([address])}
    assert kept == {named, addresses[1][-1], *addresses[2], "https://alpha.example/1", "https://alpha.example/2"}


def test_retention_that_is_stopped_forgets_no_address(store: Store) -> None:
    """What stops it may be an edit, which names articles by addresses that `named` does not have yet."""
    publish(store, polled("alpha", [item("alpha", "1", "Restless")]))
    for token in range(30):
        address = f"https://alpha.example/1?session={token}"
        moved = item("alpha", "1", f"Moved {token}", url=address, canonical=address)
        store.intake.apply([polled("alpha", changed=[(1, moved)])], NOW)
    for now in (SECONDS, SECONDS + 100 * 86_400):  # with and without texts that are old enough to be deleted
        store.upkeep.prune(now, 90 * 86_400, {}, lambda: False)
        assert store.edition.placed_at(["https://alpha.example/1?session=3"])


def test_the_back_catalogue_enters_with_its_publication_times(store: Store) -> None:
    store.intake.apply([polled("alpha", [item("alpha", "1", "Old defense", published=ago(days=3))], live=False)], NOW)
    store.intake.apply([polled("beta", [item("beta", "1", "Late europe", published=ago(days=3))])], NOW)
    publish(store, polled("gamma", [item("gamma", "1", "Undated asia-pacific")], live=False))
    entered = {story.title: story.entered for story in store.reading.stories(StreamQuery("latest"), SECONDS)[0]}
    assert entered == {"Old defense": ago(days=3), "Late europe": NOW, "Undated asia-pacific": NOW}


def test_published_is_never_later_than_first_seen(store: Store) -> None:
    publish(store, polled("alpha", [item("alpha", "1", "Tomorrow", published=NOW + timedelta(days=1))]))
    assert [story.published for story in store.reading.stories(StreamQuery("latest"), SECONDS)[0]] == [NOW]


def test_newest_entry_comes_first_whatever_was_published_when(store: Store) -> None:
    store.intake.apply(
        [polled("alpha", [item("alpha", "1", "Defense budget of Norway grows", published=ago(hours=1))])],
        ago(minutes=30),
    )
    publish(store, polled("beta", [item("beta", "1", "Submarine order divides defense panel", published=ago(hours=9))]))
    assert titles(store, StreamQuery("section", "defense")) == [
        "Submarine order divides defense panel",
        "Defense budget of Norway grows",
    ]


def test_of_what_one_poll_brought_the_newest_comes_first(store: Store) -> None:
    """Whatever the order of the documents; of equal or no times, the first of a document is the newest."""
    told = [
        polled("alpha", [item("alpha", n, f"Alpha {n} hours ago", published=ago(hours=int(n))) for n in "149"]),
        polled("beta", [item("beta", n, f"Beta {n} hours ago", published=ago(hours=int(n))) for n in "83"]),
        polled("gamma", [item("gamma", n, f"Gamma undated {n}") for n in ("first", "second")]),
    ]
    publish(store, *told)
    assert titles(store, StreamQuery("latest")) == [
        "Gamma undated first", "Gamma undated second", "Alpha 1 hours ago", "Beta 3 hours ago", "Alpha 4 hours ago",
        "Beta 8 hours ago", "Alpha 9 hours ago",
    ]  # fmt: skip
    assert [one.title for one in store.reading.items(StreamQuery("latest", limit=3), SECONDS)[0]] == [
        "Gamma undated first", "Gamma undated second", "Alpha 1 hours ago",
    ]  # fmt: skip


def many(store: Store, count: int, step: timedelta, offset: timedelta = timedelta()) -> None:
    for n in range(count):
        moment = NOW - offset - n * step
        store.intake.apply([polled("alpha", [item("alpha", f"k{n}", f"Thing{n} defense word{n} other{n}")])], moment)
    place(store)


@pytest.mark.parametrize(
    ("count", "step", "expected"),
    [(80, timedelta(minutes=30), 80), (80, timedelta(hours=2), 50), (20, timedelta(days=9), 20)],
)
def test_all_of_the_last_48_hours_but_at_least_50(store: Store, count: int, step: timedelta, expected: int) -> None:
    many(store, count, step)
    stories, (of, left, expires) = store.reading.stories(StreamQuery("section", "defense"), SECONDS)
    assert len(stories) == of == expected
    # When time alone last shortened it: as the first that is not listed any more did.
    assert left == (SECONDS - 50 * 2 * 3600 + 48 * 3600 if count > expected else None)
    # When time alone will shorten the list: as the last of more than fifty turns 48 hours old.
    assert expires == (SECONDS - 79 * 30 * 60 + 48 * 3600 if expected > 50 else None)


def test_a_part_of_a_month_says_how_many_there_are(store: Store) -> None:
    many(store, 9, timedelta(minutes=30))
    month = StreamQuery("section", "defense", window=(0, SECONDS + 1))
    for ask in (store.reading.stories, store.reading.items):
        every, whole = ask(month, SECONDS)
        part, extent = ask(replace(month, part=(4, 8)), SECONDS)
        assert [one.id for one in part] == [one.id for one in every][4:8]
        assert extent.of == whole.of == len(every) == 9


def test_at_most_500_and_limit_overrides(store: Store) -> None:
    publish(store, polled("alpha", [item("alpha", f"k{n}", f"Thing{n} word{n} other{n}") for n in range(520)]))
    assert len(titles(store, StreamQuery("latest"))) == 500
    assert len(titles(store, StreamQuery("latest", limit=7))) == 7


def corroborated(store: Store) -> None:
    """One event, told by three outlets at three times; and another that stays alone."""
    text = "Frigate Sachsen collides with freighter near Bornholm in the Baltic, defense ministry says"
    for n, outlet in enumerate(("alpha", "beta", "gamma")):
        moment = ago(hours=6 - 2 * n)
        publish(store, polled(outlet, [item(outlet, "1", text, published=moment)]), at=moment, placed=moment)
    publish(store, polled("alpha", [item("alpha", "2", "Defense budget of Norway grows again")]), at=ago(hours=1))


def test_a_story_enters_min_publishers_when_that_publisher_joins(store: Store) -> None:
    corroborated(store)
    for wanted, hours in ((1, 6), (2, 4), (3, 2)):
        found, _ = store.reading.stories(StreamQuery("section", "defense", min_publishers=wanted), SECONDS)
        frigate = next(story for story in found if story.title.startswith("Frigate"))
        assert frigate.entered == ago(hours=hours)
        assert len(found) == (2 if wanted == 1 else 1)
    assert titles(store, StreamQuery("latest", min_publishers=4)) == []


def test_a_story_enters_min_publishers_when_a_copy_gets_a_text_of_its_own(store: Store) -> None:
    """Days later, below the end of the feed, nobody would see it."""
    wire = (
        "MANILA (Reuters) - Volcano Taal erupted over Batangas province on Monday, and thousands of people left their homes before "
        "ash and steam covered the roads to the lake, officials said, after a week of tremors that had closed its schools."
    )
    ferry = "Ferry Estrella capsizes off Mindoro island"
    for outlet in ("alpha", "beta"):
        store.intake.apply([polled(outlet, [item(outlet, "0", "Volcano Taal erupts", summary=wire)])], ago(hours=60))
    place(store)
    for outlet in ("alpha", "beta"):
        store.intake.apply([polled(outlet, [item(outlet, "1", ferry)])], ago(hours=5))
    place(store)
    pairs = StreamQuery("latest", min_publishers=2)
    assert titles(store, pairs) == [ferry]
    own = item(
        "beta", "0", "Volcano Taal erupts", summary="Our man in Batangas saw ash fall on Taal as the volcano rumbled."
    )
    ((n, *_),) = store.intake.known([own.id]).values()
    publish(store, polled("beta", changed=[(n, own)]))
    found, _ = store.reading.stories(pairs, SECONDS)
    assert [(story.title, story.entered) for story in found] == [("Volcano Taal erupts", NOW), (ferry, ago(hours=5))]


def test_a_story_that_falls_below_min_publishers_and_reaches_it_again_has_the_place_that_it_had(store: Store) -> None:
    """At the top readers would find it a second time."""
    wire = (
        "MANILA (Reuters) - Volcano Taal erupted over Batangas province on Monday, and thousands of people left their homes before "
        "ash and steam covered the roads to the lake, officials said, after a week of tremors that had closed its schools."
    )
    own = "Our man in Batangas saw ash fall on Taal as the volcano rumbled."
    for outlet, said in (("alpha", wire), ("beta", own)):
        store.intake.apply([polled(outlet, [item(outlet, "0", "Volcano Taal erupts", summary=said)])], ago(hours=5))
    place(store, SECONDS - 5 * 3600)
    pairs = StreamQuery("latest", min_publishers=2)
    ((n, *_),) = store.intake.known([item("beta", "0", "").id]).values()
    seen = []
    for hours, said in ((3, wire), (2, wire + " More soon."), (1, own)):
        changed = item("beta", "0", "Volcano Taal erupts", summary=said)
        publish(store, polled("beta", changed=[(n, changed)]), at=ago(hours=hours), placed=ago(hours=hours))
        seen.append([story.entered for story in store.reading.stories(pairs, SECONDS)[0]])
    assert seen == [[], [], [ago(hours=5)]]


def test_order_under_min_publishers_is_that_of_the_joining(store: Store) -> None:
    names = ("Volcano Taal erupts over Batangas province", "Ferry Estrella capsizes off Mindoro island")
    for minutes, outlet, n in ((90, "alpha", 0), (80, "alpha", 1), (70, "beta", 1), (60, "beta", 0)):
        publish(store, polled(outlet, [item(outlet, str(n), names[n])]), at=ago(minutes=minutes))
    assert titles(store, StreamQuery("latest")) == [names[1], names[0]]
    assert titles(store, StreamQuery("latest", min_publishers=2)) == [names[0], names[1]]


def test_primary_lists_each_story_in_one_section(store: Store) -> None:
    publish(store, polled("alpha", [item("alpha", "1", "Europe and defense")]))
    assert titles(store, StreamQuery("section", "europe")) == ["Europe and defense"]
    primaries = [name for name in ("defense", "europe") if titles(store, StreamQuery("section", name, primary=True))]
    assert len(primaries) == 1


def test_an_edit_of_the_rules_delivers_no_burst(store: Store) -> None:
    publish(store, polled("alpha", [item("alpha", "1", "Europe plan")]), at=ago(days=5), placed=ago(days=5))
    publish(store, polled("alpha", [item("alpha", "2", "Defense fresh")]))

    def everything_is_defense(pending: object) -> object:
        return replace(policy().judge(pending), section="defense", scores=(("defense", 1.0),))  # type: ignore[arg-type]

    edited = replace(policy(), configuration="two", judge=everything_is_defense)
    before = {story.id: story.entry for story in store.reading.stories(StreamQuery("latest"), SECONDS)[0]}
    while re_place(store, edited, lambda: SECONDS):
        pass
    found, _ = store.reading.stories(StreamQuery("section", "defense"), SECONDS)
    assert [(story.title, story.entered) for story in found] == [("Defense fresh", NOW), ("Europe plan", ago(days=5))]
    assert {story.id: story.entry for story in found} == before
    assert titles(store, StreamQuery("section", "europe")) == []
    assert store.edition.count_outdated(edited.epoch) == 0


def test_the_items_of_a_story_are_read_in_order_of_publication_not_of_arrival(store: Store) -> None:
    for outlet, hours in (("alpha", 1), ("beta", 2)):
        told = item(outlet, "1", "Ferry with ninety people sinks off Velmora", published=ago(hours=hours))
        store.intake.apply([polled(outlet, [told])], NOW)
        place(store)
    assert store.past.members([1, 2]) == {1: [2, 1]}


def test_an_archive_remembers_what_the_reference_in_memory_does(store: Store) -> None:
    """A day of news in which outlets take over headlines, addresses and each other's words."""
    chance = random.Random(3)
    words = [
        f"{first}{last}"
        for first in ("Bor", "Kal", "Mer", "Tov", "Zan")
        for last in ("dia", "lund", "nik", "pol", "ster")
    ]
    headlines = [" ".join(chance.sample(words, 6)) for _ in range(12)]
    memory, past = Memory(), store.past
    used: set[int] = set()
    keys: set[int] = set()
    for hour in range(24, 0, -1):
        for outlet in ("alpha", "beta", "gamma"):
            told = item(
                outlet, str(hour), chance.choice(headlines), summary=" ".join(chance.sample(words, 9)), published=ago(hours=hour),
                canonical=f"https://x.example/{chance.randrange(60)}" if hour % 3 else None,
            )  # fmt: skip
            store.intake.apply([polled(outlet, [told])], ago(hours=hour))
        batch = [candidate(one) for one in store.edition.items(store.edition.pending())]
        grouping = group(batch, memory)
        memory.apply(batch, grouping)
        used |= dict(grouping.memory.frequencies).keys()
        keys |= {one.headline for one in grouping.memory.items if one.headline}
        place(store, SECONDS - hour * 3600)
    everything = range(1, 73)
    assert {n: set(members) for n, members in memory.stories().items()} == {
        n: {one.item.n for one in members} for n, members in store.edition.members(everything).items()
    }
    assert past.documents() == memory.documents() > 0
    assert past.frequencies(used) == memory.frequencies(used)
    assert past.known(everything) == memory.known(everything)
    assert past.members(everything) == memory.members(everything)
    addresses = [f"https://x.example/{n}" for n in range(60)]
    assert past.same_address(addresses) == memory.same_address(addresses)
    for since, until in ((0, SECONDS), (SECONDS - 9 * 3600, SECONDS - 2 * 3600)):  # both times are of news
        assert past.same_headline(keys, since, until) == memory.same_headline(keys, since, until)
        found = past.postings(used, since, until, 1000)
        assert {word: sorted(items) for word, items in found.items()} == {
            word: sorted(items) for word, items in memory.postings(used, since, until, 1000).items()
        }
    assert len(memory.stories()) < 60
    oldest = SECONDS - 9 * 3600
    store.upkeep.prune(oldest + 14 * 86_400, 90 * 86_400, {})
    young = {n: one for n, one in memory.known(everything).items() if one.at >= oldest}
    assert past.known(everything) == young, "what is older than two weeks is forgotten"
    assert {n for items in past.postings(used, 0, SECONDS, 1000).values() for n in items} == young.keys()
    assert past.frequencies(used) == memory.frequencies(used)


def test_counts_of_words_are_those_of_recent_news(store: Store) -> None:
    """After years the words of a new event would else count as rare however much is told of it."""
    publish(store, polled("alpha", [item("alpha", "1", "Frigate collides off Oslo")]))
    counted = {1: 1, 2: 2, 3: 4, 4: 90, 5: 10 * DOCUMENTS}
    told = RememberedItem(1, SECONDS, "Alpha", None, b"")
    posted = Remembered((told,), ((2, SECONDS, 1), (3, SECONDS, 1)), tuple(counted.items()), 10 * DOCUMENTS - 1)
    store.edition.apply(Batch(memory=posted, forgotten=(99,)))
    assert store.past.documents() == 10 * DOCUMENTS
    store.upkeep.prune(SECONDS, 90 * 86_400, {})
    assert store.past.documents() == DOCUMENTS
    kept = {2: 2, 3: 2, 4: 9, 5: DOCUMENTS}
    # Words in the index stay, with two items if they had: Related News asks for those.
    assert store.past.frequencies(counted) == kept
    store.upkeep.prune(SECONDS, 90 * 86_400, {})
    assert (store.past.documents(), store.past.frequencies(counted)) == (DOCUMENTS, kept)


def test_stories_placed_under_any_other_configuration_are_outdated(store: Store) -> None:
    for n, configuration in enumerate("cabd", 1):
        store.intake.apply([polled("alpha", [item("alpha", str(n), f"Town{n} opens quarry{n}")])], ago(hours=9 - n))
        edition(store, policy(configuration=configuration), lambda: SECONDS)
    epoch = policy(configuration="b").epoch
    assert store.edition.count_outdated(epoch) == 3
    newest = [store.edition.stories([n])[n].entry.title for n in store.edition.outdated(epoch, 9)]
    assert newest == ["Town4 opens quarry4", "Town2 opens quarry2", "Town1 opens quarry1"]
    assert len(store.edition.outdated(epoch, 2)) == 2


def test_versions_move_for_touched_streams_alone(store: Store) -> None:
    publish(store, polled("alpha", [item("alpha", "1", "Defense one")]))
    defense, europe = (
        store.reading.version(DEFENSE)[0],
        store.reading.version(EUROPE)[0],
    )
    publish(store, polled("beta", [item("beta", "1", "Europe two words")]))
    assert store.reading.version(DEFENSE)[0] == defense
    assert store.reading.version(EUROPE)[0] > europe


def test_a_version_never_stands_for_two_states(tmp_path: Path) -> None:
    """A backup was put back, and another edition made within the second of the one that is gone."""
    told = []
    archive(tmp_path / "backup", "alpha").close()
    for name in ("gone", "new"):
        shutil.copytree(tmp_path / "backup", tmp_path / name)
        with closing(archive(tmp_path / name, "alpha")) as store:
            publish(store, polled("alpha", [item("alpha", name, f"Defense {name}")]))
            told.append(store.reading.version(DEFENSE))
    assert told[0][0] != told[1][0]


def test_the_date_of_a_stream_moves_with_every_change(store: Store) -> None:
    """Within a second, against a clock that went back, by articles and by retention: it is what If-Modified-Since asks."""
    dates = []

    def note() -> None:
        dates.append(store.reading.version()[1])

    for n, seconds in enumerate((SECONDS, SECONDS, SECONDS - 60)):
        store.intake.apply([polled("alpha", [item("alpha", str(n), f"Defense number {n}", summary="Words.")])], NOW)
        place(store, seconds)
        note()
    store.articles.claim(["alpha"], 0, 9, SECONDS, SECONDS + 3600)
    store.articles.save(1, "<p>The article.</p>", None, SECONDS)
    note()
    assert store.reading.version(DEFENSE)[1] == dates[-1]
    later = SECONDS + 100 * 86_400
    assert store.upkeep.prune(later, 86_400, {}) > 0
    note()
    assert dates == sorted(set(dates))


def test_the_text_of_an_article_changes_its_item_its_story_and_the_streams_where_that_stands(store: Store) -> None:
    for n, title in enumerate(("Defense one", "Europe two words", "Asia-Pacific goes third"), 1):
        publish(store, polled("alpha", [item("alpha", str(n), title)]))
    sections = ("defense", "europe", "asia-pacific")
    before = [store.reading.version(StreamName("section", name)) for name in sections]
    assert len(store.articles.claim(["alpha"], 0, 9, SECONDS, SECONDS + 3600)) == 3
    store.articles.save(1, "", "no article", SECONDS + 60)
    store.articles.save(2, "<p>The article.</p>", None, SECONDS + 60)
    asked = StreamQuery("search", changed_since=SECONDS + 60)
    assert titles(store, asked) == ["Europe two words"]
    assert [told.title for told in store.reading.items(replace(asked, view="items"), SECONDS)[0]] == [
        "Europe two words"
    ]
    after = [store.reading.version(StreamName("section", name)) for name in sections]
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False, True]


def test_an_item_is_updated_when_feeds_tell_something_else_of_it(store: Store) -> None:
    """Not by words beyond its summary, which they do not have; and it never goes back."""
    first = item("alpha", "1", "Defense: frigate sails", summary="It left.", content="<p>It left. For where?</p>")
    publish(store, polled("alpha", [first]))

    def updated(later: timedelta, **change: object) -> datetime:
        changed = polled("alpha", changed=[(1, replace(first, hash=f"{later}", **change))])
        publish(store, changed, at=NOW + later, placed=NOW + later)
        return store.reading.items(StreamQuery("search", view="items"), SECONDS)[0][0].updated

    day = timedelta(days=1)
    assert updated(day, content="<p>It left. For Malta.</p>", categories=("Ships",)) == NOW
    assert "Malta" in store.reading.content(1)
    assert updated(2 * day, summary="It left at noon.") == NOW + 2 * day
    assert updated(3 * day, summary="It left at noon.", image="https://alpha.example/1.jpg") == NOW + 3 * day
    assert store.upkeep.prune(SECONDS + 9 * 86_400, 3 * 86_400, {}) == 1
    assert updated(9 * day, summary="It left at noon.", image="https://alpha.example/1.jpg") == NOW + 3 * day
    set_back = updated(day, title="Defense: frigate returns")
    assert set_back == NOW + 3 * day + timedelta(seconds=1)


def test_an_item_is_not_updated_when_the_editor_gives_its_publisher_another_name(store: Store) -> None:
    """Nor when its outlet changes words later that no feed shows. It is when the feed names another outlet."""
    first = item("alpha", "1", "Defense: frigate sails", summary="It left.")
    publish(store, polled("alpha", [first]))
    with store._connection.transaction():
        store._connection.write("UPDATE placements SET publisher = 'Alpha News' WHERE item = 1")

    def updated(publisher: str, content: str) -> datetime:
        changed = replace(first, hash=content, content=content, publisher=publisher)
        publish(store, polled("alpha", changed=[(1, changed)]), at=NOW + timedelta(days=1))
        return store.reading.items(StreamQuery("search", view="items"), SECONDS)[0][0].updated

    assert updated("Alpha News", "<p>It left. For Malta.</p>") == NOW
    assert updated("Beta", "<p>It left. For Crete.</p>") == NOW + timedelta(days=1)


def test_the_newest_are_searched_first_and_nothing_is_missed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for n, hours in enumerate((9, 1, 50, 3, 2, 30)):
        publish(store, polled("alpha", [item("alpha", str(n), f"Town{n} opens quarry", published=ago(hours=hours))]))
    asked = [
        StreamQuery("search", limit=limit, view=view, filter=Filter(words=(word,)))
        for limit in (1, 3, 9)
        for word in ("quarry", "town2")
        for view in ("stories", "items")
    ]

    def found() -> list[list[str]]:
        ask = {"stories": store.reading.stories, "items": store.reading.items}
        return [[one.id for one in ask[query.view](query, SECONDS)[0]] for query in asked]  # type: ignore[attr-defined]

    whole = found()
    for near in (0, 1, 3, 5):
        monkeypatch.setattr("aggregator.store.lists.NEAR", near)
        assert found() == whole


@pytest.mark.parametrize("view", ["stories", "items"])
def test_what_changed_though_it_is_old_is_not_missed_for_the_newest(
    store: Store, monkeypatch: pytest.MonkeyPatch, view: str
) -> None:
    """Who asks what changed since goes on from there, and would never hear of it."""
    old, *new = (item("alpha", str(n), f"Town{n} opens quarry") for n in range(4))
    publish(store, polled("alpha", [old]))
    hours = [NOW + timedelta(hours=n) for n in range(3)]
    publish(
        store,
        polled("alpha", changed=[(1, replace(old, summary="Stone.", hash="other"))]),
        at=hours[1],
        placed=hours[1],
    )
    publish(store, polled("alpha", new), at=hours[2], placed=hours[2])
    monkeypatch.setattr("aggregator.store.lists.NEAR", 2)
    monkeypatch.setattr("aggregator.store.lists.FEW", -1)  # as if thousands told of it
    since = SECONDS + 1800
    asked = StreamQuery("search", view=view, limit=1, changed_since=since, filter=Filter(words=("quarry",)))
    found = (store.reading.stories if view == "stories" else store.reading.items)(asked, SECONDS)[0]
    assert [one.title for one in found] == [old.title]


def test_a_section_and_a_topic_of_one_id_are_two(store: Store) -> None:
    """A section `ukraine` does not keep the country from being a topic of that id."""
    rules = policy(lambda one: replace(by_words(one), topics=("europe",) if "budget" in one.title else ()))
    told = [item("alpha", "1", "Defense budget of europe"), item("alpha", "2", "Ministers meet in europe")]
    store.intake.apply([polled("alpha", told)], NOW)
    edition(store, rules, lambda: SECONDS)

    def found(**wanted: str) -> list[str]:
        query = StreamQuery("search", view="items", filter=Filter(**wanted))  # type: ignore[arg-type]
        return [one.title for one in store.reading.items(query, SECONDS)[0]]

    assert found(section="europe") == ["Defense budget of europe", "Ministers meet in europe"]
    assert found(topic="europe") == ["Defense budget of europe"]


def test_search_finds_a_word_in_the_plural_and_in_another_spelling(store: Store) -> None:
    heads = [
        "Hurricane nears Cuba",
        "Hurricanes are rarer than they were",
        "Zelenskyy asks for F-35s",
        "Zelensky criticised over defence of Kiev",
        "Hama falls",
        "Hamas agrees",
        "Ouragan: les sanctions",
    ]
    told = [item("alpha", str(n), head, lang="fr" if n == 6 else "en") for n, head in enumerate(heads)]
    publish(store, polled("alpha", told))

    def found(*words: str, **more: Any) -> list[int]:
        wanted = Filter(words=words, **more)
        return sorted(heads.index(one) for one in titles(store, StreamQuery("search", filter=wanted)))

    assert found("hurricane") == found("hurricanes") == found("HURRICANES,") == [0, 1]
    assert found('"hurricane"') == [0]
    assert found('"hurricanes"') == [1]
    assert found('"hurricane nears"') == [0]
    assert found('"hurricanes nears"') == found("hurricanes nears") == [], "a phrase"
    assert found("hurricanes", "nears") == [0]
    assert found("zelensky") == found("zelenskyy") == found("Zelenskyy's") == [2, 3]
    assert found("F-35") == found("f35s") == [2]
    assert found("criticized", "defenses", "kyiv") == [3]
    assert found("hama") == [4]
    assert found("hamas") == [5]
    assert found(without=("hurricanes",)) == [2, 3, 4, 5, 6], "a minus leaves out what the word would find"
    assert found("cuba", without=('"hurricanes"',)) == [0]
    assert found("sanction") == found("sanctions") == found("sanctions", lang="fr") == [6]
    assert found("sanction", lang="fr") == [], "words of another language are not taken for English"
    assert found("hurricane", without=("hurricane",)) == []
    assert found("hurricanes OR sanction") == [0, 1, 6], "each in all its forms"
    assert found("hurricane OR hamas", "cuba OR agrees") == [0, 5]
    assert found('"hurricane nears" OR "hama falls"') == [0, 4]
    assert found('"hurricane OR hama"') == found("hurricane OR") == found('" OR title:x') == []
    assert found("crit* OR hurricane", without=("cuba", "zelenskyy")) == [1]
    assert len(store.edition.containing("hurricane", 9)) == 1, "what a rule finds is another matter"


def test_search_finds_variants_of_a_type(store: Store) -> None:
    heads = ["F-35B lands", "Su-35S falls", "An e-mail leaks", "A B2B fair", "F-350 sells"]
    publish(store, polled("alpha", [item("alpha", str(n), head) for n, head in enumerate(heads)]))

    def found(*words: str, **more: Any) -> list[int]:
        wanted = Filter(words=words, **more)
        return sorted(heads.index(one) for one in titles(store, StreamQuery("search", filter=wanted)))

    assert found("f-35") == found("f-35b") == found("f35b") == [0]
    assert found('"f-35"') == []
    assert found("su-35") == [1]
    assert found("email") == found("e-mails") == [2]
    assert found("b-2") == []
    assert found(without=("f-35", "email")) == [1, 3, 4]
    assert found(" OR ".join(f"f-{n}" for n in range(20, 40))) == [0], "as many words as a search may have"
    assert found(*["f-35"] * 20) == [0]


def test_search_finds_words_where_none_are_marked_off_and_letters_without_their_strokes(store: Store) -> None:
    """Scripts without spaces, Korean with its particles, and letters that are more than a base and an accent."""
    heads = [
        "中国批准向美国汽车供应商出口稀土",
        "東京でサミット開幕",
        "กองทัพเรือไทยซ้อมรบ",
        "한국은 미사일을 발사했다",
        "Große Übung in Łódź und Tromsø",
        "Σεισμός στην Αθήνα",
        "أزمة في إيران: مُحَمَّد على القاهرة",
        "یک کشور",
        "שָׁלוֹם",
        "Самолёт и майский",
        "🫡Kyiv ₽500🤔NATO",
    ]
    publish(store, polled("alpha", [item("alpha", str(n), head) for n, head in enumerate(heads)]))

    def found(*words: str) -> list[int]:
        return [heads.index(title) for title in titles(store, StreamQuery("search", filter=Filter(words=words)))]

    for word in ("稀土", "出口", "中国批准向美国汽车供应商出口稀土", "中国 批准"):
        assert found(word) == [0], word
    assert found("稀土", "美国") == [0]
    assert found("土稀") == []
    assert found("サミット") == found("東京") == [1]
    assert found("ซ้อมรบ") == [2]
    assert found("한국") == found("미사일") == [3]
    for word in ("grosse", "große", "GROSSE", "lodz", "Łódź", "tromso", "ubung"):
        assert found(word) == [4], word
    for word in ("Αθήνα", "αθηνα", "ΑΘΗΝΑ", "σεισμος", "ΣΕΙΣΜΟΣ", "σεισμόσ"):
        assert found(word) == [5], word
    for word in ("أزمة", "ازمه", "ايران", "محمد", "علي", "القاهره"):
        assert found(word) == [6], word
    assert found("يك") == found("كشور") == found("کشور") == [7]
    assert found("שלום") == [8]
    assert found("самолет") == found("САМОЛЁТ") == found("майский") == [9]
    assert found("маискии") == []
    for word in ("kyiv", "500", "nato", "\u2066NATO\u2069", "🤔NATO", "500 NATO"):
        assert found(word) == [10], word

    one = item("alpha", "0", heads[0])
    n, *_ = store.intake.known([one.id])[one.id]
    publish(store, polled("alpha", changed=[(n, replace(one, title="台湾海峡", hash="new"))]))
    assert titles(store, StreamQuery("search", filter=Filter(words=("稀土",)))) == []
    assert titles(store, StreamQuery("search", filter=Filter(words=("海峡",)))) == ["台湾海峡"]


def test_search_finds_initials_and_weapons_however_they_are_written(store: Store) -> None:
    heads = [
        "U.S. and U.K. send F-35s",
        "US, UK order the F35",
        "J.D. Vance meets C. S. Lewis",
        "JD Vance reads Narnia by CS Lewis to children in Ohio",
        "Vitamin B 12 of the U. S. A. Smith Corp.",
        "F 35 of 40, 9-11, U-boats",
    ]
    publish(store, polled("alpha", [item("alpha", str(n), head) for n, head in enumerate(heads)]))

    def found(*words: str) -> list[int]:
        return sorted(heads.index(title) for title in titles(store, StreamQuery("search", filter=Filter(words=words))))

    for word in ("US", "U.S.", "u.s", "u.k.", "UK"):
        assert found(word) == [0, 1], word
    assert found("U.S. and") == [0]
    assert found('"F-35"') == found('"f35"') == found('"F\u201135"') == [1], "F-35s is another word"
    assert found('"F 35"') == [1, 5]
    assert found('"F-35s"') == found('"f35s"') == [0]
    assert found("F-35") == found("f35s") == [0, 1], "unless it is not in quotes"
    for word in ("JD Vance", "J. D. Vance", "j.d. vance", "C.S. Lewis", "CS Lewis"):
        assert found(word) == [2, 3], word
    assert found("9") == found("9-11") == found("boats") == [5]


def test_search_finds_words_by_their_beginning(store: Store) -> None:
    heads = [
        "Ballistic missiles over Łódź",
        "A missile, ballistic",
        "Missive from the miss",
        "中国批准向美国出口稀土",
        "U.S. troops",
    ]
    publish(store, polled("alpha", [item("alpha", str(n), head) for n, head in enumerate(heads)]))

    def found(*words: str, without: tuple[str, ...] = ()) -> list[int]:
        query = StreamQuery("search", view="items", filter=Filter(words=words, without=without))
        return sorted(heads.index(one.title) for one in store.reading.items(query, int(NOW.timestamp()))[0])

    assert found("missile*") == found("MISSIL*") == [0, 1]
    assert found('"missile"') == [1]
    assert found("mis*") == [0, 1, 2]
    assert found("mi*") == [], "it would stand for half of all words"
    assert found("ballistic missile*") == [0]
    assert found("ballistic*", "łód*") == [0]
    assert found("ball*", without=("missile*",)) == []
    assert found("miss", without=("missile*",)) == [2]
    assert found("美国出*") == [3]
    assert found('mis*"\tOR\t"troo*') == found('mis*" NOT "zebra*') == []
    assert found('mis*" OR "troo*') == [4], "each as a word"


def test_what_changed_and_waits_still_waits_after_its_story_was_judged_anew(store: Store) -> None:
    one = item("alpha", "1", "Defense of the coast", summary="A plan for the coast.")
    publish(store, polled("alpha", [one]))
    store.intake.apply([polled("alpha", changed=[(1, replace(one, summary="Another plan.", hash="new"))])], NOW)
    re_place_stories(store, policy(configuration="two"), [1], lambda: SECONDS)
    assert store.edition.pending() == [1], "what its feed says of it now is not told yet"
    place(store)
    assert store.reading.stories(StreamQuery("latest"), SECONDS)[0][0].entry.summary == "Another plan."


def test_what_changes_while_it_is_placed_waits_on(store: Store) -> None:
    """… since what is placed is the text before: news, and again an item that has its place."""
    one = item("alpha", "1", "Defense of the coast")
    store.intake.apply([polled("alpha", [one])], NOW)
    for title in ("Corrected: drones for Europe", "Corrected again: NATO in Europe"):

        def judge(waiting: EditionItem, title: str = title) -> Judgement:
            store.intake.apply([polled("alpha", changed=[(1, replace(one, title=title, hash=title))])], NOW)
            return by_words(waiting)

        edition(store, policy(judge), lambda: SECONDS)
        assert store.edition.pending() == [1]
        place(store)
        assert titles(store, StreamQuery("section", "europe")) == [title]
        assert store.edition.pending() == []
        store.intake.apply([polled("alpha", changed=[(1, replace(one, hash=f"{title}, taken back"))])], NOW)


def test_what_an_edit_moves_changed_when_it_was_stored(store: Store) -> None:
    """Judging takes seconds: who asks for changes meanwhile does not see it, and asks from that moment on the next time."""
    publish(store, polled("alpha", [item("alpha", "1", "Defense of the coast")]))
    judged = 0

    def judge(one: EditionItem) -> Judgement:
        nonlocal judged
        judged += 1
        return Judgement("europe", (("europe", 1.0),), ())

    re_place(store, policy(judge, configuration="two"), lambda: SECONDS + 60 + 30 * judged)
    asked = StreamQuery("search", changed_since=SECONDS + 80)
    assert titles(store, asked) == ["Defense of the coast"]
    assert len(store.reading.items(replace(asked, view="items"), SECONDS)[0]) == 1


def test_what_takes_long_to_store_changed_when_readers_see_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits for another process, the batch is large or the disk is slow. Who asks for changes meanwhile does not see it, and asks from
    that moment on the next time."""
    place_one(store, "alpha", "Defense of the coast", NOW)
    monkeypatch.setattr(
        "aggregator.store.versions.monotonic", itertools.count(step=1.6).__next__
    )  # begun and ended so far apart
    place_one(store, "beta", "Europe votes on wheat", NOW + timedelta(seconds=60))
    asked = StreamQuery("search", changed_since=SECONDS + 61 + 1)
    assert titles(store, asked) == ["Europe votes on wheat"]
    assert len(store.reading.items(replace(asked, view="items"), SECONDS)[0]) == 1
    store.articles.claim(["alpha"], 0, 9, SECONDS, SECONDS + 3600)
    store.articles.save(1, "<p>The article.</p>", None, SECONDS + 90)
    assert titles(store, replace(asked, changed_since=SECONDS + 91 + 1)) == ["Defense of the coast"]


def test_pruned_texts_leave_headline_link_and_memory_of_the_item(store: Store) -> None:
    one = item("alpha", "1", "Defense of old", summary="Long words about it.")
    publish(store, polled("alpha", [one]), at=ago(days=100))
    assert store.upkeep.prune(SECONDS, 90 * 86_400, {}) == 1
    assert store.upkeep.prune(SECONDS, 90 * 86_400, {}) == 0
    story = store.reading.stories(StreamQuery("latest"), SECONDS)[0][0]
    members = store.reading.members(story.n)
    assert (story.title, members[0].summary, store.reading.content(members[0].n)) == ("Defense of old", "", "")
    known = StoredItems(store.intake.known([one.id]))
    assert recognise([one], known).new == (), "a purged item must not come back"
    assert titles(store, StreamQuery("search", filter=Filter(words=("old",)))) == ["Defense of old"]
    assert titles(store, StreamQuery("search", filter=Filter(words=("words",)))) == []


def test_what_was_pruned_changed_and_the_stories_that_it_leads(store: Store) -> None:
    """Who keeps a copy asks for changes; and feeds may have shown the text of an article."""
    publish(
        store, polled("alpha", [item("alpha", "1", "Defense of old", summary="Long words about it.")]), at=ago(days=100)
    )
    store.articles.claim(["alpha"], 0, 9, SECONDS, SECONDS + 3600)
    store.articles.save(1, "<p>The article.</p>", None, SECONDS)
    (version, _), asked = (
        store.reading.version(DEFENSE),
        StreamQuery("search", changed_since=SECONDS + 60),
    )
    place_one(store, "beta", "Europe votes on wheat", NOW)
    assert titles(store, asked) == []
    store.upkeep.prune(SECONDS + 60, 90 * 86_400, {})
    assert titles(store, asked) == ["Defense of old"]
    (told,) = store.reading.items(replace(asked, view="items"), SECONDS)[0]
    assert (told.title, told.summary) == ("Defense of old", "")
    assert told.entered > NOW + timedelta(seconds=60), "later than whoever asked meanwhile"
    assert store.reading.version(DEFENSE)[0] > version


def test_a_source_that_lists_a_pruned_item_again_gives_it_its_text_again(store: Store) -> None:
    """Texts are kept from the day they were last listed: it was down for months, and lists what it did before."""
    one = item("alpha", "1", "Defense of old", summary="Long words about it.")
    publish(store, polled("alpha", [one]), at=ago(days=100))
    store.upkeep.prune(SECONDS, 90 * 86_400, {})
    (told,) = store.reading.stories(StreamQuery("latest"), SECONDS)[0]
    unread = replace(one, hash="", summary="", content="")
    assert recognise([unread], StoredItems(store.intake.known([one.id]))).unread, "it is to be read"
    again = recognise([one], StoredItems(store.intake.known([one.id])))
    publish(store, polled("alpha", changed=again.changed))
    assert [member.summary for member in store.reading.members(told.n)] == [one.summary]
    (after,) = store.reading.stories(StreamQuery("latest"), SECONDS)[0]
    assert (after.id, after.entry, after.entered) == (told.id, told.entry, told.entered), "and nothing is announced"
    assert titles(store, StreamQuery("search", filter=Filter(words=("words",)))) == ["Defense of old"]
    assert recognise([one], StoredItems(store.intake.known([one.id]))).seen == (1,)
    assert store.upkeep.prune(SECONDS + 89 * 86_400, 90 * 86_400, {}) == 0


def test_a_picture_without_words_comes_back_like_a_text(store: Store) -> None:
    """A comic, say, or a photograph with a headline alone. A headline with nothing else loses nothing, and does not count as changed."""
    picture = item("alpha", "1", "Defense drawn", content='<img src="https://alpha.example/1.png">')
    picture, bare = replace(picture, enclosures=(Enclosure("https://alpha.example/1.mp3"),)), item("alpha", "2", "NATO")
    publish(store, polled("alpha", [picture, bare]), at=ago(days=100))
    assert store.upkeep.prune(SECONDS, 90 * 86_400, {}) == 1
    again = recognise([picture, bare], StoredItems(store.intake.known([picture.id, bare.id])))
    assert len(again.seen) == 1
    publish(store, polled("alpha", changed=again.changed))
    told = store.reading.item(picture.id)
    assert told and (store.reading.content(told.n), told.enclosures) == (picture.content, picture.enclosures)
    assert recognise([picture], StoredItems(store.intake.known([picture.id]))).seen


def test_articles_that_a_killed_process_asked_for_are_asked_for_at_once(store: Store) -> None:
    """Not those that another one is asking for, nor what was put off or saved."""
    publish(store, polled("alpha", [item("alpha", str(n), f"Thing {n}") for n in range(4)]))
    claim = partial(store.articles.claim, ["alpha"], 0)
    (first,) = claim(1, SECONDS, SECONDS + 3600, owner="killed")
    claim(1, SECONDS, SECONDS + 3600, owner="alive")
    put_off, saved = claim(2, SECONDS, SECONDS + 3600, owner="killed")
    store.articles.put_off([put_off.item], SECONDS + 60)
    store.articles.save(saved.item, "", "nothing there", SECONDS)
    assert sorted(store.articles.owners()) == ["alive", "killed"]
    release_dead(store, lambda owner: owner == "killed")
    assert claim(9, SECONDS + 1, SECONDS + 3601) == [first]
    assert store.articles.owners() == ["alive"]
    assert claim(9, SECONDS + 60, SECONDS + 3660) == [put_off]


def test_a_recording_without_any_words_is_deleted_too_and_comes_back(store: Store) -> None:
    """Of a podcast that tells nothing of its episodes."""
    sound = Enclosure("https://alpha.example/1.mp3", "audio/mpeg")
    episode = replace(item("alpha", "1", "Defense, episode 1", summary="", content=""), enclosures=(sound,))
    publish(store, polled("alpha", [episode]), at=ago(days=100))
    assert store.upkeep.prune(SECONDS, 90 * 86_400, {}) == 1
    (told,) = store.reading.items(StreamQuery("latest"), SECONDS)[0]
    assert (told.enclosures, told.pruned) == ((), False), "judged by its headline, it can be judged again"
    publish(store, polled("alpha", changed=recognise([episode], StoredItems(store.intake.known([episode.id]))).changed))
    (told,) = store.reading.items(StreamQuery("latest"), SECONDS)[0]
    assert told.enclosures == (sound,)


def test_a_text_that_waits_for_the_edition_is_not_pruned_before(store: Store) -> None:
    store.intake.apply([polled("alpha", [item("alpha", "1", "Of old", summary="Defense of it.")])], ago(days=100))
    assert store.upkeep.prune(SECONDS, 90 * 86_400, {}) == 0
    place(store)
    assert store.edition.pending() == []
    assert store.upkeep.prune(SECONDS, 90 * 86_400, {}) == 1


def test_what_a_source_says_after_its_texts_were_pruned_is_read_though_it_says_the_same(store: Store) -> None:
    """It was paused for months, and answers with the document of then: what comes with it for the first time is live."""
    one = item("alpha", "1", "Defense of old", summary="Long words about it.")
    for name, days in (("alpha", 100), ("beta", 80)):
        store.intake.apply([polled(name, [one] if name == "alpha" else [])], ago(days=days))
        (state,) = store.sources.states([name])
        told = {"etag": '"1"', "last_modified": "then", "body_hash": "abc", "last_success": ago(days=days)}
        store.sources.save([structs.replace(state, **told)])
    place(store)
    assert store.upkeep.prune(SECONDS, 90 * 86_400, {}) == 1
    alpha, beta = store.sources.states(["alpha", "beta"])
    assert (alpha.etag, alpha.last_modified, alpha.body_hash) == (None, None, "")
    assert (beta.etag, beta.last_modified, beta.body_hash) == ('"1"', "then", "abc"), "its texts are all there"


def test_what_a_source_lists_still_keeps_its_text_while_nothing_changes(store: Store) -> None:
    """It answers, and says that its document is the one of then: so its items are listed now."""
    old, last = (item("alpha", key, f"Defense {key}", summary="Long words about it.") for key in ("old", "last"))
    store.intake.apply([polled("alpha", [old])], ago(days=100))
    store.intake.apply([polled("alpha", [last])], ago(days=95))
    publish(store, polled("beta", [item("beta", "1", "Without a text")]))
    (state,) = store.sources.states(["alpha"])
    store.sources.save([structs.replace(state, last_success=ago(hours=1), last_new=ago(days=95))])
    assert store.upkeep.prune(SECONDS, 90 * 86_400, {}) == 1
    assert [one.pruned for one in store.edition.items([1, 2])] == [True, False]
    assert store.upkeep.prune(SECONDS + 91 * 86_400, 90 * 86_400, {}) == 1, "it has not answered for as long"


def test_what_the_last_document_listed_is_kept_with_it_though_that_was_noted_a_day_before(store: Store) -> None:
    """That an item is listed is noted once a day at most: of one that the last document lists, it may have been the day before."""
    old, last = (item("alpha", key, f"Defense {key}", summary="Long words about it.") for key in ("old", "last"))
    store.intake.apply([polled("alpha", [old])], ago(days=95, hours=20))
    publish(store, polled("alpha", [last], seen=(1,)), at=ago(days=95))
    (state,) = store.sources.states(["alpha"])
    store.sources.save([structs.replace(state, last_success=ago(hours=1))])
    assert store.upkeep.prune(SECONDS, 90 * 86_400, {}) == 0
    assert [one.pruned for one in store.edition.items([1, 2])] == [False, False]


def test_what_a_source_listed_until_its_next_document_is_kept_from_then_on(store: Store) -> None:
    """It had nothing new for months. Its document was listed all the time, though nothing was read again."""
    texts = {
        key: item("alpha", key, f"Defense {key}", summary="Long words about it.") for key in ("old", "gone", "stays")
    }
    store.intake.apply([polled("alpha", [texts["old"]])], ago(days=100))
    store.intake.apply([polled("alpha", [texts["gone"], texts["stays"]])], ago(days=95))

    def kept(days: int) -> list[bool]:
        store.upkeep.prune(SECONDS + days * 86_400, 90 * 86_400, {})
        return [not one.pruned for one in store.edition.items([1, 2, 3])]

    place(store)
    (state,) = store.sources.states(["alpha"])
    store.sources.save([structs.replace(state, last_success=ago(hours=1), last_new=ago(days=95))])
    for days in (0, 2, 4):  # a document every other day
        again = polled("alpha", [item("alpha", str(days), f"Europe {days}")], seen=(3,))
        told = structs.replace(state, last_success=NOW + timedelta(days=days), last_new=NOW + timedelta(days=days))
        store.intake.apply([replace(again, state=told)], NOW + timedelta(days=days))
        told = structs.replace(told, last_success=NOW + timedelta(days=days, hours=47))
        store.sources.save([told])
    assert kept(4) == [False, True, True]
    assert kept(88) == [False, True, True]
    assert kept(90) == [False, False, True]


def test_a_source_that_says_something_else_at_each_poll_has_its_texts_looked_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has had nothing new for long. All its texts were gone through at each poll, while nobody else could write."""
    looked: list[str] = []
    write = store.intake._db.write

    def written(sql: str, values: Sequence[object] = ()) -> object:
        if "listed >= ?" in sql:
            looked.append(sql)
        return write(sql, values)

    monkeypatch.setattr(store.intake._db, "write", written)
    store.intake.apply([polled("alpha", [item("alpha", "1", "Defense")])], ago(days=9))

    def answers(minutes: int, *seen: int) -> None:
        (state,) = store.sources.states(["alpha"])
        moment = NOW + timedelta(minutes=minutes)
        told = structs.replace(state, last_success=moment, last_new=ago(days=9))
        store.intake.apply([PollResult(told, Recognition(seen=seen), live=True)], moment)

    answers(0)
    for minutes in (10, 20, 30):
        answers(minutes, 1)
    assert len(looked) == 1
    answers(40)  # not modified
    answers(50, 1)
    assert len(looked) == 2, "what it listed was listed until then"


def test_sources_come_in_one_order_whatever_was_written_since(store: Store) -> None:
    """Feeds of incidents have equal bytes as long as nothing happens."""
    came = [state.id for state in store.sources.states()]
    for id in ("gamma", "alpha"):
        store.sources.save(store.sources.states([id]))
        assert [state.id for state in store.sources.states()] == came
        assert [state.id for state in store.sources.states(came[::-1])] == came


def test_an_article_told_again_after_its_story_was_forgotten_joins_it(store: Store) -> None:
    """The grouping forgets items after two weeks; their addresses lead to their stories for good."""
    later = SECONDS + 15 * 86_400
    address = "https://alpha.example/1"
    publish(store, polled("alpha", [item("alpha", "1", "Frigate collides off Oslo")]))
    store.upkeep.prune(later, 90 * 86_400, {})
    again = item("beta", "1", "Frigate collides off Oslo, again", url=address, canonical=address)
    other = item("gamma", "1", "Volcano erupts on Iceland", url=address, canonical=address)
    store.intake.apply([polled("beta", [again]), polled("gamma", [other])], NOW)
    report = edition(store, policy(), lambda: later)
    assert (report.set_aside, report.items, report.stories) == (frozenset(), 2, 0)
    assert {member.item.source for member in store.edition.members([1])[1]} == {"alpha", "beta", "gamma"}
    assert not store.edition.pending()


def test_the_text_of_an_article_is_kept_as_long_as_the_texts_of_its_item(store: Store) -> None:
    """Also where the feed has headlines only, and nothing of the item itself is there to be pruned."""
    publish(store, polled("alpha", [item("alpha", "1", "One")]))
    store.articles.claim(["alpha"], 0, 9, SECONDS, SECONDS + 3600)
    store.articles.save(1, "<p>The article.</p>", None, SECONDS)

    def extracted() -> str:
        return store.reading.extracted([1]).get(1, ("", ""))[1]

    store.upkeep.prune(SECONDS + 89 * 86_400, 90 * 86_400, {})
    assert extracted() == "<p>The article.</p>"
    store.upkeep.prune(SECONDS + 91 * 86_400, 90 * 86_400, {"alpha": 120 * 86_400})
    assert extracted() == "<p>The article.</p>", "its source keeps texts longer"
    store.upkeep.prune(SECONDS + 91 * 86_400, 90 * 86_400, {})
    assert extracted() == ""


def test_retention_asks_before_each_step_whether_it_may_go_on(store: Store) -> None:
    """The first one of a large archive takes minutes: the edition's lease is renewed meanwhile, and a stop is heeded."""
    for name in ("alpha", "beta"):
        store.intake.apply([polled(name, [item(name, str(n), f"Thing {n}", summary="Said.") for n in range(3)])], NOW)
    place(store)
    later = SECONDS + 91 * 86_400
    answers = iter([True, False])
    assert store.upkeep.prune(later, 90 * 86_400, {}, lambda: next(answers)) == 3
    assert store.upkeep.prune(later, 90 * 86_400, {}) == 3


def test_retention_has_no_texts_in_memory_that_their_sources_keep_longer(store: Store) -> None:
    publish(
        store,
        *(polled(name, [item(name, "1", f"Of {name}", summary="Said.")]) for name in ("alpha", "beta")),
        at=ago(days=10),
    )
    day = 86_400
    moments = {n: since for n, _, since in limits(store._connection, SECONDS, 90 * day, {"alpha": day})}
    assert listed_before(store._connection, moments).keys() == {1}
    assert store.upkeep.prune(SECONDS, 90 * day, {"alpha": day}) == 1
    assert {one.title: one.pruned for one in store.edition.items([1, 2])} == {"Of alpha": True, "Of beta": False}


def test_an_item_whose_text_was_pruned_says_so_and_one_that_never_had_any_does_not(store: Store) -> None:
    full, bare = item("alpha", "1", "Defense", summary="Words."), item("alpha", "2", "Europe")
    body = item("alpha", "3", "NATO", content="<p>Read by nobody who judges.</p>")
    publish(store, polled("alpha", [full, bare, body]), at=ago(days=100))
    store.upkeep.prune(SECONDS, 90 * 86_400, {})
    assert {one.title: one.pruned for one in store.edition.items([1, 2, 3])} == {
        "Defense": True, "Europe": False, "NATO": False,
    }  # fmt: skip
    n, *_ = store.intake.known([full.id])[full.id]
    store.intake.apply([polled("alpha", changed=[(n, replace(full, hash="new"))])], NOW)
    assert not store.edition.items([n])[0].pruned, "it has one again"


def test_who_tells_a_story_first_stays_so_when_it_is_placed_anew(store: Store) -> None:
    """Of two that came at once and say the same, the one that was published first counts, and the other is a copy."""
    text = (
        "BORNHOLM (Reuters) - The frigate Sachsen collided with a freighter off the island in the Baltic at dawn, the ministry "
        "of defense said on Tuesday after a first look at what was left of the bow, and nine sailors were hurt."
    )
    for outlet, hours in (("beta", 1), ("alpha", 2)):
        told = item(outlet, "1", "Defense: frigate collides", summary=text, published=ago(hours=hours))
        store.intake.apply([polled(outlet, [told])], NOW)
    place(store)
    (before,) = store.edition.stories([2]).values()
    assert [name for name, _ in before.publishers] == ["Alpha"]
    re_place(store, replace(policy(), configuration="two"), lambda: SECONDS)
    assert store.edition.stories([2])[2].publishers == before.publishers


def test_a_source_that_is_gone_is_polled_only_where_it_is_named(store: Store) -> None:
    """Also when the week is over for which its next poll was put off."""
    gone = structs.replace(store.sources.states(["alpha"])[0], state="gone", next_poll=NOW - timedelta(days=1))
    store.sources.save([gone])
    lease = timedelta(minutes=5)
    assert {state.id for state in store.sources.claim("one", NOW, lease)} == {"beta", "gamma"}
    assert [state.id for state in store.sources.claim("two", NOW, lease, ids=["alpha"], due_only=False)] == ["alpha"]


def test_a_source_that_is_due_is_told_with_the_address_that_will_be_requested(store: Store) -> None:
    """A redirect that was seen a few times is not adopted: workers share hosts by this address, and would ask the one that redirects at
    the same time."""
    alpha, beta, _ = store.sources.states()
    elsewhere = "https://elsewhere.example/feed"
    seen, adopted = (
        structs.replace(one, moved_to=elsewhere, moved_since=NOW, moved_count=count)
        for one, count in ((alpha, SIGHTINGS - 1), (beta, SIGHTINGS))
    )
    store.sources.save([seen, adopted])
    due = dict(store.sources.due(NOW, 10))
    assert due == {"alpha": alpha.url, "beta": elsewhere, "gamma": "https://gamma.example/feed"}


def test_pauses_that_are_not_over_are_found(store: Store) -> None:
    alpha, beta, _ = store.sources.states()
    later = NOW + timedelta(minutes=1)
    store.sources.save([structs.replace(alpha, held_until=later), structs.replace(beta, held_until=NOW)])
    assert [(state.id, state.held_until) for state in store.sources.held(NOW)] == [("alpha", later)]


def test_who_gives_short_leases_respects_long_ones(store: Store) -> None:
    short = timedelta(minutes=20)
    assert len(store.sources.claim("poll", NOW, timedelta(minutes=60), due_only=False)) == 3
    assert store.sources.claim("worker", NOW + timedelta(seconds=5), short) == []
    assert len(store.sources.claim("worker", NOW - timedelta(days=3), short)) == 3, "a lease of a wrong clock"


def test_a_lease_is_renewed_for_its_holder_alone(store: Store) -> None:
    lease, later = timedelta(minutes=5), NOW + timedelta(minutes=6)
    store.sources.claim("one", NOW, lease, ids=["alpha", "beta"])
    store.sources.claim("two", NOW, lease, ids=["gamma"])
    store.sources.renew("one", ["alpha", "gamma"], later, lease)
    assert {state.id for state in store.sources.claim("three", later, lease)} == {"beta", "gamma"}


@pytest.mark.parametrize("roots", [["alpha", "beta"], None])
def test_a_lease_is_given_back_by_its_holder_alone(store: Store, roots: list[str] | None) -> None:
    lease = timedelta(minutes=5)
    store.sources.claim("one", NOW, lease, ids=["alpha"])
    store.sources.claim("two", NOW, lease, ids=["beta"])
    store.sources.release("two", roots)
    assert {state.id for state in store.sources.claim("three", NOW, lease)} == {"beta", "gamma"}


def test_a_poll_stored_late_gives_back_no_lease_of_another(store: Store) -> None:
    """Its machine slept, its lease ended meanwhile, and another process polls the source."""
    lease, later = timedelta(minutes=5), NOW + timedelta(minutes=6)
    (asked,) = store.sources.claim("one", NOW, lease, ids=["alpha"])
    store.sources.claim("two", later, lease, ids=["alpha"])
    assert store.intake.apply([replace(polled("alpha", [item("alpha", "1", "News")]), state=asked)], later, "one") == [
        1
    ]
    assert store.sources.claim("three", later, lease, ids=["alpha"]) == []
    store.intake.apply([replace(polled("alpha"), state=asked)], later, "two")
    assert len(store.sources.claim("three", later, lease, ids=["alpha"])) == 1


@pytest.mark.parametrize("made", ["RENAME COLUMN last_attempt TO attempted", "DROP COLUMN rhythm"])
def test_who_reads_what_another_version_made_says_so(store: Store, made: str) -> None:
    """A web process that runs on while a later version migrates the archive, or while a copy from before an upgrade is put back; it was
    told of by a piece of our SQL."""
    store._connection.write(f"ALTER TABLE sources {made}")
    with pytest.raises(StoreTooNew, match="than this version reads: restart with the version that made them"):
        store.sources.states()


def test_of_two_that_poll_one_source_the_holder_of_its_lease_says_how_it_is(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """The other one's news is kept all the same: its document may have listed what is gone since."""
    store.intake.apply([polled("alpha", [item("alpha", "1", "First")])], NOW)
    lease, later = timedelta(minutes=5), NOW + timedelta(minutes=6)
    (one,) = store.sources.claim("one", NOW, lease, ids=["alpha"], due_only=False)
    (two,) = store.sources.claim("two", later, lease, ids=["alpha"], due_only=False)

    def brings(state: SourceState, owner: str, key: str) -> PollResult:
        told = polled("alpha", [item("alpha", key, f"News of {owner}")], changed=[(1, item("alpha", "1", owner))])
        return replace(told, state=structs.replace(state, etag=owner), drops=(Drop(owner),))

    def stored() -> tuple[object, ...]:
        (state,) = store.sources.states(["alpha"])
        return state.etag, store.edition.items([1])[0].title, store.sources.owners(), store.sources.drops()

    before = stored()
    assert store.intake.apply([brings(one, "one", "2")], later, "one") == [1]
    assert stored() == before
    assert caplog.messages[0].startswith("source alpha: its lease ended or its settings changed while it was polled")
    assert store.intake.apply([brings(two, "two", "3")], later, "two") == [1]
    assert stored() == ("two", "two", [], {"alpha": {"two": 1}})
    assert store.intake.apply([brings(one, "one", "4")], later, "one") == [1], "also after the other one is done"
    assert stored() == ("two", "two", [], {"alpha": {"two": 1}})


def refused(asked: SourceState, at: datetime, status: int, until: datetime, **more: object) -> PollResult:
    """A poll of a source that failed `at` a time, with its plan."""
    known = structs.replace(asked, polls=asked.polls + 1, last_attempt=at, last_status=status, failures=1)
    return PollResult(structs.replace(known, next_poll=until, why=str(status), **more), after=asked.polls)


@pytest.mark.parametrize(("status", "state"), [(429, "failing"), (503, "failing"), (410, "gone")])
def test_what_a_server_says_of_when_to_come_again_holds_though_the_lease_was_lost(
    store: Store, status: int, state: str
) -> None:
    """Nobody asks it earlier, neither who takes the source next nor who has it already, and did not ask yet."""
    lease, later, until = timedelta(minutes=5), NOW + timedelta(minutes=6), NOW + timedelta(hours=5)
    (one,) = store.sources.claim("one", NOW, lease, ids=["alpha"])
    (two,) = store.sources.claim("two", later, lease, ids=["alpha"])
    held = None if status == 410 else until
    store.intake.apply([refused(one, later, status, until, state=state, held_until=held, etag="one")], later, "one")

    def stored() -> tuple[object, ...]:
        (now,) = store.sources.states(["alpha"])
        return now.next_poll, now.why, now.held_until, now.state, now.last_status, now.failures, now.etag

    told = (until, str(status), held, state, status, 1, None)
    assert stored() == told
    assert store.sources.claim("three", later, lease, ids=["alpha"]) == [], "its holder polls it"
    waits = structs.replace(two, next_poll=NOW + timedelta(hours=1), why="another feed of its host was told to wait")
    store.intake.apply([PollResult(waits)], later, "two")
    assert stored() == told
    early = NOW + timedelta(hours=4)
    assert store.sources.claim("three", early, lease, ids=["alpha"]) == []
    store.sources.release("two")
    assert len(store.sources.claim("three", until, lease, ids=["alpha"])) == (state != "gone")


def test_a_poll_whose_lease_was_lost_costs_none_that_is_stored_with_it(store: Store) -> None:
    """Up to 32 polls are stored in one transaction."""
    lease, later = timedelta(minutes=5), NOW + timedelta(minutes=6)
    claimed = store.sources.claim("one", NOW, lease, ids=["alpha", "beta"])
    store.sources.claim("two", later, lease, ids=["alpha"])
    told = [
        replace(polled(state.id, [item(state.id, "1", "News")]), state=structs.replace(state, polls=1), after=0)
        for state in claimed
    ]
    assert store.intake.apply(told, later, "one") == [1, 1]
    assert {state.id: state.polls for state in store.sources.states(["alpha", "beta"])} == {"alpha": 0, "beta": 1}


def test_an_item_that_waits_for_the_edition_can_be_read_but_is_not_listed_yet(store: Store) -> None:
    news = item("alpha", "1", "Defense: frigate sails")
    store.intake.apply([polled("alpha", [news])], NOW)
    found = store.reading.item(news.id)
    assert found
    assert (found.title, found.publisher, found.story, found.section) == (news.title, "Alpha", None, None)
    listed = StreamQuery("latest", view="items")
    assert store.reading.items(listed, SECONDS)[0] == []
    place(store)
    assert [one.section for one in store.reading.items(listed, SECONDS)[0]] == ["defense"]


def test_the_plan_after_a_failure_holds_though_the_lease_was_lost(store: Store) -> None:
    """The plan by which it was asked has passed, and would have it asked again at once."""
    (alpha,) = store.sources.states(["alpha"])
    store.sources.save([structs.replace(alpha, last_attempt=NOW - timedelta(hours=1), next_poll=NOW, why="as ever")])
    lease, later, until = timedelta(minutes=5), NOW + timedelta(minutes=6), NOW + timedelta(hours=2)
    (one,) = store.sources.claim("one", NOW, lease, ids=["alpha"])
    store.sources.claim("two", later, lease, ids=["alpha"])
    store.intake.apply([refused(one, later, 500, until, state="failing")], later, "one")
    (alpha,) = store.sources.states(["alpha"])
    assert (alpha.next_poll, alpha.why, alpha.failures) == (until, "500", 1)


def test_of_two_polls_of_one_source_the_later_answer_counts_and_the_pause_of_either(store: Store) -> None:
    lease, later, until = timedelta(minutes=5), NOW + timedelta(minutes=6), NOW + timedelta(hours=5)
    (one,) = store.sources.claim("one", NOW, lease, ids=["alpha", "beta"])[:1]
    (two,) = store.sources.claim("two", later, lease, ids=["alpha"])
    soon = later + timedelta(minutes=15)
    fine = structs.replace(two, last_attempt=later, last_success=later, next_poll=soon, state="ok")
    store.intake.apply([PollResult(fine)], later, "two")

    def stored() -> tuple[object, ...]:
        (now,) = store.sources.states(["alpha"])
        return now.next_poll, now.held_until, now.state, now.last_status, now.failures

    before = later - timedelta(seconds=1)
    store.intake.apply([refused(one, before, 410, NOW + timedelta(days=7), state="gone")], later, "one")
    assert stored() == (soon, None, "ok", None, 0), "it answered since"
    store.intake.apply([refused(one, before, 429, until, state="failing", held_until=until)], later, "one")
    assert stored() == (until, until, "ok", None, 0), "it answered since, and yet asked to be left alone"
    (three,) = store.sources.claim("three", later, lease, ids=["alpha"], due_only=False)
    again = structs.replace(three, last_attempt=later + timedelta(1), next_poll=soon, held_until=None, state="ok")
    store.intake.apply([PollResult(again)], later, "three")
    assert stored() == (soon, None, "ok", None, 0), "who has the source alone says how it is"


def test_a_poll_counts_though_the_clock_was_ahead_at_the_one_before(store: Store) -> None:
    ahead = NOW + timedelta(days=365)
    (one,) = store.sources.claim("one", NOW, timedelta(minutes=5), ids=["alpha"])
    store.intake.apply([refused(one, ahead, 503, ahead + timedelta(hours=1), state="failing")], ahead, "one")
    (two,) = store.sources.claim("two", NOW, timedelta(minutes=5), ids=["alpha"], due_only=False)
    fine = structs.replace(two, last_attempt=NOW, next_poll=NOW + timedelta(hours=1), failures=0, state="ok")
    store.intake.apply([PollResult(fine)], NOW, "two")
    assert store.sources.states(["alpha"])[0].state == "ok"


def test_any_number_of_sources_may_be_named(store: Store) -> None:
    many = [*(f"source-{n}" for n in range(300_000)), "alpha"]
    assert [state.id for state in store.sources.claim("one", NOW, timedelta(minutes=1), ids=many)] == ["alpha"]
    assert [state.id for state in store.sources.states(many)] == ["alpha"]
    store.sources.release("one", many)
    assert store.sources.owners() == []


def test_a_next_poll_beyond_any_interval_comes_from_a_wrong_clock(store: Store) -> None:
    far = structs.replace(store.sources.states(["alpha"])[0], next_poll=NOW + timedelta(days=3650), state="ok")
    near = structs.replace(store.sources.states(["beta"])[0], next_poll=NOW + timedelta(hours=2), state="ok")
    store.intake.apply([replace(polled("alpha"), state=far), replace(polled("beta"), state=near)], NOW)
    assert {state.id for state in store.sources.claim("one", NOW, timedelta(minutes=5))} == {"alpha", "gamma"}


def test_a_renamed_source_keeps_its_history(store: Store) -> None:
    store.intake.apply([polled("alpha", [item("alpha", "1", "One")])], NOW)
    store.sources.sync([source("omega", was=("alpha",)), source("beta")])
    states = {state.id: state for state in store.sources.states()}
    assert states["omega"].root == "alpha"
    assert set(states) == {"omega", "beta"}
    # A changed name alone: the same address is the same source.
    store.sources.sync([source("psi", url="https://omega.example/feed"), source("beta")])
    assert {state.id: state.root for state in store.sources.states()}["psi"] == "alpha"


def test_what_a_poll_brings_goes_to_its_source_under_whatever_name_it_has_by_then(store: Store) -> None:
    """An edit may rename a source while it is polled, and a later one give its former name to another source."""
    states = {state.id: state for state in store.sources.claim("worker", NOW, timedelta(minutes=5))}
    omega, beta = source("omega", url="https://alpha.example/feed", was=("alpha",)), source("beta")
    store.sources.sync([omega, beta])
    store.sources.sync([omega, source("alpha", url="https://other.example/feed"), beta])
    found = [
        replace(polled(id, [item(id, "1", id)]), state=structs.replace(states[id], etag=id)) for id in ("alpha", "beta")
    ]
    assert store.intake.apply(found, NOW) == [1, 1]
    etags = {state.id: state.etag for state in store.sources.states()}
    assert etags == {"omega": "alpha", "beta": "beta", "alpha": None}
    assert store.intake.known_titles("omega").keys() == {"alpha"}
    free = store.sources.claim("another", NOW, timedelta(minutes=5))
    assert {state.id for state in free} == {"omega", "beta", "alpha"}


def test_who_takes_over_the_address_of_a_renamed_source_is_a_new_one(store: Store) -> None:
    store.intake.apply([polled("alpha", [item("alpha", "1", "One")])], NOW)
    former = "https://alpha.example/feed"
    store.sources.sync([source("omega", was=("alpha",)), source("delta", url=former), source("beta")])
    roots = {state.id: state.root for state in store.sources.states()}
    assert roots == {"omega": "alpha", "delta": "delta", "beta": "beta"}


@pytest.mark.parametrize("was", [("alpha",), ()])
def test_a_source_renamed_to_what_one_removed_was_called_keeps_its_own_history(
    store: Store, was: tuple[str, ...]
) -> None:
    """… where `was` says so, and where its address does; what the removed one told stays its own."""
    store.intake.apply(
        [polled("alpha", [item("alpha", "1", "One")]), polled("gamma", [item("gamma", "1", "Two")])], NOW
    )
    store.sources.sync([source("alpha"), source("beta")])
    url = "https://elsewhere.example/feed" if was else "https://alpha.example/feed"
    for _ in range(2):
        store.sources.sync([source("gamma", url=url, was=was), source("beta")])
        roots = {state.id: state.root for state in store.sources.states(listed=False)}
        assert roots == {"gamma": "alpha", "beta": "beta", "gamma-before": "gamma"}
        assert [state.id for state in store.sources.states()] == ["gamma", "beta"]
    store.sources.sync([source("alpha", url=url), source("beta")])
    store.sources.sync([source("alpha", url=url), source("beta"), source("gamma", url="https://gamma.example/feed")])
    assert {state.id: state.root for state in store.sources.states()} == {
        "alpha": "alpha",
        "beta": "beta",
        "gamma": "gamma",
    }


def test_a_source_that_is_polled_again_brings_a_back_catalogue_and_keeps_its_lease(store: Store) -> None:
    store.intake.apply([polled("alpha", [item("alpha", "1", "One")]), polled("beta", [item("beta", "1", "Two")])], NOW)
    told = [structs.replace(state, body_hash="known", etag='"1"') for state in store.sources.states(["alpha", "beta"])]
    store.sources.save(told)
    store.sources.claim("me", NOW, timedelta(minutes=1), ids=["alpha"], due_only=False)
    for away in ([source("alpha", enabled=False), source("beta")], [source("beta")]):
        store.sources.sync(away)
        store.sources.sync([source("alpha"), source("beta")])
        states = {state.id: (state.body_hash, state.etag) for state in store.sources.states()}
        assert states == {"alpha": (None, '"1"'), "beta": ("known", '"1"')}
        store.sources.save(told)
    assert store.sources.owners() == ["me"]


def at(id: str, of: str, *was: str) -> Source:
    """A source at the address that one called `of` had at first."""
    return source(id, url=f"https://{of}.example/feed", was=was)


@pytest.mark.parametrize(
    ("file", "roots"),
    [
        ([at("beta", "alpha"), at("delta", "beta")], {"beta": "alpha", "delta": "beta"}),
        ([at("delta", "beta"), at("beta", "alpha", "alpha")], {"beta": "alpha", "delta": "beta"}),
        ([at("beta", "alpha", "alpha")], {"beta": "alpha"}),
        ([at("beta", "alpha")], {"beta": "beta"}),  # it has another address now
        ([at("beta", "elsewhere", "alpha")], {"beta": "beta"}),
        (
            [at("alpha", "beta"), at("beta", "alpha")],
            {"alpha": "beta", "beta": "alpha"},
        ),  # and if the addresses were mixed up
    ],
)
def test_an_edit_that_gives_the_name_of_one_source_to_another_keeps_their_histories_apart(
    store: Store, file: list[Source], roots: dict[str, str]
) -> None:
    store.intake.apply([polled(id, [item(id, "1", id.title())]) for id in ("alpha", "beta")], NOW)
    told = {root: set(store.intake.known_titles(root)) for root in ("alpha", "beta")}
    undone = [source("alpha"), source("beta")], {"alpha": "alpha", "beta": "beta"}
    for saved, found in ((file, roots), (file, roots), undone, (file, roots), undone):
        store.sources.sync(saved)
        assert {state.id: state.root for state in store.sources.states()} == found
        assert all(store.intake.known_titles(id).keys() == told[root] for id, root in found.items())


def test_a_source_that_moves_where_one_removed_earlier_was_is_the_same_after_a_restart(store: Store) -> None:
    """The second start gave its id to the removed one, and its own history to `beta-before`."""
    store.sources.sync([source("beta"), source("gamma")])
    for _ in range(3):
        store.sources.sync([at("beta", "alpha", "alpha"), source("gamma")])
        assert {state.id: state.root for state in store.sources.states()} == {"beta": "beta", "gamma": "gamma"}


@pytest.mark.parametrize(
    "file",
    [
        [at("beta", "alpha"), at("delta", "delta", "alpha")],
        [at("delta", "delta", "alpha"), at("beta", "alpha")],
        [at("omega", "alpha"), at("delta", "delta", "alpha"), at("beta", "beta")],
    ],
)
def test_what_another_source_was_is_not_taken_over_by_its_address(store: Store, file: list[Source]) -> None:
    """Neither by a source that has an id, which began anew if it came later in the file, nor by a new one."""
    store.sources.sync([source("alpha"), source("beta")])
    for _ in range(2):
        store.sources.sync(file)
        roots = {state.id: state.root for state in store.sources.states()}
        assert roots == {"delta": "alpha", "beta": "beta"} | ({"omega": "omega"} if len(file) == 3 else {})


@pytest.mark.parametrize(
    ("file", "roots"),
    [
        # `gamma` was removed earlier.
        ([at("gamma", "beta", "alpha"), at("beta", "alpha")], {"gamma": "alpha", "beta": "beta"}),
        # `alpha` moves to where `omega` was, but that is `beta` now, as its `was` says.
        (
            [at("beta", "alpha", "omega"), at("alpha", "omega"), at("delta", "beta")],
            {"beta": "omega", "alpha": "alpha", "delta": "beta"},
        ),
        # `beta` moves to where `alpha` was, which goes on elsewhere.
        (
            [at("delta", "beta"), at("beta", "alpha"), at("alpha", "elsewhere")],
            {"delta": "delta", "beta": "beta", "alpha": "alpha"},
        ),
        # Names go around a ring of sources, and along a chain.
        (
            [at("omega", "alpha"), at("alpha", "beta"), at("beta", "omega")],
            {"omega": "alpha", "alpha": "beta", "beta": "omega"},
        ),
        (
            [at("beta", "alpha"), at("omega", "beta"), at("delta", "omega")],
            {"beta": "alpha", "omega": "beta", "delta": "omega"},
        ),
    ],
)
def test_no_source_begins_anew_because_another_has_what_was_at_its_address(
    store: Store, file: list[Source], roots: dict[str, str]
) -> None:
    store.sources.sync([source("alpha"), source("beta"), source("omega")])
    for _ in range(2):
        store.sources.sync(file)
        assert {state.id: state.root for state in store.sources.states()} == roots


def test_a_source_is_renamed_at_the_address_of_one_removed_earlier(store: Store) -> None:
    store.sources.sync([source("alpha"), source("gamma")])
    store.sources.sync([at("alpha", "gamma")])
    store.sources.sync([at("delta", "gamma")])
    assert {state.id: state.root for state in store.sources.states()} == {"delta": "alpha"}


@pytest.mark.parametrize("was", [("alpha",), ()])
def test_a_source_at_the_address_of_one_removed_may_be_renamed_to_that_one(store: Store, was: tuple[str, ...]) -> None:
    """`plan` called it renamed, but it was removed, and what it had told was stored again as that of the other."""
    store.sources.sync([source("alpha"), source("beta")])
    store.sources.sync([at("alpha", "beta")])
    for _ in range(2):
        store.sources.sync([at("beta", "beta", *was)])
        assert {state.id: state.root for state in store.sources.states()} == {"beta": "alpha"}
        assert "beta-before" in {state.id for state in store.sources.states(listed=False)}


def test_an_edit_that_renames_a_source_and_moves_it_may_be_undone_and_done_again(store: Store) -> None:
    store.intake.apply([polled("alpha", [item("alpha", "1", "One")])], NOW)
    renamed = source("omega", url="https://omega.example/feed", was=("alpha",))
    for file in ([renamed], [source("alpha")], [renamed]):
        store.sources.sync(file)
    assert [state.root for state in store.sources.states()] == ["alpha"]


def test_what_leaves_the_file_is_listed_no_more_and_comes_back_as_it_was(store: Store) -> None:
    root = {state.id: state.root for state in store.sources.states()}
    store.sources.sync([source("alpha")])
    assert [state.id for state in store.sources.states()] == ["alpha"]
    store.sources.sync([source("alpha"), source("beta"), source("gamma")])
    assert {state.id: state.root for state in store.sources.states()} == root


def test_a_next_poll_is_brought_forward_unless_the_source_was_polled_meanwhile(store: Store) -> None:
    hour = timedelta(hours=1)
    known = {state.id: state for state in store.sources.states()}
    told = [
        structs.replace(known[id], last_attempt=NOW, next_poll=NOW + 6 * hour, etag='"x"') for id in ("alpha", "beta")
    ]
    store.intake.apply([replace(polled(state.id), state=state) for state in told], NOW)
    sooner = [structs.replace(state, next_poll=NOW + hour, why="sooner", etag=None) for state in told]
    meanwhile = structs.replace(told[1], last_attempt=NOW + hour, next_poll=NOW + 7 * hour)
    store.intake.apply([replace(polled("beta"), state=meanwhile)], NOW + hour)
    store.sources.plan_sooner(sooner)
    store.sources.plan_sooner([structs.replace(sooner[0], next_poll=NOW + 2 * hour, why="later")])
    found = {state.id: (state.next_poll, state.why, state.etag) for state in store.sources.states(["alpha", "beta"])}
    assert found == {
        "alpha": (NOW + hour, "sooner", '"x"'),
        "beta": (NOW + 7 * hour, meanwhile.why, '"x"'),
    }


def test_a_poll_under_way_may_be_disowned(store: Store) -> None:
    hour = timedelta(hours=1)
    store.sources.claim("us", NOW, hour * 1.5, ids=["alpha"])
    store.sources.disown(["alpha", "beta"], NOW + hour)
    alpha, beta = store.sources.states(["alpha", "beta"])
    assert (alpha.next_poll, beta.next_poll) == (NOW + hour, None)
    assert alpha.why == "it was being polled when its settings changed"
    state = structs.replace(alpha, last_attempt=NOW, next_poll=NOW + 6 * hour, etag='"x"')
    assert store.sources.claim("another", NOW + hour, hour, ids=["alpha"]) == [], "nobody polls it beside that poll"
    late = replace(polled("alpha", [item("alpha", "1", "News")]), state=state, after=0)
    assert store.intake.apply([late], NOW, "us") == [1]
    assert store.sources.states(["alpha"]) == [alpha]
    assert store.sources.owners() == []
    (again,) = store.sources.claim("another", NOW + hour, hour, ids=["alpha"])
    state = structs.replace(again, polls=again.polls + 1, last_attempt=NOW + hour, next_poll=NOW + 6 * hour, etag='"x"')
    store.intake.apply([replace(polled("alpha"), state=state, after=again.polls)], NOW + hour, "another")
    assert store.sources.states(["alpha"]) == [state], "the next one is as any other"


@pytest.mark.parametrize("late", [0, 90])
@pytest.mark.parametrize(("asked", "due"), [(None, 60), (30, 60), (600, 600)])
def test_a_disowned_poll_that_fails_is_planned_by_no_settings_of_before(
    store: Store, asked: int | None, due: int, late: int
) -> None:
    """Once a day was what they said: its server is asked after the edit as other sources are, but no sooner than it allows. Nor is a poll
    that fails after the time of the one that follows it."""
    (alpha,) = store.sources.claim("us", NOW, timedelta(minutes=5), ids=["alpha"])
    store.sources.disown(["alpha"], NOW + timedelta(minutes=1))
    held = asked and NOW + timedelta(seconds=asked)
    end = NOW + timedelta(seconds=late)
    failed = refused(alpha, end, 503, NOW + timedelta(days=1), state="failing", held_until=held)
    store.intake.apply([failed], end, "us")
    (stored,) = store.sources.states(["alpha"])
    assert (stored.state, stored.last_status, stored.next_poll) == ("failing", 503, NOW + timedelta(seconds=due))


def test_of_edits_the_last_twenty_are_kept(store: Store) -> None:
    for n in range(24):
        with suppress(InterruptedError), store.upkeep.configuring():  # this one takes a number on PostgreSQL
            store.upkeep.put_in_force("failed", {"feeds.yaml": ""}, n)
            raise InterruptedError
        assert store.upkeep.put_in_force(str(n), {"feeds.yaml": f"text {n}"}, n, alike=str(n - 1))
    kept = [epoch for (epoch,) in store.reading._db.read("SELECT epoch FROM configurations ORDER BY n")]
    assert (len(kept), kept[-1]) == (20, "23")
    held = store.upkeep.configuration()
    assert held is not None and (held.epoch, held.texts) == ("23", {"feeds.yaml": "text 23"})
    assert store.upkeep.like("23") == "0", "what placed alike is still known"


def test_a_renamed_section_has_its_stories_under_the_new_id_at_once(store: Store) -> None:
    defense, security = (StreamQuery("section", id) for id in ("defense", "security"))
    found = [item("alpha", "1", "NATO defense and Europe"), item("beta", "2", "Europe"), item("beta", "3", "Defense")]
    publish(store, polled("alpha", found[:1]), polled("beta", found[1:]))
    before, version = (
        store.reading.stories(defense, SECONDS)[0],
        store.reading.version(StreamName("section", "defense")),
    )
    items = [one.n for one in store.reading.items(replace(defense, view="items"), SECONDS)[0]]
    assert len(before) == len(items) == 2
    renamed = {StreamName("section", "defense"): "security", StreamName("section", "europe"): "asia-pacific"}
    assert store.upkeep.put_in_force("two", {"feeds.yaml": ""}, SECONDS + 60, None, renamed)
    after = store.reading.stories(security, SECONDS)[0]
    assert [(one.id, one.published, one.updated, one.entered) for one in after] == [
        (one.id, one.published, one.updated, one.entered) for one in before
    ]
    assert {one.section for one in after} == {"security"}
    assert {id for one in after for id, _ in one.scores} == {"security", "asia-pacific"}
    changed, _ = store.reading.stories(replace(security, changed_since=SECONDS + 60), SECONDS)
    assert {one.id for one in changed} == {one.id for one in after}
    assert [one.n for one in store.reading.items(replace(security, view="items"), SECONDS)[0]] == items
    assert not store.reading.stories(defense, SECONDS)[0]
    assert store.reading.version(StreamName("section", "security")) > version
    assert store.reading.counts("section", 0) == {"security": (2, 2), "asia-pacific": (2, 2)}
    assert store.reading.story(before[0].id) == after[0], "one story, whatever its section is called"


@pytest.mark.parametrize("took", [5, 50])
def test_stories_of_a_renamed_section_are_dated_once(store: Store, monkeypatch: pytest.MonkeyPatch, took: int) -> None:
    """Later than it took, so that clients who ask meanwhile miss none; to date them again when they are renamed took twice as long."""
    publish(store, polled("alpha", [item("alpha", "1", "NATO defense"), item("alpha", "2", "Defense")]))
    monkeypatch.setattr("aggregator.store.renaming.PER_STORY", 10)
    monkeypatch.setattr("aggregator.store.versions.monotonic", itertools.count(100.0, took).__next__)
    written: list[str] = []
    write = store.upkeep._db.write

    def noted(query: str, values: Sequence[Any] = ()) -> None:
        written.append(query)
        write(query, values)

    monkeypatch.setattr(store.upkeep._db, "write", noted)
    names = {StreamName("section", "defense"): "security"}
    store.upkeep.put_in_force("two", {"feeds.yaml": ""}, SECONDS + 60, None, names)
    told, _ = store.reading.stories(StreamQuery("section", "security", changed_since=0), SECONDS)
    done = SECONDS + 60 + took
    assert [one.entered.timestamp() > done for one in told] == [True, True]
    assert store.reading.version(StreamName("section", "security"))[1] >= done
    assert ("UPDATE stories SET changed = ? WHERE changed = ?" in written) == (took > 20), "longer than expected"


def test_a_section_renamed_to_one_with_stories_of_its_own_waits_for_the_re_placing(store: Store) -> None:
    publish(store, polled("alpha", [item("alpha", "1", "NATO defense"), item("alpha", "2", "Europe")]))
    before = {id: store.reading.stories(StreamQuery("section", id), SECONDS)[0] for id in ("defense", "europe")}
    renamed = {StreamName("section", "defense"): "europe", StreamName("topic", "nato"): "alliance"}
    assert store.upkeep.put_in_force("two", {"feeds.yaml": ""}, SECONDS + 60, None, renamed)
    after = {id: store.reading.stories(StreamQuery("section", id), SECONDS)[0] for id in ("defense", "europe")}
    assert {id: [one.n for one in told] for id, told in after.items()} == {
        id: [one.n for one in told] for id, told in before.items()
    }
    assert [one.topics for one in store.reading.stories(StreamQuery("topic", "alliance"), SECONDS)[0]] == [
        ("alliance",)
    ]


def test_an_edition_that_began_before_a_renaming_writes_nothing_under_the_former_id(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(store, polled("alpha", [item("alpha", "1", "NATO defense")]))
    store.intake.apply([polled("beta", [item("beta", "2", "Defense of Europe")])], NOW)
    names = {StreamName("section", "defense"): "security"}
    apply = store.edition.apply

    def late(batch: Batch) -> None:
        store.upkeep.put_in_force("two", {"feeds.yaml": ""}, SECONDS + 60, None, names)
        apply(batch)

    monkeypatch.setattr(store.edition, "apply", late)
    assert store.edition.lease("us", SECONDS, 60)
    with pytest.raises(StoreBusy, match="renamed"):
        edition(store, policy(), lambda: SECONDS + 70)
    assert store.edition.lease("us", SECONDS, 60), "renewed: it is the same edition, which works by the same rules"
    monkeypatch.setattr(store.edition, "apply", apply)
    with pytest.raises(StoreBusy, match="renamed"):
        edition(store, policy(), lambda: SECONDS + 70)
    assert store.reading.counts("section", 0) == {"security": (1, 1)}
    store.edition.release("us")
    assert store.edition.lease("us", SECONDS, 60)
    security = policy(lambda one: Judgement("security", (("security", 1.0),), ()))
    assert edition(store, security, lambda: SECONDS + 80).items == 1, "the next one places it"
    assert store.reading.counts("section", 0) == {"security": (2, 2)}


def test_what_an_edition_tells_under_a_former_id_is_found_when_that_comes_back(store: Store) -> None:
    publish(store, polled("alpha", [item("alpha", "1", "NATO defense")]))
    names = StreamName("section", "defense"), StreamName("section", "security")
    store.upkeep.put_in_force("two", {"feeds.yaml": ""}, SECONDS + 60, None, {names[0]: "security"})
    re_place_stories(store, policy(), [1], lambda: SECONDS + 70)  # by who did not know of it yet
    assert store.reading.counts("section", 0) == {"defense": (1, 1)}
    re_place_stories(
        store,
        policy(
            lambda one: Judgement("security", (("security", 1.0),), ()),
            renamed=Renamed({StreamName("section", "defense"): "security"}),
        ),
        [1],
        lambda: SECONDS + 80,
    )
    assert store.reading.counts("section", 0) == {"security": (1, 1)}
    store.upkeep.put_in_force("three", {"feeds.yaml": ""}, SECONDS + 90, None, {names[1]: "defense"})
    assert store.reading.counts("section", 0) == {"defense": (1, 1)}
    assert store.upkeep.noted(notes.RENAMED) == {"section:security": "defense"}


def test_every_field_of_a_state_is_kept(store: Store) -> None:
    """Names out of a list are texts: PostgreSQL was asked to take `ok` for a number."""
    samples = {str: "text", int: 7, float: 0.5, bytes: b"bytes", datetime: NOW, timedelta: timedelta(hours=2)}

    def sample(hint: Any) -> Any:
        while kinds := get_args(hint):
            hint = kinds[0]
        return samples.get(hint, hint)

    (new,) = store.sources.states(["alpha"])
    known = {name: sample(hint) for name, hint in get_type_hints(SourceState).items()}
    told = structs.replace(new, **known | {name: getattr(new, name) for name in ("id", "root", "url")})
    with store._connection.transaction():
        store.sources.write_states([told])
    assert store.sources.states(["alpha"]) == [told]


def test_what_a_poll_stored_is_not_undone_by_times_that_were_corrected_meanwhile(store: Store) -> None:
    (known,) = store.sources.states(["alpha"])
    poll = polled("alpha")
    store.intake.apply([structs.replace(poll, state=structs.replace(known, etag='"1"', polls=1))], NOW)
    store.sources.save([structs.replace(known, next_poll=NOW)])
    assert store.sources.states(["alpha"])[0].etag == '"1"'


def test_a_changed_address_forgets_validators_and_failures(store: Store) -> None:
    (new,) = store.sources.states(["alpha"])
    of_both = structs.replace(
        new, first_success=NOW, last_success=NOW, feed_title="Alpha", rate=0.5, rhythm=timedelta(days=2)
    )
    of_the_former = structs.replace(
        of_both, etag='"x"', last_modified="then", validator_url="https://a.example/x", next_poll=NOW + timedelta(days=1),
        held_until=NOW + timedelta(days=1), failures=3, state="gone", error="it is gone", error_kind="gone", last_status=410,
        body_hash="hash", said=b"said", moved_to="https://moved.example/", moved_since=NOW, moved_count=4,
    )  # fmt: skip
    store.intake.apply([replace(polled("alpha"), state=of_the_former)], NOW)
    assert store.sources.states(["alpha"]) == [of_the_former]
    store.sources.sync([source("alpha", url="https://elsewhere.example/feed")])
    there = structs.replace(of_both, url="https://elsewhere.example/feed", why="its address changed")
    assert store.sources.states(["alpha"]) == [there]


def test_what_a_former_address_answers_says_nothing_of_the_new_one(store: Store) -> None:
    """An edit may give a source another address while it is polled: its items are stored, and the new address is due."""
    (asked,) = store.sources.claim("worker", NOW, timedelta(minutes=5), ids=["alpha"])
    store.sources.sync([source("alpha", url="https://new.example/feed"), source("beta"), source("gamma")])
    gone = structs.replace(
        asked, state="gone", last_status=410, failures=1, etag="x", next_poll=NOW + timedelta(days=7)
    )
    assert store.intake.apply([replace(polled("alpha", [item("alpha", "1", "One")]), state=gone)], NOW) == [1]
    (free,) = store.sources.claim("another", NOW, timedelta(minutes=5), ids=["alpha"])
    assert (free.url, free.state, free.etag) == ("https://new.example/feed", "new", None)


def test_a_poll_of_a_former_address_gives_back_no_lease_of_the_one_that_follows_it(store: Store) -> None:
    """Both are of one process, and the former server is slow: the new address was polled a third time beside the second."""
    store.intake.apply([polled("alpha", [item("alpha", "1", "First")])], NOW)
    lease = timedelta(minutes=5)
    (former,) = store.sources.claim("us", NOW, lease, ids=["alpha"])
    store.sources.sync([source("alpha", url="https://new.example/feed"), source("beta"), source("gamma")])
    (now,) = store.sources.claim("us", NOW, lease, ids=["alpha"])
    told = polled("alpha", [item("alpha", "2", "News")], changed=[(1, item("alpha", "1", "Former text"))])
    assert store.intake.apply([replace(told, state=former, after=former.polls)], NOW, "us") == [1]
    assert store.edition.items([1])[0].title == "First"
    assert store.sources.claim("another", NOW, lease, ids=["alpha"]) == []
    store.intake.apply([replace(polled("alpha"), state=now, after=now.polls)], NOW, "us")
    assert store.sources.owners() == []


def test_a_lease_is_renewed_though_its_source_has_another_id_by_now(store: Store) -> None:
    lease, later = timedelta(minutes=5), NOW + timedelta(minutes=6)
    (asked,) = store.sources.claim("us", NOW, lease, ids=["alpha"])
    store.sources.sync([source("omega", url=asked.url, was=("alpha",)), source("beta"), source("gamma")])
    store.sources.renew("us", [asked.root], later, lease)
    assert store.sources.claim("another", later, lease, ids=["omega"]) == []


def test_a_change_is_later_than_every_one_before_whatever_the_clock_does(store: Store) -> None:
    """Who asks what changed since the last one misses nothing."""
    place_one(store, "alpha", "Defense: frigate sails", NOW)
    known = store.reading.version()[1]
    place_one(store, "beta", "Europe votes on wheat", NOW - timedelta(hours=1))
    assert titles(store, StreamQuery("search", changed_since=known + 2)) == ["Europe votes on wheat"]
    latest = store.reading.version()[1]
    store.articles.claim(["alpha"], 0, 9, SECONDS, SECONDS + 3600)
    store.articles.save(1, "<p>The article.</p>", None, SECONDS - 3600)
    assert titles(store, StreamQuery("search", changed_since=latest + 2)) == ["Defense: frigate sails"]


def place_one(store: Store, source: str, title: str, now: datetime) -> None:
    publish(store, polled(source, [item(source, "1", title)]), at=now, placed=now)


def test_the_edition_has_one_holder(store: Store) -> None:
    assert store.edition.lease("one", 1000, 60)
    assert not store.edition.lease("two", 1030, 60)
    assert store.edition.lease("one", 1030, 60), "the holder renews"
    assert store.edition.holder() == "one"
    store.edition.release("two")
    assert not store.edition.lease("two", 1040, 60), "nobody gives back what another holds"
    store.edition.release("one")
    assert store.edition.holder() is None
    assert store.edition.lease("two", 1041, 60)


def test_a_dead_holders_lease_ends(tmp_path: Path) -> None:
    """In SQLite by the clock; what PostgreSQL does is in test_postgres.py."""
    store = archive(tmp_path)
    assert store.edition.lease("one", 1000, 60)
    assert store.edition.lease("two", 1100, 60)
    assert store.edition.lease("a clock far ahead", 10**9, 60)
    assert store.edition.lease("one", 1200, 60), "a lease that no clock like ours has given is none"
    store.close()


def test_a_lease_of_the_edition_is_extended_only_for_its_holder(tmp_path: Path) -> None:
    store, beside = archive(tmp_path), archive(tmp_path)
    beside.edition.renew("one", 1000, 60)
    assert store.edition.holder() is None
    assert store.edition.lease("one", 1000, 60)
    beside.edition.renew("one", 1050, 60)
    beside.edition.renew("two", 1050, 600)
    assert not beside.edition.lease("two", 1100, 60)
    assert beside.edition.lease("two", 1110, 60)
    store.close()
    beside.close()


def test_merged_stories_redirect_and_lose_nothing(store: Store) -> None:
    from aggregator.model.story import Batch, Merge

    publish(store, polled("alpha", [item("alpha", "1", "Volcano erupts"), item("alpha", "2", "Parliament votes")]))
    first, second = sorted(store.reading.stories(StreamQuery("latest"), SECONDS)[0], key=lambda story: story.n)
    store.edition.apply(Batch(merges=(Merge(first.n, second.n),), epoch="one", now=SECONDS + 60))
    assert store.reading.story(second.id) == first.id
    moved, _ = store.reading.items(StreamQuery("search", view="items", changed_since=SECONDS + 60), SECONDS + 99)
    assert [one.n for one in moved] == [second.n], "it has another story now"
    assert len(store.reading.members(first.n)) == 2
    assert store.reading.totals()["stories"] == 1
    kept = store.reading.story(first.id)
    assert isinstance(kept, StoryView)
    assert kept.merged == (second.id,), "whoever mirrors stories learns which one to drop"
    assert first.merged == ()


def test_what_was_merged_leads_to_where_its_story_went_and_to_where_it_left(store: Store) -> None:
    from aggregator.model.story import Batch, Merge, Placed

    told = [item("alpha", key, title) for key, title in (("1", "Volcano erupts"), ("2", "Votes"), ("3", "Ferry sinks"))]
    publish(store, polled("alpha", told))
    first, second, third = sorted(store.reading.stories(StreamQuery("latest"), SECONDS)[0], key=lambda story: story.n)
    states, members = store.edition.stories([first.n, second.n]), store.edition.members([second.n, third.n])
    for older, younger in ((second, third), (first, second)):
        store.edition.apply(Batch(merges=(Merge(older.n, younger.n),), epoch="one", now=SECONDS + 60))
    assert store.reading.story(second.id) == store.reading.story(third.id) == first.id
    leaving = tuple(
        Placed(n, second.n, "Alpha", members[n][0].judgement, "split", hash=members[n][0].item.hash)
        for n in (second.n, third.n)
    )
    left = Batch(leaving, tuple(states.values()), epoch="one", now=SECONDS + 120, forgotten=(second.n, third.n))
    store.edition.apply(left)
    back = store.reading.story(second.id)
    assert isinstance(back, StoryView)
    assert back.merged == (third.id,), "and not itself"
    assert store.reading.story(third.id) == second.id


def test_an_id_whose_founding_item_is_in_no_story_keeps_leading_where_it_led(store: Store) -> None:
    """As in a damaged archive: every edition failed."""
    from aggregator.model.story import Batch, Merge

    publish(store, polled("alpha", [item("alpha", "1", "Volcano erupts"), item("alpha", "2", "Votes")]))
    first, second = sorted(store.reading.stories(StreamQuery("latest"), SECONDS)[0], key=lambda story: story.n)
    state = store.edition.stories([first.n])[first.n]
    store.edition.apply(Batch(merges=(Merge(first.n, second.n),), epoch="one", now=SECONDS + 60))
    with store._connection.transaction():
        store._connection.write("DELETE FROM placements WHERE item = ?", (second.n,))
    store.edition.apply(Batch((), (state,), epoch="one", now=SECONDS + 120, forgotten=(first.n,)))
    assert store.reading.story(second.id) == first.id


def test_the_configuration_in_force_is_the_last_one(store: Store) -> None:
    assert store.upkeep.configuration() is None
    assert store.upkeep.put_in_force("a", {"feeds.yaml": "one"}, 1)
    assert not store.upkeep.put_in_force("a", {"feeds.yaml": "one"}, 2)
    assert store.upkeep.put_in_force("b", {"feeds.yaml": "two"}, 3)
    held = store.upkeep.configuration()
    assert held is not None and (held.epoch, held.texts) == ("b", {"feeds.yaml": "two"})
    with store._connection.transaction():  # as after a dump was restored, since when there was another edit
        store._connection.write(
            "UPDATE configurations SET epoch = 'c', texts = ? WHERE epoch = 'b'", ('{"f": "three"}',)
        )
    held = store.upkeep.configuration()
    assert held is not None and (held.epoch, held.texts) == ("c", {"f": "three"})


def test_a_backup_is_a_whole_archive(tmp_path: Path) -> None:
    store = archive(tmp_path, "alpha")
    store.intake.apply([polled("alpha", [item("alpha", "1", "One")])], NOW)
    store.upkeep.backup(tmp_path / "copy.db")
    copy = SqliteArchive(tmp_path / "copy.db")
    assert copy.reading.totals()["items"] == 1
    copy.upkeep.check()
    copy.close()
    store.close()


def test_a_server_is_copied_by_its_own_tools(tmp_path: Path) -> None:
    store = postgres_archive("alpha")
    with pytest.raises(UsageError, match="pg_dump"):
        store.upkeep.backup(tmp_path / "copy")
    store.upkeep.check()
    store.close()


def test_streams_know_their_size_through_joins_merges_and_hiding(store: Store) -> None:
    def counted() -> dict[str, int]:
        found = store.reading.counts("section", 0)
        listed = {id: len(store.reading.stories(StreamQuery("section", id, limit=100), SECONDS)[0]) for id in found}
        assert {id: total for id, (total, _) in found.items()} == listed
        assert all(total == recent for total, recent in found.values())
        return listed

    titles = ("Dam in Kakhovka gives way, defense says", "Ministers meet in europe", "Storm nears asia-pacific")
    publish(store, polled("alpha", [item("alpha", str(n), title) for n, title in enumerate(titles)]))
    assert sum(counted().values()) >= 3
    publish(store, polled("beta", [item("beta", "1", titles[0])]))
    before = counted()
    hidden = item("alpha", "1", titles[1]).canonical or ""
    rules = policy(configuration="two", hidden=frozenset({hidden}))
    assert re_place(store, rules, lambda: SECONDS) == 3
    assert sum(counted().values()) < sum(before.values())
    assert re_place(store, replace(policy(), configuration="three"), lambda: SECONDS) == 3
    assert counted() == before


def test_an_article_is_given_once_and_again_where_it_was_put_off_or_nothing_was_heard_of_it(store: Store) -> None:
    store.intake.apply([polled("alpha", [item("alpha", str(n), f"Number {n}") for n in (1, 2, 3)])], NOW)

    def given(after: int) -> list[int]:
        now = SECONDS + after
        return [wanted.item for wanted in store.articles.claim(["alpha"], 0, 9, now, now + 1000)]

    (first,) = store.articles.claim(["alpha"], 0, 1, SECONDS - 9, SECONDS)
    assert first == Wanted(3, "alpha", "https://alpha.example/1", SECONDS, Told("Number 1", "", ""))
    assert given(0) == [3, 2, 1]
    assert given(0) == []
    store.articles.put_off([1], SECONDS + 60)
    store.articles.save(2, "<p>What it said</p>", None, SECONDS)
    store.articles.put_off([2], SECONDS)  # from a service that stopped while it was saved
    assert given(59) == []
    assert given(60) == [1]
    store.articles.save(1, "", "no article", SECONDS)
    assert given(999) == []
    assert given(1000) == [3], "whoever asked for it was killed"
    store.articles.save(3, "<p>So did this</p>", None, SECONDS)
    assert given(99_999) == []


def test_a_connection_is_closed_when_no_thread_is_at_it_any_more(store: Store) -> None:
    """A service that stops leaves a thread at the archive: what is closed under it takes the process along."""
    begun, go_on = threading.Event(), threading.Event()

    def write() -> None:
        with store._connection.transaction():
            begun.set()
            go_on.wait(PATIENCE)
            store._connection.write("INSERT INTO meta VALUES ('last', 'word')")

    writing, closing = threading.Thread(target=write), threading.Thread(target=store.close)
    writing.start()
    assert begun.wait(PATIENCE)
    closing.start()
    closing.join(0.2)
    waited = closing.is_alive()
    go_on.set()
    for thread in (writing, closing):
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert waited


@pytest.mark.parametrize(("publisher", "shown"), [("Alpha", []), ("Beta", ["Ministers on the coast"])])
def test_an_article_that_is_hidden_is_so_where_it_moves_to_in_all_feeds_of_its_outlet(
    store: Store, publisher: str, shown: list[str]
) -> None:
    one, other = (
        item("alpha", "1", "Defense of the coast"),
        item("beta", "1", "Ministers on the coast", publisher=publisher),
    )
    rules = policy(hidden=frozenset({one.canonical or ""}))
    store.intake.apply([polled("alpha", [one]), polled("beta", [other])], NOW)
    edition(store, rules, lambda: SECONDS)
    moved = replace(one, url=other.url, canonical=other.canonical, hash="moved")
    n, *_ = store.intake.known([one.id])[one.id]
    store.intake.apply([polled("alpha", changed=[(n, moved)])], NOW)
    edition(store, rules, lambda: SECONDS)
    items, _ = store.reading.items(StreamQuery("search", view="items"), SECONDS)
    assert ([one.title for one in items], titles(store, StreamQuery("latest"))) == (shown, shown)


def test_a_note_of_another_version_is_read_as_far_as_it_is_understood(store: Store) -> None:
    """Two versions run side by side during an upgrade, and the later one may be undone."""
    store.upkeep.note(Note("re-placing", dict), {"done": 2, "of": 5, "epoch": "one", "began": 1})
    assert store.upkeep.noted(notes.RE_PLACING) == RePlacing(2, 5, "one")
    for value in ("noon", None, {"at": 1}):
        store.upkeep.note(Note("tick", object), value)
        assert store.upkeep.noted(notes.TICK) is None
    store.upkeep.note(Note("measures", dict), {"delays": [[60, 1]]})
    store.upkeep.revise(notes.MEASURES, lambda noted: noted or Measures(editions=7), (notes.TICK, 1))
    assert store.upkeep.noted(notes.MEASURES) == Measures(editions=7)
    assert store.upkeep.noted(notes.TICK) == 1
