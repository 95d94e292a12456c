"""Any search finds, on both backends, exactly what the documentation says: searches at random, told by what they mean, over reports
whose words each outlet spells in its own way."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest
from builders import NOW, Store, ago, archive, item, policy, polled, postgres_archive
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aggregator.errors import QueryError
from aggregator.model.stream import Filter, StreamQuery
from aggregator.pipeline.edition import edition
from aggregator.web.terms import terms

SOURCES = ("alpha", "beta", "gamma")
SAME = tuple(
    tuple(line.split())
    for line in (
        "Łódź lodz ŁÓDŹ", "U.S. US u.s.", "F-35 F35 f\u201135 Ｆ３５", "Обʼєднання об'єднання Об’єднання", "CO₂ CO2", "ﬁnance finance",
        "Αθήνα ΑΘΗΝΑ αθηνα", "Самолёт САМОЛЕТ", "إيران ايران", "Erdoğan ERDOGAN", "東京", "서울", "กองทัพ", "שָׁלוֹם שלום", "İzmir izmir",
        "Việt viet", "straße STRASSE", "d'État d’etat", "Kyiv kyiv", "missive", "NATO 𝗡𝗔𝗧𝗢 #nato", "AND", "near",
    )
)  # fmt: skip
"""Spellings that are one word to readers, also in quotes."""
ALIKE = tuple(
    tuple(line.split())
    for line in (
        "hurricane hurricanes Hurricane’s", "defence defenses", "missile Missiles", "ceasefire cease-fires", "Zelensky Zelenskyy",
        "10,000 10000",
    )
)  # fmt: skip
"""Spellings and forms that find each other outside quotes."""
WORDS = (*SAME, *ALIKE)
BEGUN = {"missi*": ("missile", "missive"), "hurri*": ("hurricane",), "łód*": ("Łódź",), "Kyi*": ("Kyiv",)}

Report = tuple[tuple[str, ...], tuple[str, ...]]
"""The words of headline and summary, each by its first spelling."""


@dataclass(frozen=True)
class Meaning:
    """One of these runs of words. `left_out`: a minus stands before it."""

    typed: str
    runs: tuple[tuple[str, ...], ...]

    def said(self, report: Report) -> bool:
        return any(run == part[at : at + len(run)] for run in self.runs for part in report for at in range(len(part)))


@dataclass(frozen=True)
class Search:
    """Clauses that must all be met, each by one of its terms or groups; and terms that nothing may hold."""

    clauses: tuple[tuple[Meaning | Search, ...], ...]
    without: tuple[Meaning | Search, ...]

    @property
    def typed(self) -> str:
        return " ".join(
            [*(" OR ".join(map(_typed, one)) for one in self.clauses), *(f"-{_typed(one)}" for one in self.without)]
        )

    def said(self, report: Report) -> bool:
        return all(any(one.said(report) for one in clause) for clause in self.clauses)

    def refused(self) -> Iterator[Meaning]:
        """What a minus leaves out, in groups too."""
        for one in self.without:
            yield from one.every() if isinstance(one, Search) else (one,)
        for clause in self.clauses:
            for one in clause:
                if isinstance(one, Search):
                    yield from one.refused()

    def every(self) -> Iterator[Meaning]:
        for one in (*(one for clause in self.clauses for one in clause), *self.without):
            yield from one.every() if isinstance(one, Search) else (one,)


def _typed(one: Meaning | Search) -> str:
    return f"({one.typed})" if isinstance(one, Search) else one.typed


def _word(spellings: tuple[str, ...]) -> st.SearchStrategy[Meaning]:
    typed = st.sampled_from(spellings).filter(lambda typed: typed != "AND")  # which is no word
    return typed.flatmap(lambda one: st.sampled_from((one, one, f"{one}?", f"[{one}]"))).map(
        lambda one: Meaning(one, ((spellings[0],),))
    )


def _phrase(words: list[tuple[str, ...]], quotes: str, chance: random.Random) -> Meaning:
    typed = quotes[0] + " ".join(map(chance.choice, words)) + quotes[-1]
    return Meaning(typed, (tuple(one[0] for one in words),))


PHRASES = st.builds(
    _phrase,
    st.lists(st.sampled_from(SAME), min_size=1, max_size=3),
    st.sampled_from(('""', "“”", "«»")),
    st.randoms(use_true_random=False),
)
MEANINGS = st.one_of(
    st.sampled_from([one for one in WORDS if one[0] != "AND"]).flatmap(_word),
    PHRASES,
    st.sampled_from(sorted(BEGUN)).map(lambda typed: Meaning(typed, tuple((word,) for word in BEGUN[typed]))),
)


def _searches(parts: st.SearchStrategy[Meaning | Search], least: int) -> st.SearchStrategy[Search]:
    clause = st.lists(parts, min_size=1, max_size=2).map(tuple)
    return st.builds(
        Search, st.lists(clause, min_size=least, max_size=2).map(tuple), st.lists(parts, max_size=1).map(tuple)
    )


GROUPS = _searches(MEANINGS, 1)
SEARCHES = _searches(st.one_of(MEANINGS, MEANINGS, GROUPS), 0).filter(lambda one: bool(one.clauses or one.without))


@cache
def reports() -> dict[str, tuple[Report, str, str]]:
    """Key → (report, headline, summary)."""
    chance = random.Random(3)
    made = {}
    for n in range(80):
        report = tuple(chance.choices(WORDS, k=chance.choice((2, 4, 6)))), tuple(chance.choices(WORDS, k=5))
        headline, summary = (" ".join(map(chance.choice, part)) for part in report)
        made[str(n)] = (tuple(tuple(one[0] for one in part) for part in report), headline, summary)
    return made  # type: ignore[return-value]


@cache
def reports_by_id() -> dict[str, Report]:
    return {item(SOURCES[int(key) % 3], key, "").id: report for key, (report, _, _) in reports().items()}


@cache
def story_of(store: Store) -> dict[str, str | None]:
    """Id of an item → that of its story."""
    whole = StreamQuery("search", view="items", limit=500)
    return {one.id: one.story for one in store.reading.items(whole, int(NOW.timestamp()))[0]}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, ...]]:
    """Both backends with the same reports, some of them in stories of several."""
    stores = (archive(tmp_path_factory.mktemp("searching"), *SOURCES), postgres_archive(*SOURCES))
    for store in stores:
        for n, (key, (_, headline, summary)) in enumerate(reports().items()):
            source = SOURCES[n % 3]
            one = item(source, key, headline, summary=summary, published=ago(minutes=80 - n), url=f"https://x.example/{n // 2}",
                       canonical=f"https://x.example/{n // 2}")  # fmt: skip
            store.intake.apply([polled(source, [one], live=False)], NOW)
        edition(store, policy(), lambda: int(NOW.timestamp()))
    yield stores
    for store in stores:
        store.close()


@settings(max_examples=150, deadline=None)
@given(asked=SEARCHES)
def test_any_search_finds_what_it_means(told: tuple[Store, ...], asked: Search) -> None:
    try:
        words, without = terms(asked.typed)
    except QueryError:  # too many words
        assume(False)
    refused, now = tuple(asked.refused()), int(NOW.timestamp())
    known = reports_by_id()
    for store in told:
        story = story_of(store)
        bad = {id for id, report in known.items() if any(one.said(report) for one in refused)}
        good = {id for id, report in known.items() if asked.said(report)}
        wanted = Filter(words=words, without=without)
        items, _ = store.reading.items(StreamQuery("search", view="items", limit=500, filter=wanted), now)
        assert {one.id for one in items} == good - bad, asked.typed
        stories, _ = store.reading.stories(StreamQuery("search", limit=500, filter=wanted), now)
        assert {one.id for one in stories} == {story[id] for id in good} - {story[id] for id in bad}, asked.typed


SIGNS = (*'"“”()-*^{}~|+:;,.’ʼ_%½ª🤔ก中ـ \\', "\u0308", "\x00", " OR ", " AND ", "NEAR", "title:")


@settings(max_examples=150, deadline=None)
@given(typed=st.lists(st.sampled_from([*SIGNS, *(one for word in WORDS for one in word)]), max_size=8).map("".join))
def test_whatever_is_typed_finds_the_same_on_both(told: tuple[Store, ...], typed: str) -> None:
    try:
        words, without = terms(typed)
    except QueryError:
        assume(False)
    now, wanted = int(NOW.timestamp()), Filter(words=words, without=without)
    for view in ("stories", "items"):
        query = StreamQuery("search", view=view, filter=wanted)
        found, other = ([one.id for one in getattr(store.reading, view)(query, now)[0]] for store in told)
        assert found == other, typed
