"""Whatever an archive goes through, nothing is lost, each story is what its items make of it, and who follows it is not misled:
news and corrections, edits of rules and overrides, kills between transactions, retention, in any order, on both backends."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import NOW, Store, archive, by_words, item, mean, policy, polled, postgres_archive
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from aggregator.model.item import Item
from aggregator.model.judgement import Judgement
from aggregator.model.story import Batch, EditionItem, Entry, Member, StoryState, StoryView
from aggregator.model.stream import StreamName, StreamQuery
from aggregator.pipeline.edition import edition
from aggregator.pipeline.override_index import OverrideIndex
from aggregator.pipeline.policy import Policy
from aggregator.pipeline.re_placement import re_place_all

SOURCES = ("alpha", "beta", "gamma")
DAY = 86_400
LATE = (
    900  # seconds after the first report, from which on a date of more than a day before the others counts for nothing
)
PAGE = 2  # of who asks for changes
EVENTS = (
    "Frigate Sachsen collides with freighter Bornholm near harbour",
    "Parliament of Lumio votes budget after night of protest",
    "Volcano Etna erupts and airport of Catania closes",
)
headlines = st.builds(
    lambda event, more: f"{event} {more}".strip(),
    st.sampled_from(EVENTS),
    st.sampled_from(("", "", "defense", "Europe", "NATO drones")),
)
words = st.sampled_from(
    ("", "An agency's words, which several outlets print.", "Words of its own, at some length: {}.")
)
places = st.integers(0, 1 << 20)  # of something known, modulo how much there is
passing = st.sampled_from((1, 60, 3600, DAY, 3 * DAY, 20 * DAY))


def otherwise(item: EditionItem) -> Judgement:
    """Rules after an edit."""
    found = tuple((name, 1.0) for name in ("europe", "asia-pacific") if name in item.title.lower())
    return Judgement(found[0][0] if found else "world", found or (("world", 0.0),), ())


class Killed(BaseException):
    """The process is gone, with what was not committed."""


class OnSqlite(RuleBasedStateMachine):
    both = False

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.stores: list[Store] = [archive(self.folder, *SOURCES)]
        if self.both:
            self.stores.append(postgres_archive(*SOURCES))
        self.now = int((NOW - timedelta(days=60)).timestamp())
        self.items: list[Item] = []
        self.judge: Callable[[EditionItem], Judgement] = by_words
        self.edits = 0
        self.overrides = OverrideIndex()
        self.ids: set[str] = set()
        self.entries: dict[str, Entry] = {}
        self.copy: dict[str, object] = {}
        self.asked = 0

    def teardown(self) -> None:
        for store in self.stores:
            store.close()
        shutil.rmtree(self.folder)

    @property
    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)

    @property
    def policy(self) -> Policy:
        return policy(self.judge, configuration=f"edit {self.edits}", overrides=self.overrides).at(self.now)

    def addresses(self, chosen: Sequence[int]) -> frozenset[str]:
        return frozenset(self.items[one % len(self.items)].canonical or "" for one in chosen)

    @initialize(words=words, at=st.none() | places)
    def a_day_of_news(self, words: str, at: int | None) -> None:
        """Else every other archive has next to nothing that could be merged, parted or pruned."""
        for source in SOURCES:
            self.news(source, [*EVENTS[:2]], words, 60, True, at)
        self.edition()

    @rule(
        source=st.sampled_from(SOURCES), told=st.lists(headlines, min_size=1, max_size=3), words=words, age=passing,
        live=st.booleans(), at=st.one_of(st.none(), st.none(), places),
    )  # fmt: skip
    def news(self, source: str, told: list[str], words: str, age: int, live: bool, at: int | None) -> None:
        new: list[Item] = []
        for title in told:
            key, moment = str(len(self.items) + len(new)), self.moment - timedelta(seconds=age)
            new.append(item(source, key, title, published=moment, summary=words.format(f"{title} {key}")))
        if at is not None and self.items:  # an address at which something is known
            known = self.items[at % len(self.items)]
            new[0] = replace(new[0], url=known.url, canonical=known.canonical)
        for store in self.stores:
            store.intake.apply([polled(source, new, live=live)], self.moment)
        self.items += new

    @precondition(lambda self: self.items)
    @rule(place=places, title=headlines, moves=st.booleans())
    def correction(self, place: int, title: str, moves: bool) -> None:
        place %= len(self.items)
        old, version = self.items[place], f"{self.now}"
        known, *_ = self.stores[0].intake.known([old.id])[old.id]
        moves &= self.stores[0].edition.items([known])[0].story is not None
        where = f"https://{old.source}.example/{old.key}/{version}" if moves else old.canonical
        new = replace(old, title=title, url=where, canonical=where, hash=f"{title} {version}")
        self.items[place] = new
        for store in self.stores:
            n, *_ = store.intake.known([new.id])[new.id]
            store.intake.apply([polled(new.source, changed=[(n, new)])], self.moment)

    @rule(seconds=passing)
    def time_passes(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def edition(self) -> None:
        for store in self.stores:
            edition(store, self.policy, lambda: self.now)

    @rule(transactions=st.integers(0, 3))
    def edition_that_is_killed(self, transactions: int) -> None:
        for store in self.stores:
            left, apply = [None] * transactions, store.edition.apply

            def dies(batch: Batch, left: list[None] = left, apply: Any = apply) -> None:
                if not left:
                    raise Killed
                left.pop()
                apply(batch)

            with pytest.MonkeyPatch.context() as patch, suppress(Killed):
                patch.setattr(store.edition, "apply", dies)
                self.follow(store)

    @rule(days=st.sampled_from((1, 10)), later=st.booleans())
    def prune(self, days: int, later: bool) -> None:
        self.now += later * (days * DAY + 1)
        for store in self.stores:
            store.upkeep.prune(self.now, days * DAY, {})

    def edit(self, **more: Any) -> None:
        self.edits += 1
        self.overrides = replace(self.overrides, **more)
        for store in self.stores:
            store.upkeep.put_in_force(f"edit {self.edits}", {"feeds.yaml": str(self.edits)}, self.now)

    @rule(rules=st.sampled_from((by_words, otherwise)))
    def edit_of_rules(self, rules: Any) -> None:
        self.judge = rules
        self.edit()

    @precondition(lambda self: self.items)
    @rule(key=st.sampled_from(("hidden", "apart", "joined", "pins")), chosen=st.lists(places, max_size=3))
    def edit_of_overrides(self, key: str, chosen: list[int]) -> None:
        named = self.addresses(chosen)
        edits: dict[str, Any] = {
            "hidden": named, "apart": named, "joined": (named,) if len(named) > 1 else (),
            "pins": tuple((one, "defense", self.now + DAY) for one in sorted(named)),
        }  # fmt: skip
        self.edit(**{key: edits[key]})
        said = self.overrides  # `split` outweighs `join`, as in feeds.yaml
        self.overrides = replace(said, joined=tuple(group - said.apart for group in said.joined))

    @precondition(lambda self: self.items)
    @rule(chosen=st.lists(places, min_size=2, max_size=3))
    def join(self, chosen: list[int]) -> None:
        """Which the rule before rarely does: it takes two articles at different addresses."""
        self.now += 60
        self.edit_of_overrides("joined", chosen)
        self.all_follow_the_edits()

    def follow(self, store: Store) -> None:
        edition(store, self.policy, lambda: self.now)
        re_place_all(store, self.policy, lambda: self.now, lambda: True)

    @rule()
    def all_follow_the_edits(self) -> None:
        for store in self.stores:
            self.follow(store)
            meant = self.policy.with_stored(store, self.now)
            items, states, members = self.archived(store)
            assert store.edition.pending() == []
            for one in items:
                assert one.hidden == meant.overrides.hides(one)
            for n, state in states.items():
                self.as_the_rules_say(state, members[n], meant)
            homes = store.edition.placed_at(meant.overrides.joined_or_apart)
            apart = {n for address in meant.overrides.apart for n in homes.get(address, ())}
            for n in apart:
                assert {member.item.n for member in members[next(i.story for i in items if i.n == n) or 0]} <= apart
            for group in meant.overrides.joined:
                assert len({home for one in group for n, home in homes.get(one, {}).items() if n not in apart}) <= 1
            self.follow(store)
            assert self.archived(store) == (items, states, members), "twice is once"

    def as_the_rules_say(self, state: StoryState, members: list[Member], meant: Policy) -> None:
        shown = [member for member in members if not member.item.hidden] or members
        for member in members:
            assert member.item.pruned or member.judgement == meant.judge(member.item)
        pinned = [one for member in shown if (one := meant.overrides.sections.get(member.item.canonical or ""))]
        section = mean([(member.counted_as, member.judgement) for member in shown])[0][0]
        assert state.section == (pinned[0] if pinned else section)

    def archived(self, store: Store) -> tuple[list[EditionItem], dict[int, StoryState], dict[int, list[Member]]]:
        known = store.intake.known([one.id for one in self.items])
        items = store.edition.items([one.number for one in known.values()])
        stories = {one.story for one in items if one.story is not None}
        return items, store.edition.stories(stories), store.edition.members(stories)

    @invariant()
    def all_is_well(self) -> None:
        held = [(*self.archived(store), store.edition.pending()) for store in self.stores]
        assert all(one == held[0] for one in held), "both backends hold the same"
        items, states, members, waiting = held[0]
        assert len(items) == len(self.items)
        assert all(one.story in states or one.n in waiting for one in items)
        assert states.keys() == members.keys()
        for n, state in states.items():
            self.is_what_its_items_make(state, members[n])
            before = self.entries.get(state.id, state.entry)
            assert state.entry == before or state.entry.updated > before.updated
        self.entries |= {state.id: state.entry for state in states.values()}
        self.addresses_are_for_good(states.values())
        self.who_asks_for_changes_has_them_all()

    def is_what_its_items_make(self, state: StoryState, members: list[Member]) -> None:
        shown = [member for member in members if not member.item.hidden]
        told = shown or members
        assert state.id in [member.item.id for member in members if member.item.n == state.n]
        assert state.hidden == (not shown)
        first = min(member.item.first_seen for member in told)
        began = min(member.item.at for member in told if member.item.first_seen <= first + LATE)
        assert state.published == min(member.item.at for member in told if member.item.at >= began - DAY)
        names, times = zip(*state.publishers, strict=True)
        assert sorted(set(names)) == sorted(names)
        assert list(times) == sorted(times)
        assert set(names) <= {member.counted_as for member in told}
        sections = {state.section, *(section for section, _ in state.scores)}
        stands = {StreamName("section", id) for id in sections} | {StreamName("topic", id) for id in state.topics}
        assert {one.stream for one in state.streams if one.active} == (set() if state.hidden else stands)

    def addresses_are_for_good(self, states: Iterable[StoryState]) -> None:
        here = {state.id: state.hidden for state in states}
        self.ids |= here.keys()
        for id in self.ids:
            found = self.stores[0].reading.story(id)
            if id in here:
                assert here[id] if found is None else isinstance(found, StoryView) and found.id == id
            else:
                assert found in here, "it leads to the story that it became part of"

    def who_asks_for_changes_has_them_all(self) -> None:
        reading, before = self.stores[0].reading, None
        query = StreamQuery("search", limit=PAGE, changed_since=self.asked)
        while changed := reading.stories(replace(query, before=before), self.now)[0]:
            self.copy |= {story.id: _told(story) for story in changed}
            self.asked = int(changed[-1].entered.timestamp())  # in this list the time of the change
            before = self.asked, changed[-1].n
        for story in reading.stories(replace(query, limit=500, changed_since=None), self.now)[0]:
            assert self.copy[story.id] == _told(story)


def _told(story: StoryView) -> object:
    return story.entry, story.section, story.scores, story.topics, story.published


class OnBoth(OnSqlite):
    both = True


TestOnSqlite, TestOnBoth = OnSqlite.TestCase, OnBoth.TestCase
TestOnSqlite.settings = settings(max_examples=15, stateful_step_count=30, deadline=None)
TestOnBoth.settings = settings(max_examples=3, stateful_step_count=30, deadline=None)
