"""What the grouping computes with arrays, compared with plain Python that computes the same."""

from __future__ import annotations

import random
from functools import cache
from importlib.resources import files
from itertools import combinations
from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from aggregator.model.story import KnownItem, Remembered
from aggregator.stories.arrays import highest
from aggregator.stories.batch_context import BatchContext, read
from aggregator.stories.candidate import Candidate
from aggregator.stories.comparison import KIN, Comparison
from aggregator.stories.decision import Grouping
from aggregator.stories.embeddings import DIMENSIONS, TITLE
from aggregator.stories.feature_cache import FeatureCache
from aggregator.stories.features import Features, grouped, packed, with_neighbours
from aggregator.stories.grouping import group
from aggregator.stories.locations import is_place
from aggregator.stories.matrix import matrix
from aggregator.stories.memory import Memory
from aggregator.stories.nomination import STEPS
from aggregator.stories.rarity import Rarity, listed
from aggregator.stories.similarity import DEEP, EVIDENCE, KEPT, NEAR, RIVALS, TELLING, evidence
from aggregator.stories.traits import traits as traits_of
from aggregator.stories.trees import complete
from aggregator.stories.tuning import TUNING
from aggregator.text.words import stem, word_id

WORDS = (
    "dam", "flood", "river", "Kherson", "breach", "village", "water", "troops", "minister", "parliament",
    "budget", "vote", "strike", "union", "wages", "rail", "harbour", "storm", "coast", "ferry",
    "rescue", "crew", "pilot", "airport", "runway", "snow", "gale",
)  # fmt: skip
SELDOM = (
    "12.7",
    "347",
    "1,483",
    "Tuesday",
    "Friday",
    "Sunday",
    "Izmir",
    "Uruguay",
    "Bergen",
)  # one item in ten or so has each
DAYS = frozenset(map(word_id, ("tuesday", "friday", "sunday")))
DAY = 86_400


def batch(seed: int, size: int = 40) -> list[Candidate]:
    chance = random.Random(seed)
    return [
        Candidate(
            n,
            " ".join([*chance.sample(WORDS, 7), *(word for word in SELDOM if chance.random() < 0.08)]),
            " ".join([*chance.choices(WORDS, k=chance.randrange(0, 15)), *chance.sample(SELDOM, chance.randrange(2))]),
            chance.choice(["", "Bugle", "Herald"]), None, 1_700_000_000 + n * 7_200, chance.choice([None, "en", "de"]),
        )
        for n in range(1, size + 1)
    ]  # fmt: skip


def reading(seed: int) -> BatchContext:
    return read(batch(seed), Memory(), FeatureCache())


def telling(one: Features, rarity: Rarity) -> dict[int, float]:
    """The words of an item that count, each with its weight in the cosine."""
    return {word: rarity[word] * (TITLE if word in one.title else 1.0) for word in one.words if rarity[word] >= TELLING}


@pytest.mark.parametrize("seed", range(5))
def test_evidence_is_what_it_says(seed: int) -> None:
    told = reading(seed)
    rarity, candidates = told.rarity, {one.item: one for one in told.new}
    rows = dict(Comparison(told).evidence())
    assert rows
    for (a, b), row in rows.items():
        one, other = told.features[a], told.features[b]
        mine, theirs = telling(one, rarity), telling(other, rarity)
        both = sorted((rarity[word] for word in mine.keys() & theirs.keys()), reverse=True)
        found = dict(zip((name for name, _ in EVIDENCE), row, strict=True))
        assert found["cosine"] == pytest.approx(cosine(told, a, b))
        assert (found["weight"], found["rarest"], found["second"]) == pytest.approx((sum(both), both[0], both[1]))
        shares = sorted(covered(x, y, rarity) for x, y in ((one, theirs), (other, mine)))
        assert (found["covered"], found["covers"]) == pytest.approx(tuple(shares))
        figures = [set(x.figures) & told_of.keys() for x, told_of in ((one, mine), (other, theirs))]
        assert found["figures"] == len(figures[0] & figures[1])
        assert found["other figures"] == bool(figures[0] and figures[1] and not figures[0] & figures[1])
        days = [mine.keys() & DAYS, theirs.keys() & DAYS]
        assert found["days"] == len(days[0] & days[1])
        assert found["other days"] == bool(days[0] and days[1] and not days[0] & days[1])
        places = [set(filter(place, told_of)) for told_of in (mine, theirs)]
        assert found["places"] == len(places[0] & places[1])
        lacking = [
            sum(rarity[word] for word in x.title if place(word) and word in own and word not in others)
            for x, own, others in ((one, mine, theirs), (other, theirs, mine))
        ]
        assert found["other places"] == pytest.approx(min(lacking))
        assert found["apart"] == pytest.approx(abs(candidates[a].at - candidates[b].at) / DAY)
        assert found["sense"] == pytest.approx(embedding_cosine(one, other, rarity))
        langs = {one.lang, other.lang} - {""}
        assert len(langs) < 2


def test_it_does_not_matter_which_item_of_a_pair_comes_first() -> None:
    """To the last bit: which does may depend on the order in which a store answers."""
    told = Comparison(reading(0))
    a, b, close, common = told._nominated
    a, b, close = a[common > 0], b[common > 0], close[common > 0]
    first, second = (evidence(told._vectors, told._around, *pair, close) for pair in ((a, b), (b, a)))
    assert len(first) > 100
    assert (first == second).all()


def test_kin_is_the_highest_probability_among_the_items_until_then() -> None:
    told = reading(0)
    compared, at = Comparison(told), {one.item: one.at for one in told.new}
    some = [compared.kin(item, before) for item in at for before in at.values()]
    compared.score_all(combinations(at, 2))
    assert not compared.twins | compared.numbered_apart | compared.announced, "these are similar, but are no one story"
    expected = [
        max(
            (
                one
                for other in at
                if other != item and at[other] <= before and (one := likely(compared, item, other)) >= KIN
            ),
            default=0.0,
        )
        for item in at
        for before in at.values()
    ]
    assert [compared.kin(item, before) for item in at for before in at.values()] == expected
    assert some != expected, "what is scored later counts, too"
    assert len(set(expected)) > len(at), "it depends on the time"


def likely(compared: Comparison, one: int, other: int) -> float:
    return compared.scores([one], [other])[0]


def test_all_evidence_but_language_occurs_in_what_it_is_compared_with() -> None:
    rows = np.array([row for seed in range(5) for _, row in Comparison(reading(seed)).evidence()])
    assert [name for (name, _), column in zip(EVIDENCE, rows.T, strict=True) if not np.ptp(column)] == []


@cache
def place(word: int) -> bool:
    return bool(is_place(np.array([word]))[0])


def embedding_cosine(one: Features, other: Features, rarity: Rarity) -> float:
    """The cosine of the sums of the embeddings of the words that count."""
    sums = []
    for each in (one, other):
        words = telling(each, rarity)
        weights = [TITLE if word in each.title else 1.0 for word in words]
        sums.append(np.array(weights) @ np.array([listed_embedding(word) for word in words]))
    length = float(np.linalg.norm(sums[0]) * np.linalg.norm(sums[1]))
    return max(0.0, float(sums[0] @ sums[1]) / length)


def listed_embedding(word: int) -> Any:
    """The row of a word in the file, 0 where it has none."""
    place, table = embeddings_listed()
    return table[place[word]].astype(float) if word in place else np.zeros(DIMENSIONS)


@cache
def embeddings_listed() -> tuple[dict[int, int], Any]:
    content = (files("aggregator.stories") / "data" / "embeddings.bin").read_bytes()
    stems, _ = listed()
    return {word: n for n, word in enumerate(stems.tolist())}, np.frombuffer(content, np.int8).reshape(-1, DIMENSIONS)


def covered(one: Features, others: dict[int, float], rarity: Rarity) -> float:
    """The share of one's headline that the other has."""
    title = [rarity[word] for word in one.title if rarity[word] >= TELLING]
    return sum(rarity[word] for word in one.title if word in others) / (sum(title) or 1)


def test_rivals_are_those_that_either_met_closer() -> None:
    told = reading(1)
    rows = dict(Comparison(told).evidence())
    names = [name for name, _ in EVIDENCE]
    pairs = {(min(a, b), max(a, b)) for a, others in told.near.items() for b in others}
    for name, closeness in (("rank", cosine), ("rank by sense", by_embedding)):
        near: dict[int, list[float]] = {item: [] for item in told.near}
        for a, b in pairs:
            close = closeness(told, a, b)
            near[a].append(close)
            near[b].append(close)
        for (a, b), row in rows.items():
            close = closeness(told, a, b) + 1e-9
            closer = sorted(min(KEPT, sum(other > close for other in near[item])) for item in (a, b))
            nearest = [sorted([*near[item], *[0.0] * KEPT], reverse=True) for item in (a, b)]
            crowded = sorted(sum(each[:NEAR]) / NEAR for each in nearest)
            contrast, margin = 2 * close - sum(crowded), close - max(each[DEEP - 1] for each in nearest)
            at = names.index(name)
            assert row[at : at + len(RIVALS)] == pytest.approx([*closer, *crowded, contrast, margin], abs=1e-6)


def by_embedding(told: BatchContext, a: int, b: int) -> float:
    return embedding_cosine(told.features[a], told.features[b], told.rarity)


def test_what_an_item_remembers_of_its_neighbours_counts_when_it_meets_new_ones() -> None:
    told = reading(4)
    first = Comparison(told)
    new, known = told.new[:20], told.new[20:]
    nears = dict(zip(told.features, first.near(), strict=True))
    kept = {one.item: with_neighbours(told.features[one.item].encode(), nears[one.item]) for one in known}
    again = replace(
        told,
        new=new,
        features={one.item: told.features[one.item] for one in new},
        encoded=told.encoded[:20],
        near={one.item: told.near[one.item] for one in new},
        known={one.item: KnownItem(kept[one.item], one.item, one.at, one.publisher) for one in known},
    )
    forgot = replace(
        again, known={item: one._replace(kept=told.features[item].encode()) for item, one in again.known.items()}
    )
    for name in ("crowded back", "crowded back by sense"):
        place = [name for name, _ in EVIDENCE].index(name)
        with_it, without = (sum(row[place] for _, row in Comparison(each).evidence()) for each in (again, forgot))
        assert with_it > without > 0


def test_words_that_stand_for_each_other_lie_close() -> None:
    def close(one: str, other: str) -> float:
        a, b = listed_embedding(word_id(stem(one))), listed_embedding(word_id(stem(other)))
        return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))

    assert close("sues", "lawsuit") > 0.5 > close("sues", "rainfall")
    assert close("floods", "rainfall") > 0.5 > close("floods", "parliament")


def test_each_word_of_the_background_has_its_embedding() -> None:
    """A background counted anew needs embeddings trained anew."""
    stems, _ = listed()
    content = (files("aggregator.stories") / "data" / "embeddings.bin").read_bytes()
    assert len(content) == len(stems) * DIMENSIONS


def test_who_says_only_words_that_are_not_listed_is_close_by_embedding_to_nobody() -> None:
    strange = [Candidate(n, "Xyzzy plugh frotz", "", "", None, n, "en") for n in (1, 2)]
    rows = dict(Comparison(read(strange, Memory(), FeatureCache())).evidence())
    assert [row[[name for name, _ in EVIDENCE].index("sense")] for row in rows.values()] == [0.0]


def cosine(told: BatchContext, a: int, b: int) -> float:
    one, other = told.features[a], told.features[b]
    if one.lang and other.lang and one.lang != other.lang:
        return 0.0
    mine, theirs = telling(one, told.rarity), telling(other, told.rarity)
    length = sqrt(sum(w * w for w in mine.values()) * sum(w * w for w in theirs.values()))
    return sum(mine[word] * theirs[word] for word in mine.keys() & theirs.keys()) / length


def test_who_shares_the_rarest_words_is_nominated_first() -> None:
    told = reading(2)
    posted: dict[int, set[int]] = {}
    for word, _, item in zip(*[each.tolist() for each in told.postings], strict=True):
        posted.setdefault(item, set()).add(word)
    for item, words in posted.items():
        weights = {
            word: round(
                told.rarity[word] * (TUNING.headline_weight if word in told.features[item].title else 1) * STEPS
            )
            for word in words
        }
        assert len(words) <= TUNING.index_words
        votes = {
            other: sum(weights[word] for word in words & theirs)
            for other, theirs in posted.items()
            if other != item and words & theirs
        }
        expected = sorted(votes, key=lambda other: (-votes[other], other))[: TUNING.max_nominees]
        assert list(told.near[item]) == expected


def test_a_word_that_too_many_have_nominates_nobody() -> None:
    many = [Candidate(n, "Zugspitze", "", "", None, n, "de") for n in range(TUNING.max_postings + 1)]
    assert not any(read(many, Memory(), FeatureCache()).near.values())
    assert all(read(many[1:], Memory(), FeatureCache()).near.values())


def test_of_known_items_that_share_as_much_the_oldest_are_nominated_whatever_their_numbers() -> None:
    """Numbers follow the order in which the items of a poll arrived."""
    known = [Candidate(n, "Zugspitze", "", "", None, 100 - n, "de") for n in range(TUNING.max_nominees + 5)]
    memory = Memory()
    memory.apply(known, group(known, memory))
    near = read([Candidate(100, "Zugspitze", "", "", None, 200, "de")], memory, FeatureCache()).near
    assert near == {100: [one.item for one in reversed(known)][: TUNING.max_nominees]}


def nested(depth: int) -> st.SearchStrategy[Any]:
    leaf = st.floats(-2, 2, allow_nan=False)
    if not depth:
        return leaf
    below = nested(depth - 1)
    return leaf | st.tuples(st.integers(0, 2), st.floats(-1, 1), below, below).map(list)


trees = nested(3)


@given(st.lists(trees, min_size=1, max_size=5), st.lists(st.tuples(*[st.floats(-1, 1)] * 3), min_size=1, max_size=5))
def test_complete_trees_say_what_the_nested_ones_do(forest: list[Any], rows: list[tuple[float, ...]]) -> None:
    def walk(node: Any, row: tuple[float, ...]) -> float:
        while isinstance(node, list):
            node = node[2] if row[node[0]] <= node[1] else node[3]
        return float(node)

    found = complete(forest, 0.5).odds(np.array(rows, dtype=float))
    assert found == pytest.approx([0.5 + sum(walk(tree, row) for tree in forest) for row in rows])


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 1000), st.integers(0, 50)), unique=True), st.integers(1, 4))
def test_the_highest_of_each_row(cells: list[tuple[int, int, int]], most: int) -> None:
    arrays = np.array(cells, dtype=np.int64).reshape(-1, 3).T
    found = list(zip(*(part.tolist() for part in highest(arrays[0], arrays[1], arrays[2], most)), strict=True))
    expected = [
        cell
        for row in range(5)
        for cell in sorted((cell for cell in cells if cell[0] == row), key=lambda cell: (-cell[1], cell[2]))[:most]
    ]
    assert found == expected


def test_the_rows_of_a_matrix_are_the_words_of_its_items() -> None:
    told = reading(3)
    kept = list(told.features.values())
    words = matrix(packed(told.encoded))
    for row, one in enumerate(kept):
        assert words.words(row) == {word: word in one.title for word in one.words}
    assert words.counts().sum() == sum(len(one.words) for one in kept)


def test_an_unheard_word_is_as_rare_as_can_be_and_none_weighs_nothing() -> None:
    rarity = Rarity(1_000_000, np.array([1, 3]), np.array([1, 1_000_000]))
    assert rarity[4] == rarity[2] == rarity[1] > rarity[3] > 0


def test_a_word_is_less_rare_the_more_known_items_have_it() -> None:
    memory, told = Memory(), batch(1)
    memory.apply(told, group(told, memory))
    news = replace(told[0], item=100)
    known = memory.frequencies(grouped(news).words)
    assert len(known) > 5
    rarity = read([news], memory, FeatureCache()).rarity
    for word in grouped(news).words:
        every = Rarity(len(told) + 1, np.array([word]), np.array([known.get(word, 0) + 1]))
        assert rarity[word] == every[word]


@st.composite
def features(draw: st.DrawFn) -> Features:
    bounds = st.sampled_from((0, 2**63 - 1))  # as `word_id` has them
    known = st.sampled_from([word_id(word) for word in ("flood", "monday", "pari", "ukrain", "nato", "said", "may")])
    ids = st.lists(bounds | known | st.integers(0, 2**63 - 1), max_size=5).map(tuple)
    title, lead = draw(ids), draw(ids)
    figures = tuple(word for word in title + lead if word % 3 == 0)  # the word alone says whether it is one
    lang, headline = draw(st.sampled_from(["", "en", "pt-BR"])), draw(st.integers(-(2**63), 2**63 - 1))
    names = frozenset(draw(st.lists(st.sampled_from(title), max_size=3)) if title else ())
    return Features(lang, title, lead, figures, headline, names)


@given(
    st.lists(features(), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
    st.integers(1, 8),
    st.integers(0, 60),
)
def test_a_feature_cache_has_what_the_history_keeps_whatever_was_put_there_before(
    kept: list[Features], chance: random.Random, most: int, most_words: int
) -> None:
    cache = FeatureCache(most, most_words)
    for _ in range(4):
        items = [chance.randrange(6) for _ in kept]
        items = list(dict.fromkeys(items))
        told = [chance.choice(kept) for _ in items]
        nears = [chance.randbytes(chance.randrange(2 * KEPT + 1)) for _ in items]
        rows = cache.rows(items, [with_neighbours(one.encode(), near) for one, near in zip(told, nears, strict=True)])
        most = max(most, len(items))
        assert rows.max() < most, "it holds no more than it may, or than one batch needs"
        words, traits = cache.matrix(rows)
        figures = set(words.ids[traits["figure"]].tolist())
        assert (traits == traits_of(words.ids, traits["figure"])).all()
        named = words.only(words.name)
        for row, one in enumerate(told):
            assert words.words(row) == {word: word in one.title for word in one.words}
            assert named.words(row).keys() == {word for word in one.words if word in one.names}
            assert {word for word in one.words if word in figures} >= set(one.figures) & set(one.words)
        near = cache.near(rows)
        assert [bytes(row.tolist()).rstrip(b"\0") for row in near] == [one.rstrip(b"\0") for one in nears]
        for numbers, value in ((cache.lang(rows), "lang"), (cache.headline(rows), "title")):
            values = [getattr(one, value) for one in told]
            assert [[a == b for b in numbers.tolist()] for a in numbers.tolist()] == [
                [a == b for b in values] for a in values
            ]
            assert [number == 0 for number in numbers.tolist()] == [not one for one in values]


def test_a_feature_cache_holds_few_items_if_each_has_words_of_its_own() -> None:
    """60,000 items of made-up words were 700 MB: it was limited by their number alone."""
    cache, each, most = FeatureCache(words=1000), 100, 0
    for item in range(100):
        start = item * each
        told = Features("en", tuple(range(start, start + each)), (), (), item, frozenset())
        rows = cache.rows([item], [told.encode()])
        most = max(most, int(rows.max()))
        assert cache.matrix(rows)[0].words(0) == dict.fromkeys(told.title, True)
    assert most == 999 // each, "one word is there from the beginning"


@given(
    st.lists(
        st.tuples(st.lists(features(), min_size=1, max_size=3), st.sampled_from(["cache", "other", None])), max_size=8
    )
)
def test_a_feature_cache_knows_how_often_words_occurred_whoever_stored_them_last(
    batches: list[tuple[list[Features], str | None]],
) -> None:
    """A batch may be stored by this process, by another one that took over (as many items, with other words), or not at all."""
    memory, cache = Memory(), FeatureCache()
    for number, (told, storing) in enumerate(batches):
        items = [number * 10 + n for n in range(len(told))]
        words, _ = cache.matrix(cache.rows(items, [one.encode() for one in told]))
        known = memory.frequencies(words.ids.tolist())
        assert cache.frequencies(words, memory).tolist() == [known.get(word, 0) for word in words.ids.tolist()]
        if storing:
            own = dict(zip(words.ids.tolist(), words.counts().tolist(), strict=True))
            counts = own if storing == "cache" else {word + 1: count for word, count in own.items()}
            memory.apply([], Grouping((), (), Remembered(frequencies=tuple(counts.items()), documents=len(told))))
        if storing == "cache":
            cache.stored()


@given(st.lists(features(), max_size=6), st.lists(st.binary(max_size=2 * KEPT), min_size=6, max_size=6))
def test_packed_items_are_the_features_they_were(kept: list[Features], nears: list[bytes]) -> None:
    read = packed([with_neighbours(one.encode(), near) for one, near in zip(kept, nears, strict=False)])
    assert read.words.tolist() == [word for one in kept for word in one.words]
    assert read.names.tolist() == [
        n < len(one.title) and word in one.names for one in kept for n, word in enumerate(one.words)
    ]
    assert read.titles.tolist() == [len(one.title) for one in kept]
    assert read.sizes.tolist() == [len(one.words) for one in kept]
    assert read.figures.tolist() == [word for one in kept for word in one.figures]
    assert (read.lang, read.near) == ([one.lang.encode() for one in kept], nears[: len(kept)])
    for one, headline in zip(kept, read.headlines, strict=True):
        assert [other == headline for other in read.headlines] == [one.title == other.title for other in kept]
