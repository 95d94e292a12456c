"""What readers see is the same whatever the backend: one day of news in both, every question put to both."""

from __future__ import annotations

import json
import operator
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from builders import NOW, Store, ago, archive, item, policy, polled, postgres_archive, publish
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from aggregator.model import notes
from aggregator.model.item import Drop, Enclosure
from aggregator.model.judgement import Judgement
from aggregator.model.story import Batch, EditionItem
from aggregator.model.stream import (
    FRESH_SECONDS,
    LATEST,
    LONGEST,
    SHORTEST,
    STORING,
    Filter,
    Removed,
    StreamName,
    StreamQuery,
)
from aggregator.pipeline.edition import edition
from aggregator.pipeline.re_placement import re_place, re_place_all
from aggregator.store.lists import COMMON, FEW, NEAR, SELDOM, SHARE, STEPS
from aggregator.store.postgres.full_text import query, tokens, vector
from aggregator.store.rows import to_id
from aggregator.store.sqlite.archive import SqliteArchive
from aggregator.text.forms import forms
from aggregator.web.paging import PageRequest
from aggregator.web.parameters import decode_cursor

T = TypeVar("T")
SECONDS = int(NOW.timestamp())
SOURCES = ("alpha", "beta", "gamma")
WORDS = tuple(
    word
    for line in (
        "Frigate Sachsen collides freighter Bornholm defense europe asia-pacific NATO drones Café Ankara's U.S. O'Brien 5G",
        "São Erdoğan Straße 東京 Москва Ελλάδα d'État rare-earth licences tariff strike volcano parliament votes budget",
        "frigates drone defences",
    )
    for word in line.split()
)


def fill(store: Store) -> None:
    """The same news for whoever is asked: told by three, changed, merged, hidden, purged."""
    chance = random.Random(5)
    headlines = [" ".join((f"Name{n}on Place{n}ville", *chance.sample(WORDS, 7))) for n in range(60)]
    hidden = frozenset(item(*told, "").canonical or "" for told in (("beta", "3-1"), ("gamma", "secret")))
    rules = policy()
    for hour in range(30, 0, -1):
        results = []
        for source in SOURCES:
            new = [
                item(
                    source, f"{hour}-{n}", headline, published=ago(hours=hour, minutes=n), summary=" ".join(chance.sample(WORDS, 9)),
                    lang=chance.choice(["en", "en-GB", "de", None]), publisher=chance.choice(["Alpha", "BETA", "beta", "Gamma"]),
                    image=chance.choice([None, "https://x.example/i.jpg"]), categories=tuple(chance.sample(WORDS, 2)),
                    enclosures=(Enclosure("https://x.example/a.mp3", "audio/mpeg", 7),) if n % 3 == 0 else (),
                )
                for n, headline in enumerate(chance.sample(headlines, 3))
            ]  # fmt: skip
            results.append(replace(polled(source, new, live=hour < 28), drops=(Drop("undated", 2),)))
        if hour == 12:
            results.append(polled("gamma", [item("gamma", "secret", "Nobody else told of this Zanzibar ferry")]))
        store.intake.apply(results, ago(hours=hour))
        edition(store, rules, lambda: SECONDS - hour * 3600)  # noqa: B023 - used at once
        if hour == 9:  # what follows changes some stories, each at its time
            rules = policy(configuration="two", hidden=hidden)
            while re_place(store, rules, lambda: SECONDS - hour * 3600):  # noqa: B023
                pass
    for n in (7, 6, 5):  # rewritten texts bring items into other sections and topics, and back
        rewritten = [
            item("beta", f"{hour}-1", " ".join(chance.sample(WORDS, 5)), published=ago(hours=hour))
            for hour in range(8, 27)
        ]
        found = store.intake.known([one.id for one in rewritten])
        changed = [(found[one.id].number, one) for one in rewritten]
        store.intake.apply([polled("beta", changed=changed)], ago(hours=n))
        edition(store, rules, lambda: SECONDS - n * 3600)  # noqa: B023
    known = store.intake.known([item("alpha", "5-0", "").id])
    number = next(iter(known.values()))[0]
    again = item("alpha", "5-0", "Corrected: Москва votes on defense", published=ago(hours=5))
    store.intake.apply([polled("alpha", changed=[(number, again)])], ago(minutes=5))
    edition(store, rules, lambda: SECONDS - 60)
    store.upkeep.prune(SECONDS, 20 * 3600, {"gamma": 90 * 86_400})
    waiting = item("gamma", "waiting", "NATO frigate waits for defense", published=ago(hours=2), publisher="BETA")
    store.intake.apply([polled("gamma", [waiting])], ago(minutes=1))


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteArchive]:
    store = archive(tmp_path_factory.mktemp("sqlite"), *SOURCES)
    fill(store)
    yield store
    store.close()


@pytest.fixture(scope="module")
def both(news: SqliteArchive) -> Iterator[tuple[Store, Store]]:
    other = postgres_archive(*SOURCES)
    fill(other)
    yield news, other
    other.close()


def plain(value: Any, store: Store) -> Any:
    """Numbers are the store's own affair."""
    if isinstance(value, list | tuple):
        return [plain(one, store) for one in value]
    return (
        replace(value, n=0, lead=0) if hasattr(value, "lead") else replace(value, n=0) if hasattr(value, "n") else value
    )


FILTERS = [
    Filter(),
    Filter(words=("frigate",)), Filter(words=("cafe",)), Filter(words=("erdogan", "nato")), Filter(words=("o'brien",)),
    Filter(words=("rare-earth licences",)), Filter(words=("U.S.",)), Filter(words=("us",)), Filter(words=("東京",)),
    Filter(words=("москва",)), Filter(words=("ΕΛΛΑΔΑ",)), Filter(words=("strasse",)), Filter(words=("straße",)),
    Filter(words=("5g",), without=("volcano", "tariff strike")), Filter(without=("budget",)), Filter(words=("asia pacific",)),
    Filter(section="europe"), Filter(topic="nato", words=("drones",)), Filter(source="beta"), Filter(publisher="bEtA"),
    Filter(lang="en"), Filter(lang="de"), Filter(since=ago(hours=9)), Filter(until=ago(hours=9), since=ago(hours=20)),
    Filter(label="x", labelled=(("alpha",), ("Gamma", "nobody"))), Filter(label="x", labelled=((), ())),
    Filter(words=("' OR 1=1 --",)), Filter(words=('"; DROP TABLE',)), Filter(words=('"frigates"',)), Filter(words=("frigates", "drone")),
    Filter(words=("defences",), without=("drone", "volcanoes")), Filter(words=("air-strike's",)), Filter(words=("cafes",), lang="fr"),
    Filter(words=("frigates OR volcano", '"nato" OR zebra OR asia')), Filter(words=('² OR "東京" OR drone*',), without=("budget", "5g")),
]  # fmt: skip


@pytest.mark.parametrize("view", ["stories", "items"])
def test_whichever_way_is_the_shortest_leads_to_the_same(
    both: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch, view: str
) -> None:
    narrow = [
        Filter(), Filter(source="beta"), Filter(publisher="bEtA"), Filter(lang="EN"), Filter(lang="de"), Filter(lang="en-g"),
        Filter(source="alpha", publisher="gamma", lang="en-GB"), Filter(source="nobody"),
        Filter(words=("drones",)), Filter(words=("nato", "frigate")), Filter(words=("nato",), without=("drones",)),
        Filter(words=("drones OR zebra OR frigate",)),
        Filter(publisher="beta", words=("drones",)), Filter(lang="de", section="europe", since=ago(hours=20)),
        Filter(since=ago(hours=9)), Filter(until=ago(hours=20)), Filter(since=ago(hours=9), until=ago(hours=5)),
        Filter(section="europe"), Filter(topic="nato"), Filter(topic="none"), Filter(since=ago(hours=20), topic="nato"),
    ]  # fmt: skip
    streams = [
        StreamQuery("latest"), StreamQuery("section", "defense", primary=True), StreamQuery("topic", "nato"),
        StreamQuery("source", "beta"), StreamQuery("latest", limit=3), StreamQuery("latest", before=(SECONDS - 40_000, 50)),
        StreamQuery("latest", window=(SECONDS - 86_400, SECONDS)), StreamQuery("search", changed_since=SECONDS - 50_000),
        *(
            replace(stream, min_publishers=least, primary=stream.kind == "section", limit=limit, before=before)
            for stream in (StreamQuery("latest"), StreamQuery("section", "world"), StreamQuery("topic", "nato"))
            for least in (2, 3)
            for limit in (None, 2)
            for before in (None, (SECONDS - 40_000, 50))
        ),
    ]  # fmt: skip
    every = [replace(stream, view=view, filter=filter) for stream in streams for filter in narrow]
    queries = random.Random(1).sample(
        every, len(every) // 4
    )  # a part of them, in an order of chance, costs a part of the time

    def found(
        few: int,
        seldom: int,
        common: int = COMMON,
        near: int = NEAR,
        share: int = SHARE,
        steps: int = 1 << 40,
        some: slice = slice(None),
    ) -> list[Any]:
        monkeypatch.setattr("aggregator.store.lists.STEPS", steps)
        monkeypatch.setattr("aggregator.store.lists.NEAR", near)
        monkeypatch.setattr("aggregator.store.lists.SHARE", share)
        monkeypatch.setattr("aggregator.store.lists.COMMON", common)
        monkeypatch.setattr("aggregator.store.lists.FEW", few)
        monkeypatch.setattr("aggregator.store.lists.SELDOM", seldom)
        return [getattr(store.reading, view)(query, SECONDS) for query in queries[some] for store in both]

    walked = found(-1, -1)
    assert sum(bool(told) for told, _ in walked) > len(queries)
    assert found(FEW, SELDOM) == walked
    for n, more in enumerate(
        (
            {"few": FEW, "seldom": -1},
            {"few": -1, "seldom": SELDOM},
            {"few": -1, "seldom": -1, "common": 0},
            {"few": -1, "seldom": -1, "steps": STEPS},
            {"few": 40, "seldom": -1},
            {"few": -1, "seldom": -1, "near": 60, "share": 1},
        )
    ):  # every seventh question, each time others
        assert found(**more, some=slice(n, None, 7)) == [
            one for start in range(2 * n, len(walked), 14) for one in walked[start : start + 2]
        ]


@pytest.mark.parametrize("share", [1, 1_000_000], ids=["seldom", "often"])
@pytest.mark.parametrize("view", ["stories", "items"])
@pytest.mark.parametrize(
    "filter",
    [
        Filter(words=(" OR ".join(f"zebra{letter}" for letter in "abcdefgh"),)),
        Filter(words=("drones",), without=("drone",)),
    ],
    ids=["nowhere", "ruled out"],
)
def test_what_finds_nothing_leads_to_no_walk_through_all_items(
    both: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch, view: str, share: int, filter: Filter
) -> None:
    """PostgreSQL would expect many items where there are many words, or one that is in many items although a minus rules it out, and look
    at one after the other. Where it expects them in too many, the newest items are looked at first."""
    walks: list[str] = []
    monkeypatch.setattr("aggregator.store.lists.NEAR", 60)
    monkeypatch.setattr("aggregator.store.lists.SHARE", share)
    reading = both[1].reading

    read = reading._db.read

    def noted(sql: str, values: Sequence[Any] = (), **how: bool) -> list[Any]:
        if sql.startswith(("SELECT st.n", "SELECT i.n")):
            walks.append(sql)
            return []
        return read(sql, values, **how)

    monkeypatch.setattr(reading._db, "read", noted)
    assert not getattr(reading, view)(StreamQuery("search", view=view, filter=filter, limit=5), SECONDS)[0]
    assert len(walks) == (share > 1)


@pytest.mark.parametrize("view", ["stories", "items"])
@pytest.mark.parametrize("filter", FILTERS, ids=str)
def test_a_search_finds_the_same(both: tuple[Store, Store], filter: Filter, view: str) -> None:
    found = []
    for store in both:
        ask = store.reading.stories if view == "stories" else store.reading.items
        whole = plain(ask(StreamQuery("search", view=view, filter=filter, limit=400), SECONDS)[0], store)
        found.append(whole)
    assert found[0] == found[1]


NAMED = (StreamQuery("section", "defense"), StreamQuery("section", "world"), StreamQuery("topic", "nato"))
STREAMS = [
    replace(stream, min_publishers=least, primary=primary, **more)
    for stream in (StreamQuery("latest"), *NAMED, StreamQuery("source", "gamma"))
    for least in (1, 2, 3)
    for primary in ((False, True) if stream.kind == "section" else (False,))
    for more in (
        {},
        {"limit": 7},
        {"limit": 5, "before": (SECONDS - 8 * 3600, 1 << 40)},
        {"window": (SECONDS - 20 * 3600, SECONDS - 6 * 3600)},
        {"limit": 5, "window": (SECONDS - 20 * 3600, SECONDS - 6 * 3600), "before": (SECONDS - 9 * 3600, 1 << 40)},
        {"limit": 9, "changed_since": SECONDS - 86_400},
    )
]  # fmt: skip


@pytest.mark.parametrize("view", ["stories", "items"])
def test_streams_list_the_same(both: tuple[Store, Store], view: str) -> None:
    for asked in STREAMS:
        found = []
        for store in both:
            ask = store.reading.stories if view == "stories" else store.reading.items
            listed, extent = ask(replace(asked, view=view), SECONDS)
            found.append((plain(listed, store), extent))
        assert found[0] == found[1], asked
    assert len(found[0][0]) > 0


def rows(store: SqliteArchive, table: str) -> list[Any]:
    cursor = store._connection.raw.execute(f"SELECT * FROM {table}")
    names = [name for name, *_ in cursor.description]
    return [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in cursor]


Found = tuple[str, int, int, int, int]
"""Id, number, when it entered the stream, published, changed."""


def by_definition(store: SqliteArchive) -> Callable[[StreamQuery], list[Found]]:
    """The stories or items that a stream has, in the plainest way."""
    source = {row.n: row.id for row in rows(store, "sources")}
    item, text, placed = (
        {getattr(row, key): row for row in rows(store, table)}
        for table, key in (("items", "n"), ("texts", "item"), ("placements", "item"))
    )
    stream = {row.n: row.name for row in rows(store, "streams")}
    entry = {(stream[row.stream], row.story): row for row in rows(store, "entries") if row.active}
    joined = {(row.story, row.k): row.reached for row in rows(store, "corroborations")}
    came = {(stream[row.stream], bool(row.as_primary), row.item): row.entered for row in rows(store, "item_entries")}
    told = rows(store, "stories")
    scores = {n: {row.section, *(name for name, _ in json.loads(row.scores))} for n, row in placed.items()}
    members: dict[int, list[int]] = {}
    for row in placed.values():
        if not row.hidden:
            members.setdefault(row.story, []).append(row.item)

    def has(n: int, word: str) -> bool:
        parts = [f" {part.lower()} " for part in (text[n].title, text[n].summary)]
        return any(f" {form} " in part for form in forms(word) for part in parts)

    def of_item(n: int, wanted: Filter) -> bool:
        publisher = placed[n].publisher if n in placed else text[n].publisher
        lang = (text[n].lang or "").lower()
        sources, publishers = wanted.labelled or ((), ())
        return (
            (not wanted.source or source[item[n].source] == wanted.source)
            and (not wanted.publisher or publisher.lower() == wanted.publisher.lower())
            and (not wanted.lang or f"{lang}-".startswith(f"{wanted.lang.lower()}-"))
            and (wanted.labelled is None or source[item[n].source] in sources or publisher in publishers)
        )

    def reports(of: list[int], query: StreamQuery) -> list[list[int]]:
        """Of each thing that is asked of reports, those that have it."""
        wanted = query.filter
        alone = (
            Filter(source=wanted.source), Filter(publisher=wanted.publisher), Filter(lang=wanted.lang),
            Filter(labelled=wanted.labelled), Filter(source=query.id if query.kind == "source" else None),
        )  # fmt: skip
        return [[n for n in of if of_item(n, one)] for one in alone if one != Filter()]

    def matches(of: list[int], published: int, wanted: Filter) -> bool:
        return (
            (not wanted.words or any(all(has(n, word) for word in wanted.words) for n in of))
            and not any(has(n, word) for word in wanted.without for n in of)
            and (not wanted.since or published >= wanted.since.timestamp())
            and (not wanted.until or published < wanted.until.timestamp())
        )

    def stories(query: StreamQuery) -> Iterator[Found]:
        for story in told:
            of, time, published = members.get(story.n, []), story.entered, story.published
            if query.kind in ("section", "topic"):
                if not (stands := entry.get((str(query.stream), story.n))):
                    continue
                time = stands.primary_since if query.kind == "section" and query.primary else stands.entered
                published = stands.published
            named = [f"{kind}:{id}" for kind in ("section", "topic") if (id := getattr(query.filter, kind))]
            if (
                story.hidden
                or time is None
                or not all(reports(of, query))
                or (query.primary_section and story.section != query.primary_section)
                or (query.min_publishers > 1 and (story.n, query.min_publishers) not in joined)
                or not all((name, story.n) in entry for name in named)
                or not matches(of, published, query.filter)
            ):
                continue
            if query.min_publishers > 1:
                time = max(time, joined[story.n, query.min_publishers])
            time = max([time, *(min(item[n].entered for n in some) for some in reports(of, query))])
            yield to_id(story.id), story.n, time, published, story.changed

    def items(query: StreamQuery) -> Iterator[Found]:
        for n, row in item.items():
            own = placed.get(n)
            if own is None:
                continue  # it waits for its place
            topics = json.loads(own.topics)
            in_section = [query.filter.section, query.id if query.kind == "section" else None]
            in_topic = [query.filter.topic, query.id if query.kind == "topic" else None]
            if (
                own.hidden
                or (query.kind == "source" and source[row.source] != query.id)
                or not all(id in scores.get(n, ()) for id in in_section if id)
                or not all(id in topics for id in in_topic if id)
                or (query.primary_section and own.section != query.primary_section)
                or (query.min_publishers > 1 and (own.story, query.min_publishers) not in joined)
                or not all(reports([n], query))
                or not matches([n], row.at, query.filter)
            ):
                continue
            time = came.get((str(query.stream), query.kind == "section" and query.primary, n), row.entered)
            if query.min_publishers > 1:
                time = max(time, joined[own.story, query.min_publishers])
            yield to_id(row.id), n, time, row.at, own.changed

    return lambda query: list((stories if query.view == "stories" else items)(query))


def listed(found: list[Found], query: StreamQuery) -> list[tuple[str, int]]:
    """What is shown of them, in order: (id, time)."""
    if (since := query.changed_since) is not None:
        after = query.before or (0, 0)
        changes = sorted((row[4], row[1], row[0]) for row in found if row[4] >= since and (row[4], row[1]) > after)
        return [(id, time) for time, _, id in changes[: query.limit]]
    if query.window:
        start, end = query.window
        last = min((end, 0), query.before or (end, 0))
        published = sorted((row[3], row[1], row[0]) for row in found if start <= row[3] and (row[3], row[1]) < last)
        return [(id, time) for time, _, id in published[::-1][: query.limit]]
    before = query.before or (1 << 62, 0)
    entered = sorted(((row[2], row[1], row[0]) for row in found if (row[2], row[1]) < before), reverse=True)
    fresh = sum(time > SECONDS - FRESH_SECONDS for time, *_ in entered[:LONGEST])
    return [(id, time) for time, _, id in entered[: query.limit or max(SHORTEST, fresh)]]


@pytest.mark.parametrize("view", ["stories", "items"])
def test_a_stream_lists_what_its_definition_says(news: SqliteArchive, view: str) -> None:
    """Against a definition that knows no SQL, also from the middle of what shares a second on."""
    defined = by_definition(news)
    ask = getattr(news.reading, view)
    filters = [
        Filter(), Filter(words=("frigate",)), Filter(words=("drones", "volcano")), Filter(words=("5g",), without=("volcano", "tariff")),
        Filter(without=("budget",)), Filter(section="europe"), Filter(section="world", source="beta"), Filter(topic="nato"),
        Filter(source="beta", publisher="bEtA"), Filter(publisher="gamma", lang="EN"), Filter(lang="en-g"), Filter(lang="de"),
        Filter(since=ago(hours=9)), Filter(until=ago(hours=9), since=ago(hours=20)), Filter(until=ago(hours=26)),
        Filter(label="x", labelled=(("alpha",), ("Gamma", "nobody"))), Filter(label="x", labelled=((), ())),
    ]  # fmt: skip
    streams = [
        replace(stream, view=view, min_publishers=least, primary=primary)
        for stream in (StreamQuery("search"), *NAMED, StreamQuery("source", "beta"))
        for least in (1, 2, 3)
        for primary in ((True, False) if stream.kind in ("search", "section") else (False,))
    ]  # fmt: skip
    seen = 0
    assert len(rows(news, "item_entries")) > 20
    for one in [replace(stream, filter=filter) for stream in streams for filter in filters][::2]:
        found = defined(one)
        seen += len(found)
        asked = [one, replace(one, limit=3)]
        for _, n, entered, published, changed in sorted(found)[:2]:
            asked.append(replace(one, limit=4, before=(entered, n)))
            asked.append(replace(one, limit=4, changed_since=0, before=(changed, n)))
            asked.append(replace(one, limit=9, changed_since=changed))
            asked.append(replace(one, window=(published, published + 7200)))
            asked.append(replace(one, window=(published - 7200, published)))
            asked.append(replace(one, limit=4, window=(published - 7200, published + 7200), before=(published, n)))
        for way in asked:
            shown = [(told.id, int(told.entered.timestamp())) for told in ask(way, SECONDS)[0]]
            assert shown == listed(found, way), way
    assert seen > 1000


def test_what_changes_take_away_is_the_same(both: tuple[Store, Store]) -> None:
    """Hidden stories and items, and stories that are in a stream no more, in the order of change, page by page."""
    streams = [
        StreamQuery("search"),
        StreamQuery("search", view="items"),
        StreamQuery("section", "world", primary=True),
    ]
    streams += [StreamQuery("section", "world"), StreamQuery("search", filter=Filter(section="defense", topic="nato"))]
    seen = 0
    for asked in (replace(stream, limit=500, changed_since=0) for stream in streams):
        one, other = (store.reading.removals(asked) for store in both)
        assert [(row.ids, row.entered) for row in one] == [(row.ids, row.entered) for row in other], asked
        places = [(int(row.entered.timestamp()), row.n) for row in one]
        assert places == sorted(places)
        seen += len(one)
        for n, place in enumerate(places):
            assert both[0].reading.removals(replace(asked, before=place)) == one[n + 1 :]
            assert both[0].reading.removals(replace(asked, limit=2), until=place) == one[: min(2, n + 1)]
            assert both[0].reading.removals(replace(asked, changed_since=place[0] + 1)) == [
                row for row in one if row.entered.timestamp() > place[0]
            ]
    assert seen > 5


def test_stories_members_items_and_reports_are_the_same(both: tuple[Store, Store]) -> None:
    pages = []
    for store in both:
        stories = store.reading.stories(StreamQuery("latest", limit=300), SECONDS)[0]
        pages.append(
            [
                (
                    plain(store.reading.story(story.id), store),
                    plain(store.reading.members(story.n), store),
                    [store.reading.content(one.n) for one in store.reading.members(story.n)],
                    [replace(found, n=0, joining=None) for one in store.reading.members(story.n)
                     if (found := store.reading.item(one.id))],
                    [bool((found := store.reading.item(one.id)) and found.joining) for one in store.reading.members(story.n)],
                )
                for story in stories
            ]
        )  # fmt: skip
        told = store.reading.in_full([story.n for story in stories])
        assert plain([told[story.n] for story in stories], store) == plain(stories, store)
    assert pages[0] == pages[1]


def test_heads_have_what_the_stories_have(both: tuple[Store, Store]) -> None:
    known = operator.attrgetter(
        "id", "n", "title", "summary", "link", "lang", "published", "section", "scores", "topics", "independent"
    )
    queries = [
        StreamQuery("latest", limit=300),
        StreamQuery("latest", min_publishers=2),
        StreamQuery("section", "world"),
    ]
    for store in both:
        reading = store.reading
        heads = reading.heads(queries, SECONDS)
        for asked in queries:
            stories = reading.stories(asked, SECONDS)[0]
            assert stories
            assert list(map(known, heads[asked])) == list(map(known, stories))
            assert reading.publishers([one.n for one in stories]) == {one.n: {*one.publishers} for one in stories}
            by_item = reading.heads_by_item([story.lead for story in stories])
            assert {item: one.id for item, one in by_item.items()} == {story.lead: story.id for story in stories}


def test_what_several_lists_have_in_common_is_asked_once(
    both: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The front page makes thirty; each asked for the numbers of its section, the newest item, and whether few stories have k outlets."""
    for reading in (store.reading for store in both):
        asked, read = list[str](), reading._db.read
        monkeypatch.setattr(
            reading._db, "read", lambda q, *v, read=read, asked=asked, **how: asked.append(q) or read(q, *v, **how)
        )
        sections = [StreamQuery("section", id, limit=9) for id in ("europe", "defense", "world")]
        assert all(
            reading.heads([replace(one, min_publishers=k) for one in sections for k in (2, 3)], SECONDS).values()
        )
        lists = sum("ORDER BY" in query for query in asked)
        assert len(asked) - lists <= 4, "the sections, each number of outlets, and the stories"


def test_the_archive_is_counted_again_only_after_it_changed(
    both: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scraper asks every fifteen seconds, and each time all rows of three tables were counted."""
    for reading in (store.reading for store in both):
        asked, read, known = list[str](), reading._db.read, dict[int, Sequence[int]]()
        monkeypatch.setattr(reading._db, "read", lambda q, *v, read=read, asked=asked: asked.append(q) or read(q, *v))
        counts = [reading.totals(known) for _ in range(3)]
        assert ["placements WHERE hidden" in query for query in asked] == [False, True, False, False]
        assert [reading.totals({0: (1, 0, 1)}), *counts] == [reading.totals()] * 4


def test_sums_health_and_the_rest_are_the_same(both: tuple[Store, Store]) -> None:
    one, other = (
        (
            store.reading.totals(),
            store.reading.version()[1],
            store.reading.counts("section", SECONDS - 36_000),
            store.reading.counts("topic", SECONDS - 36_000),
            store.reading.per_hour("section", SECONDS - 86_400),
            store.reading.per_hour("topic", SECONDS - 86_400),
            store.reading.neighbours(LATEST, SECONDS - 36_000, SECONDS - 3600),
            store.reading.neighbours(StreamName("section", "europe"), SECONDS - 36_000, SECONDS - 3600),
            store.reading.neighbours(StreamName("section", "nothing"), 0, 1),
            [
                store.reading.exceeds(name, SECONDS - 36_000, SECONDS, 9)
                for name in (LATEST, StreamName("section", "europe"))
            ],
            store.reading.find("https://alpha.example/5-0", "https://alpha.example/5-0"),
            store.reading.find("https://nowhere.example/", None),
            store.sources.states(),
            store.sources.drops(),
            store.intake.known_titles("beta"),
            store.edition.pending(),
            store.edition.count(),
            store.edition.count(SECONDS - 36_000),
            store.edition.count_outdated("one"),
            *store.edition.pages(limit=50),
            len(store.edition.containing("frigate sachsen", 500)),
            len(store.edition.containing("москва", 500)),
            store.past.documents(),
        )
        for store in both
    )
    assert one == other


def test_the_past_is_remembered_the_same(both: tuple[Store, Store]) -> None:
    words = []
    for store in both:
        db = store.past._db
        words.append(db.read("SELECT word, count FROM frequencies ORDER BY word"))
    assert words[0] == words[1]
    some = [word for word, _ in words[0][:400]]
    one, other = both
    assert one.past.frequencies(some) == other.past.frequencies(some)
    sizes = [
        {word: len(found) for word, found in store.past.postings(some, 0, SECONDS, 1_000).items()} for store in both
    ]
    assert sizes[0] == sizes[1]
    assert max(sizes[0].values()) > 3
    for store in both:
        cut = {word: len(found) for word, found in store.past.postings(some, 0, SECONDS, 3).items()}
        assert cut == {word: min(3, size) for word, size in sizes[0].items()}
    addresses = [item("alpha", f"{hour}-0", "").canonical or "" for hour in range(1, 30)]
    assert set(one.past.same_address(addresses)) == set(other.past.same_address(addresses)) == set(addresses)
    assert {a: len(f) for a, f in one.edition.placed_at(addresses).items()} == {
        a: len(f) for a, f in other.edition.placed_at(addresses).items()
    }


def test_readers_see_that_something_was_committed(store: Store) -> None:
    from aggregator.store.postgres.archive import PostgresArchive
    from aggregator.store.postgres.archive import ReadOnlyArchive as PostgresReader
    from aggregator.store.sqlite.archive import ReadOnlyArchive as SqliteReader

    reader: SqliteReader | PostgresReader
    reader = (
        PostgresReader(store._connection.server.url) if isinstance(store, PostgresArchive) else SqliteReader(store.path)
    )
    before = reader.reading.data_version()
    assert reader.reading.data_version() == before
    store.upkeep.note(notes.TICK, 1)
    assert reader.reading.data_version() != before
    assert reader.upkeep.noted(notes.TICK) == 1
    with pytest.raises(Exception, match=r"writ"):
        reader.sources.release("nobody")
    reader.close()


def test_a_step_that_moves_no_story_changes_nothing_for_readers(store: Store) -> None:
    store.edition.apply(Batch(epoch="one", now=SECONDS))
    assert store.reading.version() == (0, 0)
    publish(store, polled("alpha", [item("alpha", "1", "Ferry sails")]))
    before, version = store.reading.stories(StreamQuery("latest"), SECONDS), store.reading.version()
    told = [story.n for story in before[0]]
    store.edition.apply(Batch(epoch="two", now=SECONDS + 60, anew=True, unmoved=tuple(told)))
    assert (store.edition.count_outdated("two"), store.edition.outdated("one", 9)) == (0, told)
    assert (store.reading.stories(StreamQuery("latest"), SECONDS), store.reading.version()) == (before, version)


def test_leases_are_of_sources_and_of_owners(store: Store) -> None:
    lease = timedelta(minutes=5)
    assert [state.id for state in store.sources.claim("one", NOW, lease, ids=["beta"])] == ["beta"]
    assert {state.id for state in store.sources.claim("two", NOW, lease, limit=1)} == {"alpha"}
    assert sorted(store.sources.owners()) == ["one", "two"]
    store.sources.release("one", ["alpha"])
    assert sorted(store.sources.owners()) == ["one", "two"], "nobody gives back what another holds"
    store.intake.apply([polled("beta")], NOW)
    assert store.sources.owners() == ["two"], "a stored poll gives its lease back"
    store.sources.release("two")
    assert store.sources.owners() == []


def test_a_text_of_any_letters_is_stored(store: Store) -> None:
    odd = item("alpha", "odd", "Nul\0 and \u202e and 👩‍👩‍👧 and ﬁ", summary="a\0b")
    publish(store, polled("alpha", [odd]))
    assert len(store.reading.stories(StreamQuery("search", filter=Filter(words=("nul",))), SECONDS)[0]) == 1


@given(st.text(max_size=60), st.text(max_size=60))
@example("İstanbul ŒUVRE", "a_b c-d")
def test_words_are_clean(title: str, summary: str) -> None:
    """Nothing that could end a quoted word, and all words of a text are found by themselves."""
    for word in tokens(title + " " + summary):
        assert word.isalnum() or any(letter.isalnum() for letter in word)
        assert "'" not in word and "\\" not in word and len(word) <= 500
    assert vector(title, summary).count("'") % 2 == 0
    if tokens(title):
        assert query([title], True).startswith("('")


def test_signs_that_are_made_of_letters_are_found_by_these(store: Store) -> None:
    """The micro sign is another character than the Greek letter, and looks the same; Japanese and Chinese outlets write Latin
    letters and digits as wide as their own; Ukrainian outlets write the apostrophe as a letter, too, which no keyboard has; feeds of
    videos have headlines in styled letters; the small letter of İ is an i with a further dot."""
    pairs = [
        ("µg", "μg"), ("μg", "µg"), ("ϑερμη", "ΘΕΡΜΗ"), ("Congreſs", "congress"),
        ("ＮＡＴＯ首脳", "NATO"), ("EEZ外", "ｅｅｚ"), ("Ｆ－３５", "F35"), ("Ｕ．Ｓ．", "US"),
        ("Обʼєднання", "об'єднання"), ("Обʼєднання", "об’єднання"), ("Об’єднання", "обʼєднання"), ("Ukraineʼs army", "ukraine"),
        ("Hawaiʻi", "Hawai'i"), ("Qurʾan", "Qur’an"), ("CO₂", "CO2"), ("10 km²", "km2"), ("ﬁnance", "finance"), ("𝗡𝗔𝗧𝗢", "nato"),
        ("ᲗᲑᲘᲚᲘᲡᲘ", "თბილისი"), ("a̍x b̪y", "ax by"), ("İstanbul", "istanbul"),
    ]  # fmt: skip
    items = [item("alpha", str(n), f"Limit of {written} is passed") for n, (written, _) in enumerate(pairs)]
    publish(store, polled("alpha", items))
    for one, pair in zip(items, pairs, strict=True):
        for word in pair:
            asked = StreamQuery("search", view="items", filter=Filter(words=(word,)))
            assert one.id in {found.id for found in store.reading.items(asked, SECONDS)[0]}, word


def test_no_phrase_reaches_from_the_headline_into_the_summary(store: Store) -> None:
    publish(store, polled("alpha", [item("alpha", "1", "Frigate sinks", summary="Off Bornholm.")]))

    def count(*words: str) -> int:
        return len(store.reading.stories(StreamQuery("search", filter=Filter(words=words)), SECONDS)[0])

    assert (count("frigate"), count("sinks", "off"), count("sinks off"), count("off bornholm")) == (1, 1, 0, 1)


def test_stories_at_addresses_come_in_their_order_and_without_what_is_hidden(both: tuple[Store, Store]) -> None:
    keys = [("gamma", "9-1"), ("alpha", "21-0"), ("beta", "3-1"), ("gamma", "9-1"), ("alpha", "none")]
    asked = [item(source, key, "").canonical or "" for source, key in keys]
    found = [store.reading.stories_at(asked) for store in both]
    assert plain(found[0], both[0]) == plain(found[1], both[1])
    assert len(found[0]) == 2
    links = [{report.url for report in story.reports} for story in found[0]]
    assert [any(url and url.endswith(key) for url in told) for told, (_, key) in zip(links, keys, strict=False)] == [
        True
    ] * 2


def test_an_address_whose_secret_is_hidden_is_found_as_it_is_written(store: Store) -> None:
    shown = "https://alpha.example/1?key=***"
    one = replace(item("alpha", "1", "One"), url=shown, canonical="https://alpha.example/1?key=A%2FB")
    store.intake.apply([polled("alpha", [one])], NOW)
    assert store.reading.find(shown, shown) == one.id


ASKED = [
    StreamQuery("latest"), StreamQuery("latest", view="items"), StreamQuery("section", "defense"),
    StreamQuery("section", "europe", primary=True), StreamQuery("topic", "nato", filter=Filter(section="defense")),
    StreamQuery("topic", "drones", primary=True, filter=Filter(section="europe")), StreamQuery("topic", "nobody"),
]  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
def test_a_copy_that_follows_small_pages_of_changes_is_the_list(store: Store, seed: int) -> None:
    """Stories are hidden and shown, enter and leave sections and topics; the copy asks now and then, and reads one to three at a time."""
    chance = random.Random(seed)
    copies: list[tuple[StreamQuery, set[int]]] = [(stream, set()) for stream in ASKED]
    asked = [0] * len(ASKED)

    def judged(one: EditionItem) -> Judgement:
        sections = chance.sample(("world", "defense", "europe"), chance.randrange(1, 4))
        return Judgement(
            sections[0],
            tuple((id, 1.0) for id in sections),
            tuple(chance.sample(("nato", "drones"), chance.randrange(3))),
        )

    for step in range(8):
        told = [item("alpha", f"{step}-{n}", f"Thing{step}{n} happened{step}{n}") for n in range(6)]
        store.intake.apply([polled("alpha", told)], NOW + timedelta(hours=step))
        now = SECONDS + step * 3600
        hidden = frozenset(
            f"https://alpha.example/{step - chance.randrange(3)}-{n}" for n in chance.sample(range(6), 3)
        )
        rules = policy(judged, hidden=hidden, configuration=f"{seed}-{step}")
        edition(store, rules, partial(int, now))
        re_place_all(store, rules, partial(int, now), lambda: True)
        for number, (stream, copy) in enumerate(copies):
            if step < 7 and chance.random() < 0.4:
                continue
            _follow(store, replace(stream, changed_since=asked[number]), copy, limit=chance.randrange(1, 4))
            asked[number] = store.reading.version()[1] + STORING + 1
            assert copy == {one.n for one in _read(store, replace(stream, limit=LONGEST))}, stream
    assert len(copies[0][1]) > 20
    assert all(copy for _, copy in copies[:-1])


def _read(store: Store, asked: StreamQuery) -> Sequence[Any]:
    return getattr(store.reading, asked.view)(asked, SECONDS)[0]  # type: ignore[no-any-return]


def _follow(store: Store, stream: StreamQuery, copy: set[int], limit: int) -> None:
    at: str | None = ""
    while at is not None:
        before = decode_cursor({"cursor": at}, "changed") if at else None
        page = PageRequest(replace(stream, limit=limit + 1, before=before), "changed", limit, 0)
        found, extent = getattr(store.reading, stream.view)(page.query, SECONDS)
        gone: list[Removed] = []

        def removals(asked: StreamQuery, until: tuple[int, int] | None, gone: list[Removed] = gone) -> list[Removed]:
            gone += store.reading.removals(asked, until)
            return gone

        shown, ids, at = page.changes(found, extent, removals)
        assert len(shown) + len(ids) <= limit
        copy |= {one.n for one in shown}
        copy -= {one.n for one in gone if one.ids[0] in ids}
