"""How much of an archive SQLite goes through for an answer, in steps of its machine: what an answer does not tell of costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from builders import NOW, ago, archive, item, policy, polled, publish
from msgspec import structs
from msgspec.structs import replace

from aggregator.model.judgement import Judgement
from aggregator.model.stream import Filter, QueryKind, StreamQuery
from aggregator.pipeline.edition import edition
from aggregator.pipeline.re_placement import re_place_stories
from aggregator.store.conditions import Lookup, Numbers
from aggregator.store.lists import STEPS
from aggregator.store.shifts import KEPT
from aggregator.store.sqlite.archive import SqliteArchive
from aggregator.store.story_lists import stories_sql

T = TypeVar("T")
SECONDS = int(NOW.timestamp())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteArchive]:
    made = archive(tmp_path, "alpha", "beta", "gamma")
    yield made
    made.close()


def counted(store: SqliteArchive, ask: Callable[[], T]) -> tuple[T, int]:
    """The answer, and the steps of SQLite's machine that it took, in tens."""
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    store._connection.raw.set_progress_handler(step, 10)
    answer = ask()
    store._connection.raw.set_progress_handler(None, 10)
    return answer, steps


@pytest.mark.parametrize(
    "query",
    [StreamQuery("source", "alpha"), StreamQuery("search", filter=Filter(source="alpha"))],
    ids=["stories of a source", "search in a source"],
)
def test_what_a_source_told_is_found_from_each_story_and_not_from_all_that_it_told(
    store: SqliteArchive, query: StreamQuery
) -> None:
    """Twice the archive costs twice as much, not four times."""

    def cost(news: range) -> int:
        told = [
            polled(name, [item(name, str(n), f"Thing{n}{name} happened{n}{name}") for n in news])
            for name in ("alpha", "beta")
        ]
        publish(store, *told)
        (found, _), steps = counted(store, lambda: store.reading.stories(replace(query, limit=500), SECONDS))
        assert len(found) == news.stop
        return steps

    once = cost(range(150))
    assert cost(range(150, 300)) < 3 * once


def test_what_few_told_is_found_without_looking_at_what_all_others_did(store: SqliteArchive) -> None:
    """Ten times the news of others costs nothing."""
    few = [
        item(
            "alpha", str(n), f"Talo{n} paloi{n} taas{n}", lang="fi-FI", publisher="Seldom Heard", published=ago(days=2)
        )
        for n in range(5)
    ]
    store.intake.apply([polled("alpha", few)], ago(days=1))
    asked = [
        (Filter(source="alpha"), 5), (Filter(publisher="SELDOM heard"), 5), (Filter(publisher="Nobody"), 0),
        (Filter(label="rare", labelled=(("alpha",), ())), 5),
        (Filter(label="rare", labelled=((), ("SELDOM Heard", "Seldom Heard"))), 5),
        (Filter(label="rare", labelled=(("gamma",), ("Nobody",))), 0),
        (Filter(lang="fi"), 5), (Filter(lang="fi-fi"), 5), (Filter(lang="f"), 0), (Filter(since=ago(hours=-1)), 0),
    ]  # fmt: skip

    def costs(news: range) -> dict[tuple[Filter, str], int]:
        others = [item("beta", str(n), f"Thing{n} happened{n}", lang="en", publisher="Beta") for n in news]
        publish(store, polled("beta", others))
        found = {}
        for wanted, listed in asked:
            for read in ("items", "stories"):
                query = StreamQuery("search", filter=wanted)
                (told, _), found[wanted, read] = counted(store, partial(getattr(store.reading, read), query, SECONDS))
                assert len(told) == listed, (wanted, read)
        return found

    once, later = costs(range(40)), costs(range(40, 400))
    assert not [one for one, steps in later.items() if steps >= 1.5 * once[one] + 2]


def test_an_address_that_nothing_has_is_not_looked_for_in_every_text(store: SqliteArchive) -> None:
    """News costs nothing."""

    def cost(news: range) -> int:
        store.intake.apply([polled("alpha", [item("alpha", str(n), f"Thing{n} happened{n}") for n in news])], NOW)
        address = "https://wire.example/stories/018f"
        found, steps = counted(store, lambda: store.reading.find(address, address))
        assert found is None
        return steps

    once = cost(range(40))
    assert cost(range(40, 400)) <= once + 2


def test_items_by_their_primary_section_are_read_from_the_newest_on(store: SqliteArchive) -> None:
    """What follows the end of the list costs nothing."""

    def cost(news: range) -> int:
        told = [item("alpha", str(n), f"Thing{n} happened{n} with missile") for n in news]
        publish(store, polled("alpha", told))
        query = StreamQuery("section", "world", view="items", primary=True, limit=5)
        (found, _), steps = counted(store, lambda: store.reading.items(query, SECONDS))
        assert len(found) == 5
        return steps

    once = cost(range(40))
    assert cost(range(40, 400)) < 1.5 * once


def test_what_changed_since_is_read_from_there_on(store: SqliteArchive) -> None:
    """A page costs the same at the end of a long list as at the end of a short one."""

    def costs(news: range) -> list[int]:
        for n in news:
            moment = NOW + timedelta(seconds=n)
            store.intake.apply([polled("alpha", [item("alpha", str(n), f"Thing{n} happened{n}")])], moment)
            edition(store, policy(), lambda: SECONDS + n)  # noqa: B023
        query = StreamQuery("search", changed_since=0, before=(SECONDS + news.stop - 10, 1), limit=5)
        asked = [getattr(store.reading, read) for read in ("items", "stories")]
        answers = [counted(store, partial(ask, query, SECONDS)) for ask in asked]
        assert [len(found) for (found, _), _ in answers] == [5, 5]
        return [steps for _, steps in answers]

    once, later = costs(range(30)), costs(range(30, 100))
    assert [steps < 1.5 * before for steps, before in zip(later, once, strict=True)] == [True, True]


@pytest.mark.parametrize("publishers", [1, 2])
@pytest.mark.parametrize("kind", ["latest", "section"])
def test_what_changed_lately_is_read_without_all_that_did_not(
    store: SqliteArchive, monkeypatch: pytest.MonkeyPatch, kind: QueryKind, publishers: int
) -> None:
    """Who keeps a copy of a large section asks every minute, and its older stories cost nothing."""
    monkeypatch.setattr("aggregator.store.lists.FEW", 10)
    monkeypatch.setattr("aggregator.store.lists.SELDOM", 10)

    def tell(name: str, news: range, at: datetime) -> None:
        told = {
            id: [item(id, f"{name}{n}", f"{name}{n} happened{n} with missile") for n in news]
            for id in ("alpha", "beta")
        }
        publish(store, *(polled(id, items) for id, items in told.items()), at=at, placed=at)

    def cost(older: int, hours: int) -> int:
        since = NOW + timedelta(hours=hours)
        tell(f"Old{hours}", range(older), since - timedelta(hours=1))
        tell(f"New{hours}", range(3), since)
        query = StreamQuery(kind, "world", changed_since=int(since.timestamp()), limit=9, min_publishers=publishers)
        (found, _), steps = counted(store, lambda: store.reading.stories(query, SECONDS))
        assert len(found) == 3
        return steps

    once = cost(40, 2)
    assert cost(200, 4) < 1.5 * once


def test_the_few_stories_of_several_outlets_are_found_without_all_others_of_a_section(
    store: SqliteArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever keeps a copy of them waited until each story of the section was looked at, also where there are none."""
    monkeypatch.setattr("aggregator.store.lists.FEW", 10)
    both = [polled(id, [item(id, "both", "Storm floods town with missile")]) for id in ("alpha", "beta")]
    publish(store, *both)

    def cost(news: range) -> int:
        publish(store, polled("alpha", [item("alpha", str(n), f"Thing{n} happened{n} with missile") for n in news]))
        query = StreamQuery("section", "world", changed_since=0, limit=9, min_publishers=2)
        (found, _), steps = counted(store, lambda: store.reading.stories(query, SECONDS))
        assert [one.title for one in found] == ["Storm floods town with missile"]
        return steps

    once = cost(range(40))
    assert cost(range(40, 400)) <= once + 2


@pytest.mark.parametrize("view", ["items", "stories"])
def test_what_is_hidden_is_found_without_all_that_changed(store: SqliteArchive, view: str) -> None:
    """What is listed costs nothing."""
    one = item("alpha", "0", "Thing0 happened0")

    def cost(news: range) -> int:
        store.intake.apply([polled("alpha", [item("alpha", str(n), f"Thing{n} happened{n}") for n in news])], NOW)
        edition(store, policy(hidden=frozenset({one.canonical or ""})), lambda: SECONDS)
        query = StreamQuery("search", view=view, changed_since=0, limit=9)
        found, steps = counted(store, lambda: store.reading.removals(query))
        assert [gone.ids[0] for gone in found] == [one.id]
        return steps

    once = cost(range(20))
    assert cost(range(20, 200)) <= once + 2


def test_what_left_a_section_is_found_without_reading_what_did_not(store: SqliteArchive) -> None:
    """Who first copied a small one waited until each story of the archive was read, with all that it announces."""
    publish(store, polled("alpha", [item("alpha", "0", "Thing happened")]))
    asked: list[str] = []
    store._connection.raw.set_trace_callback(asked.append)
    store.reading.removals(StreamQuery("section", "world", changed_since=0, limit=9))
    store._connection.raw.set_trace_callback(None)
    (statement,) = [one for one in asked if "NOT e.active" in one]
    plan = [row[3] for row in store._connection.read(f"EXPLAIN QUERY PLAN {statement}")]
    assert [step for step in plan if "stories_changed" in step and "COVERING" in step], plan


def test_what_left_a_section_is_looked_for_no_further_than_a_page_reaches(store: SqliteArchive) -> None:
    """Who first copied a small one waited at each page until each story of the archive was looked at."""
    items = [item("alpha", str(n), f"Thing{n} happened{n}{' in defense' * (n == 9)}") for n in range(60)]
    hidden = frozenset(one.canonical or "" for one in items[:4])

    def cost(news: range) -> int:
        for n in news:  # each changes in a second of its own
            store.intake.apply([polled("alpha", [items[n]])], NOW)
            edition(store, policy(hidden=hidden), lambda: SECONDS)
        query = StreamQuery("section", "defense", changed_since=0, limit=4)
        found, steps = counted(store, lambda: store.reading.removals(query))
        assert len(found) == 4
        return steps

    once = cost(range(10))
    assert cost(range(10, 60)) <= once + 2


def test_the_items_of_a_month_are_found_without_those_of_others(store: SqliteArchive) -> None:
    """What came later costs nothing."""
    month = (int(ago(days=60).timestamp()), int(ago(days=30).timestamp()))
    store.intake.apply([polled("alpha", [item("alpha", "old", "Old", published=ago(days=40))])], ago(days=40))

    def cost(news: range) -> int:
        publish(store, polled("alpha", [item("alpha", str(n), f"Thing{n} happened{n}") for n in news]))
        query = StreamQuery("latest", view="items", window=month)
        (found, _), steps = counted(store, lambda: store.reading.items(query, SECONDS))
        assert [one.title for one in found] == ["Old"]
        return steps

    once = cost(range(40))
    assert cost(range(40, 400)) <= once + 2


def test_stories_of_long_ago_are_found_without_reading_those_since(store: SqliteArchive) -> None:
    """Their times stand in the index. Reading each story for its own took ten times as long, and on a cold disk a minute."""
    (query, values), _ = stories_sql(
        store._connection.dialect, StreamQuery("search", filter=Filter(until=ago(days=300))), 50, Lookup(), Numbers()
    )
    (table,) = store._connection.read("SELECT rootpage FROM sqlite_master WHERE name = 'stories'")
    code = store._connection.read(f"EXPLAIN {query}", values)
    cursors = {p1 for _, name, p1, p2, *_ in code if name == "OpenRead" and p2 == table[0]}
    assert not [row for row in code if row[1] == "Column" and row[2] in cursors]


def test_the_reports_of_a_story_are_not_looked_for_among_all_of_an_outlet(store: SqliteArchive) -> None:
    """Of five thousand, for each story that was listed: the newest twenty of an outlet took minutes."""
    (query, values), _ = stories_sql(
        store._connection.dialect, StreamQuery("latest", filter=Filter(publisher="Alpha")), 20, Lookup(), Numbers()
    )
    plan = [row[3] for row in store._connection.read(f"EXPLAIN QUERY PLAN {query}", values)]
    assert any("placements_story" in step for step in plan)
    assert not [step for step in plan if "placements_publisher" in step]


@pytest.mark.parametrize(
    "query",
    [
        StreamQuery("section", "world", filter=Filter(source="alpha")),
        StreamQuery("section", "world", filter=Filter(publisher="Alpha"), min_publishers=2),
        StreamQuery("latest", filter=Filter(source="alpha"), min_publishers=2),
        StreamQuery("source", "alpha", min_publishers=2),
    ],
)
def test_stories_that_an_outlet_did_not_tell_are_not_read(store: SqliteArchive, query: StreamQuery) -> None:
    """Their numbers stand in the indexes; to read each, with all that it announces, took twice as long."""
    numbers = Numbers({"alpha": 1}, {"section:world": 1})
    (sql, values), _ = stories_sql(store._connection.dialect, query, 20, Lookup(vast=True), numbers)
    plan = [row[3] for row in store._connection.read(f"EXPLAIN QUERY PLAN {sql}", values)]
    asked = next(n for n, step in enumerate(plan) if step.startswith("CORRELATED"))
    assert asked < next(n for n, step in enumerate(plan) if step.startswith("SEARCH st "))


@pytest.mark.parametrize("publishers", [1, 2])
def test_what_a_section_has_of_an_outlet_is_found_without_all_that_was_told_since(
    store: SqliteArchive, monkeypatch: pytest.MonkeyPatch, publishers: int
) -> None:
    """What others told before may enter with any later report, and those of other sections cost nothing."""
    monkeypatch.setattr("aggregator.store.lists.FEW", 12)
    monkeypatch.setattr("aggregator.store.lists.SELDOM", 3)

    def tell(source: str, word: str, news: range, at: datetime) -> None:
        told = [item(source, f"{word}{n}", f"{word}{n} happened{n} with {word}") for n in news]
        publish(store, polled(source, told), at=at, placed=at)

    def cost() -> int:
        query = StreamQuery("section", "defense", limit=3, min_publishers=publishers, filter=Filter(source="beta"))
        (found, _), steps = counted(store, lambda: store.reading.stories(query, SECONDS))
        assert [one.entered for one in found] == [ago(hours=5), ago(hours=9), ago(hours=9)]
        return steps

    tell("alpha", "defense", range(1), ago(hours=12))
    for source in ("alpha", "beta"):
        tell(source, "defense", range(1, 9), ago(hours=9))
    tell("beta", "defense", range(1), ago(hours=5))
    tell("beta", "budget", range(30), ago(hours=4))
    once = cost()
    tell("beta", "budget", range(30, 400), ago(hours=3))
    assert cost() < 1.5 * once


@pytest.mark.parametrize("kind", ["source", "search", "section"])
def test_what_others_told_meanwhile_is_looked_at_once(
    store: SqliteArchive, monkeypatch: pytest.MonkeyPatch, kind: QueryKind
) -> None:
    """In steps of SQLite's machine, which reads stories from the newest on: what an outlet told of one that had entered before is looked
    for among its own reports."""
    monkeypatch.setattr("aggregator.store.lists.FEW", 12)

    def tell(source: str, news: range, at: datetime) -> None:
        told = [item(source, str(n), f"Thing{n}{source} happened{n}{source} missile") for n in news]
        publish(store, polled(source, told), at=at, placed=at)

    def cost() -> int:
        id = {"source": "alpha", "section": "world"}.get(kind)
        wanted = Filter() if kind == "source" else Filter(source="alpha")
        query = StreamQuery(kind, id, view="stories", limit=13, filter=wanted)
        (found, _), steps = counted(store, lambda: store.reading.stories(query, SECONDS))
        assert len(found) == 13
        return 10 * steps

    tell("alpha", range(20), ago(hours=9))
    tell("beta", range(50), ago(hours=8))
    once = cost()
    tell("beta", range(50, 250), ago(hours=7))
    assert cost() - once < 200 * 40


@pytest.mark.parametrize("kind", ["search", "section"])
def test_what_one_in_twenty_told_is_not_looked_for_in_the_whole_archive(
    store: SqliteArchive, monkeypatch: pytest.MonkeyPatch, kind: QueryKind
) -> None:
    """They are more than a few, and none of the newest; what others told before costs nothing."""
    monkeypatch.setattr("aggregator.store.lists.FEW", 3)
    monkeypatch.setattr("aggregator.store.lists.NEAR", 20)

    def tell(source: str, news: range, at: datetime, lang: str) -> None:
        told = [item(source, str(n), f"Thing{n}{source} happened{n}{source} missile", lang=lang) for n in news]
        publish(store, polled(source, told), at=at, placed=at)

    def cost() -> int:
        query = StreamQuery(kind, "world", filter=Filter(lang="fi"))
        (found, _), steps = counted(store, lambda: store.reading.stories(query, SECONDS))
        assert len(found) == 5
        return steps

    tell("alpha", range(5), ago(hours=9), "fi")
    tell("beta", range(130), ago(hours=8), "en")
    tell("beta", range(130, 160), NOW, "en")
    once = cost()
    tell("beta", range(160, 460), ago(hours=2), "en")
    tell("beta", range(460, 490), NOW, "en")
    assert cost() < 1.5 * once


def test_items_with_a_word_are_first_looked_for_among_the_newest(
    store: SqliteArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a section, too, where some may have come late: not all items with the word are listed."""
    monkeypatch.setattr("aggregator.store.lists.NEAR", 20)

    def tell(news: range, at: datetime) -> None:
        told = [item("alpha", str(n), f"Thing{n} happened{n} missile") for n in news]
        publish(store, polled("alpha", told), at=at, placed=at)

    def cost(kind: QueryKind) -> int:
        query = StreamQuery(kind, "world", view="items", limit=5, filter=Filter(words=("missile",)))
        (found, _), steps = counted(store, lambda: store.reading.items(query, SECONDS))
        assert len(found) == 5
        return 10 * steps

    tell(range(400), ago(hours=9))
    tell(range(400, 420), NOW)
    assert cost("section") < 1.2 * cost("search")


def test_what_waits_for_the_edition_is_found_without_the_archive(store: SqliteArchive) -> None:
    """Every half minute the whole index of items was gone through."""

    def cost(news: range) -> int:
        publish(store, polled("alpha", [item("alpha", str(n), f"Thing{n} happened{n}") for n in news]))
        store.intake.apply([polled("beta", [item("beta", str(news.stop), f"Event{news.stop} at place")])], NOW)
        waiting, steps = counted(store, store.edition.pending)
        assert len(waiting) == 1
        return steps

    once = cost(range(20))
    assert cost(range(20, 400)) <= once + 2


def test_a_story_that_moves_is_stored_without_all_that_moved_before(store: SqliteArchive) -> None:
    """Each step of an edition looked for shifts that are no longer needed; now retention deletes them, once a day."""
    publish(store, polled("alpha", [item("alpha", str(n), f"Thing{n} happened{n}") for n in range(2)]))

    def cost(story: int, moved: range) -> int:
        store._connection.write_each("INSERT INTO shifts VALUES (9, ?, 0)", [(SECONDS - n,) for n in moved])
        elsewhere = policy(lambda item: Judgement("europe", (("europe", 1.0),), ()))
        _, steps = counted(store, lambda: re_place_stories(store, elsewhere, [story], lambda: SECONDS))
        return steps

    once = cost(1, range(1))
    assert cost(2, range(1, 2000)) <= once + 10
    since = store._connection.read("SELECT count(*) FROM shifts")
    store.upkeep.prune(SECONDS + KEPT - 1000, 90 * 86_400, {})
    assert store._connection.read("SELECT min(published), count(*) < ? FROM shifts", since[0]) == [
        (SECONDS - 1000, True)
    ]


def test_retention_goes_through_what_it_deletes_and_not_through_the_archive(tmp_path: Path) -> None:
    """Texts that are deleted already, and those that are kept, cost nothing."""

    def cost(news: range) -> int:
        store = archive(tmp_path / str(len(news)), "alpha")
        old, new = (
            [item("alpha", f"{age} {n}", f"Thing{n} happened{n}", summary="Words.") for n in news]
            for age in ("old", "new")
        )
        store.intake.apply([polled("alpha", old)], ago(days=100))
        store.intake.apply([polled("alpha", new)], NOW)
        (state,) = store.sources.states(["alpha"])
        store.sources.save([structs.replace(state, last_success=NOW, last_new=NOW)])
        # as after an edition, but without its memory, which is forgotten too
        store._connection.write("DELETE FROM pending")
        store.upkeep.prune(SECONDS, 90 * 86_400, {})
        purged, steps = counted(store, lambda: store.upkeep.prune(SECONDS, 90 * 86_400, {}))
        assert purged == 0
        store.close()
        return steps

    once = cost(range(20))
    assert cost(range(20, 200)) <= once + 2


def test_what_an_outlet_told_with_others_is_not_looked_for_among_all_that_others_told(
    store: SqliteArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It told more than a few, which are still fewer than what would be walked through."""
    monkeypatch.setattr("aggregator.store.lists.FEW", 3)
    monkeypatch.setattr("aggregator.store.lists.SELDOM", 3)
    query = StreamQuery("latest", min_publishers=2, limit=5, filter=Filter(source="gamma"))

    def tell(news: range, *sources: str) -> None:
        told = {name: [item(name, f"{n}", f"Event{n} at place{n} told{n} once") for n in news] for name in sources}
        publish(store, *(polled(name, items) for name, items in told.items()))

    def cost(steps: int = STEPS) -> int:
        monkeypatch.setattr("aggregator.store.lists.STEPS", steps)
        (found, _), taken = counted(store, lambda: store.reading.stories(query, SECONDS))
        assert len(found) == 5
        return taken

    tell(range(6), "alpha", "gamma")
    tell(range(6, 300), "alpha", "beta")
    walked = cost(1 << 40)
    assert cost() < walked / 4


@pytest.mark.parametrize("told", [40, 3, 0])
@pytest.mark.parametrize("kind", ["latest", "section"])
def test_what_others_told_too_is_read_from_where_they_joined(store: SqliteArchive, kind: QueryKind, told: int) -> None:
    """What one outlet alone told before costs nothing."""

    def cost(news: range) -> int:
        alone = [item("alpha", f"{n}", f"Thing{n} happened{n} with missile") for n in news]
        publish(store, polled("alpha", alone), at=ago(days=1))
        query = StreamQuery(kind, "world" if kind == "section" else None, min_publishers=2, limit=5)
        (found, _), steps = counted(store, lambda: store.reading.stories(query, SECONDS))
        assert len(found) == min(told, 5)
        return steps

    both = [
        [item(name, f"both{n}", f"Event{n} at place{n} told{n} once") for n in range(told)]
        for name in ("alpha", "beta")
    ]
    store.intake.apply([polled("alpha", both[0]), polled("beta", both[1])], NOW)
    once = cost(range(50))
    assert cost(range(50, 400)) < 1.5 * once + 2


@pytest.mark.parametrize("before", [None, (SECONDS, 1 << 40)], ids=["first page", "further page"])
def test_what_few_told_is_found_without_all_entries_of_a_large_section(
    store: SqliteArchive, monkeypatch: pytest.MonkeyPatch, before: tuple[int, int] | None
) -> None:
    """What others told costs nothing."""
    monkeypatch.setattr("aggregator.store.lists.FEW", 20)

    def tell(news: range, source: str) -> None:
        told = [item(source, f"{n}", f"Thing{n}{source} happened{n}{source}") for n in news]
        publish(store, polled(source, told), at=ago(hours=1))

    def cost() -> int:
        asked = StreamQuery("section", "world", filter=Filter(source="alpha"), before=before, limit=5)
        (found, _), steps = counted(store, lambda: store.reading.stories(asked, SECONDS))
        assert len(found) == 3
        return steps

    tell(range(3), "alpha")
    tell(range(30), "beta")
    once = cost()
    tell(range(30, 230), "beta")
    assert cost() < once + 20


@pytest.mark.parametrize(
    "query",
    [StreamQuery("source", "alpha"), StreamQuery("search", filter=Filter(source="alpha"))],
    ids=["stories of a source", "search in a source"],
)
def test_of_what_others_told_only_the_few_are_asked_for_their_reports(store: SqliteArchive, query: StreamQuery) -> None:
    """A further page of what a source told with others is no slower for what these told without it."""

    def tell(news: range, *sources: str) -> None:
        told = [
            polled(name, [item(name, f"{n}", f"Event{n} at place{n} told{n} once") for n in news]) for name in sources
        ]
        publish(store, *told, at=ago(hours=1))

    def cost() -> int:
        asked = replace(query, min_publishers=2, limit=5, before=(SECONDS, 1 << 40))
        (found, _), steps = counted(store, lambda: store.reading.stories(asked, SECONDS))
        assert len(found) == 3
        return steps

    tell(range(3), "alpha", "beta")
    once = cost()
    tell(range(3, 103), "beta", "gamma")
    assert cost() - once < 2 * 100


def test_stories_an_hour_are_counted_from_the_first_hour_on(store: SqliteArchive) -> None:
    """What entered before costs nothing."""

    def cost(news: range, moment: datetime) -> int:
        told = [item("alpha", str(n), f"Thing{n} happened{n} with missile") for n in news]
        publish(store, polled("alpha", told), at=moment)
        hours, steps = counted(store, lambda: store.reading.per_hour("section", SECONDS - 86_400))
        assert sum(sum(counts.values()) for counts in hours.values()) == 50
        return steps

    once = cost(range(50), NOW)
    assert cost(range(50, 400), ago(days=3)) < 1.2 * once


@pytest.mark.parametrize("read", ["items", "stories"])
def test_what_was_published_since_is_found_without_looking_at_what_came_before(store: SqliteArchive, read: str) -> None:
    """Ten times the news of the days before costs nothing."""
    store.intake.apply([polled("beta", [item("beta", str(n), f"Other{n} event{n}") for n in range(5)], live=True)], NOW)

    def cost(news: range) -> int:
        before = [item("alpha", str(n), f"Thing{n} happened{n}", published=ago(days=3)) for n in news]
        publish(store, polled("alpha", before), at=ago(days=3))
        query = StreamQuery("search", filter=Filter(since=ago(hours=6)))
        (found, _), steps = counted(store, lambda: getattr(store.reading, read)(query, SECONDS))
        assert len(found) == 5
        return steps

    once = cost(range(40))
    assert cost(range(40, 400)) < 1.5 * once


@pytest.mark.parametrize("read", ["items", "stories"])
def test_a_word_that_nearly_all_say_is_looked_up_item_by_item_from_the_newest(
    store: SqliteArchive, monkeypatch: pytest.MonkeyPatch, read: str
) -> None:
    """Older news costs no more than noting that it says the word."""
    monkeypatch.setattr("aggregator.store.lists.COMMON", 20)

    def cost(news: range) -> int:
        told = [item("alpha", str(n), f"Thing{n} happened{n} with missile") for n in news]
        publish(store, polled("alpha", told))
        query = StreamQuery("section", "world", limit=10, filter=Filter(words=("missile",)))
        (found, _), steps = counted(store, lambda: getattr(store.reading, read)(query, SECONDS))
        assert len(found) == 10
        return 10 * steps

    once = cost(range(100))
    assert cost(range(100, 500)) - once < 400 * 10


def test_hosts_that_wait_are_found_without_going_through_all_sources(tmp_path: Path) -> None:
    """They are asked for before each poll."""
    store = archive(tmp_path, *(f"source-{n}" for n in range(300)))
    (one,) = store.sources.states(["source-7"])
    store.sources.save([replace(one, held_until=NOW + timedelta(minutes=1))])
    found, steps = counted(store, lambda: store.sources.held(NOW))
    store.close()
    assert [state.id for state in found] == ["source-7"]
    assert steps < 30
