from __future__ import annotations

from collections.abc import Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from aggregator.stories.candidate import Candidate
from aggregator.stories.feature_cache import FeatureCache
from aggregator.stories.features import encoded_identifiers, features, packed
from aggregator.stories.grouping import group
from aggregator.stories.memory import Memory
from aggregator.text.headline import bare_lead, bare_title

DAY, HOUR = 86_400, 3_600
TEXT = """kakhovka dam flood kherson dnipro breach villages minister budget vote parliament strike railway union
earthquake izmir rescue hospital grain harvest export sanction tanker oil refinery drone airport"""
WORDS = TEXT.split()
sentences = st.lists(st.sampled_from(WORDS), min_size=0, max_size=9).map(" ".join)
items = st.builds(
    Candidate,
    item=st.just(0),
    title=sentences,
    summary=sentences,
    publisher=st.sampled_from(("Bugle", "Herald", "Post")),
    canonical=st.one_of(st.none(), st.sampled_from(("https://a.example/1", "https://a.example/2"))),
    at=st.integers(0, 400).map(lambda hours: hours * HOUR),
    lang=st.sampled_from((None, "en", "de")),
)


def numbered(found: Sequence[Candidate]) -> list[Candidate]:
    """In order of time, as every caller hands them over; keys follow."""
    ordered = sorted(found, key=lambda one: one.at)
    return [
        Candidate(n, one.title, one.summary, one.publisher, one.canonical, one.at, one.lang)
        for n, one in enumerate(ordered, 1)
    ]


def replay(batches: Sequence[Sequence[Candidate]]) -> Memory:
    memory = Memory()
    for batch in batches:
        memory.apply(batch, group(batch, memory))
    return memory


def cut(found: Sequence[Candidate], size: int) -> list[Sequence[Candidate]]:
    return [found[start : start + size] for start in range(0, len(found), size)]


@settings(max_examples=25, deadline=None)
@given(st.lists(items, max_size=24), st.integers(1, 9))
def test_every_item_is_in_exactly_one_story(found: list[Candidate], size: int) -> None:
    given_ = numbered(found)
    memory = Memory()
    founders: set[int] = set()
    for batch in cut(given_, size):
        decided = group(batch, memory)
        assert sorted(join.item for join in decided.joins) == sorted(one.item for one in batch)
        assert all(0 <= join.score <= 1 and 0 <= join.runner_up_score <= 1 for join in decided.joins)
        fresh = {join.story for join in decided.joins if join.reason == "founder"}
        assert not fresh & founders, "a key was used again"
        founders |= fresh
        before = sum(map(len, memory.stories().values()))
        memory.apply(batch, decided)
        assert sum(map(len, memory.stories().values())) == before + len(batch), "a merge lost or doubled an item"
    held = [item for members in memory.stories().values() for item in members]
    assert sorted(held) == [one.item for one in given_]
    assert all(memory.story(item) == story for story, members in memory.stories().items() for item in members)
    assert set(memory.stories()) <= founders, "a story bears the key of its founder"


@settings(max_examples=25, deadline=None)
@given(st.lists(items, min_size=20, max_size=40), st.lists(items, min_size=1, max_size=6), st.integers(6, 20))
def test_an_old_item_changes_nothing_for_what_arrives_with_it(
    earlier: list[Candidate], batch: list[Candidate], days: int
) -> None:
    """It has no words here, so that it does not change how rare words are, and joins nothing."""
    memory = replay([numbered(earlier)])
    now = 16 * DAY
    news = [replace(one, item=n, at=now + n) for n, one in enumerate(batch, 100)]
    old = Candidate(99, "", "", "Gazette", None, now, None)
    just_before = news[0].at - 1  # not at `now`: the window would begin earlier, maybe with one more known item
    recent, late = (group([replace(old, at=at), *news], memory) for at in (just_before, now - days * DAY))
    assert late.joins == recent.joins
    assert late.merges == recent.merges


@settings(max_examples=25, deadline=None)
@given(st.lists(items, max_size=24), st.integers(1, 12), st.randoms(use_true_random=False))
def test_order_inside_a_batch_does_not_matter(found: list[Candidate], size: int, chance: Random) -> None:
    memory = Memory()
    for batch in cut(numbered(found), size):
        decided = group(batch, memory)
        assert group(chance.sample(batch, len(batch)), memory) == decided
        memory.apply(batch, decided)


@settings(max_examples=20, deadline=None)
@given(st.lists(items, max_size=24), st.integers(1, 9), st.integers(1, 30))
def test_a_feature_cache_changes_no_decision(found: list[Candidate], size: int, most: int) -> None:
    memory, cache = Memory(), FeatureCache(most)
    for batch in cut(numbered(found), size):
        decided = group(batch, memory)
        assert group(batch, memory, cache=cache) == decided
        memory.apply(batch, decided)
        cache.stored()


@settings(max_examples=100, deadline=None)
@given(
    st.text(max_size=200) | st.from_regex(r"(Episode [0-9]{2}:|[0-9]\.[0-9]|Will visit|Visits) .*", fullmatch=True),
    st.text(max_size=400),
    st.sampled_from((None, "en", "fr", "xx")),
)
def test_any_text_has_features_that_survive_the_store(title: str, summary: str, lang: str | None) -> None:
    kept = features(Candidate(1, title, summary, "Bugle", None, 0, lang))
    read = packed([kept.encode()])
    assert read.words.tolist() == [*kept.words] and read.titles.tolist() == [len(kept.title)]
    assert read.names.tolist() == [n < len(kept.title) and word in kept.names for n, word in enumerate(kept.words)]
    assert read.figures.tolist() == [*kept.figures, *[~one for one in kept.identifiers]]
    numbers, acts = encoded_identifiers(kept.encode())
    assert (numbers | acts, read.lang) == (frozenset(kept.identifiers), [kept.lang.encode()])
    assert 0 <= kept.headline < 2**63
    assert len(bare_title(title)) <= len(title)
    assert len(bare_lead(summary)) <= len(summary)
