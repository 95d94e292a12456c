"""The edition: items that wait → stories in sections and topics, in batches, each one transaction of the store."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aggregator.errors import StoreError
from aggregator.model.joining import Joining
from aggregator.model.judgement import Judgement
from aggregator.model.story import Batch, Member, Merge, PendingItem, Placed, StoryState
from aggregator.pipeline.category_topics import stored_topics, with_category_topics
from aggregator.pipeline.compose import compose
from aggregator.pipeline.history import StoredHistory, remembered
from aggregator.pipeline.judging import folded, placed, rejudged
from aggregator.pipeline.merging import survivor
from aggregator.pipeline.moved import following
from aggregator.pipeline.overrides import APART, JOINED, overrule, overruled
from aggregator.pipeline.policy import Policy
from aggregator.pipeline.regrouping import Without, alone, regrouped
from aggregator.ports import Archive
from aggregator.stories import Candidate, Grouping, History, Join

if TYPE_CHECKING:
    from aggregator.stories import FeatureCache

BATCH = 4000
"""Items a step takes: enough to share the work of looking things up, few enough to commit often."""


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EditionReport:
    """`delays`: seconds from publication to being placed, of items that came as news and told when they were
    published. `set_aside`: items on which the edition failed."""

    items: int = 0
    stories: int = 0  # new ones
    delays: tuple[int, ...] = ()
    set_aside: frozenset[int] = frozenset()


def edition(
    archive: Archive,
    policy: Policy,
    now: Callable[[], int],
    progress: Callable[[int, int], None] = lambda done, of: None,
    proceed: Callable[[], bool] = lambda: True,
    *,
    aside: frozenset[int] = frozenset(),
    cache: FeatureCache | None = None,
) -> EditionReport:
    """Place everything that waits, but for the items `aside`. The caller holds the lease; `proceed` is asked before
    each batch. Who makes one edition after the other hands the same `cache` to each."""
    policy = _informed(policy, archive, now())
    if policy.pins and proceed():
        unpin(archive, policy, now())
    waiting = [n for n in archive.edition.pending() if n not in aside]
    report = EditionReport()
    if waiting and cache is None:
        cache = _feature_cache()
    for start in range(0, len(waiting), BATCH):
        if not proceed():
            break
        with collector_at_rest():
            items = archive.edition.items(waiting[start : start + BATCH])
            report = added(report, _settle(archive, policy, items, now(), cache))
        progress(report.items + len(report.set_aside), len(waiting))
    return report


def _informed(policy: Policy, archive: Archive, now: int) -> Policy:
    """The policy with what the store knows: topics found, and where the articles of the editor's word have moved."""
    return following(with_category_topics(policy.at(now), stored_topics(archive)), archive.edition)


def get_ready(policy: Policy) -> None:
    """Import, read and compile what the first batch would have to wait for."""
    from aggregator.stories import Memory, group

    policy.spoken_for("")  # compiles the rules
    group([Candidate(n, "Two outlets tell of one event", "", f"outlet {n}", None, 0, "en") for n in (1, 2)], Memory())


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """A batch makes hundreds of thousands of values that live to its end and hold no cycles: walking them again and
    again in search of garbage would cost a fifth of its time. They go by their counts of references."""
    resting = not gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not resting:
            gc.enable()


def _feature_cache() -> FeatureCache:
    from aggregator.stories import (
        FeatureCache,  # brings numpy and scipy, for which an edition without news need not wait
    )

    return FeatureCache()


def _settle(
    archive: Archive, policy: Policy, items: Sequence[PendingItem], now: int, cache: FeatureCache | None
) -> EditionReport:
    """A step; where it fails for a reason that nobody foresaw, half by half, until what it fails on is found: one item
    must not hold up all others. It stays among those that wait, for a program that can read it."""
    try:
        founded = step(archive, policy, items, now, cache)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 (logged below)
        failure = error
    else:
        news = [item for item in items if item.live and item.story is None and item.at < item.first_seen]
        return EditionReport(len(items), founded, tuple(max(0, now - item.at) for item in news))
    # Out of the handler, so that the log tells the one failure and not all that led to it.
    if len(items) == 1:
        log.error("item %d of %s is set aside", items[0].n, items[0].source, exc_info=failure)
        return EditionReport(set_aside=frozenset({items[0].n}))
    middle = len(items) // 2
    first, second = (_settle(archive, policy, half, now, cache) for half in (items[:middle], items[middle:]))
    return added(first, second)


def added(one: EditionReport, other: EditionReport) -> EditionReport:
    """What two editions did together."""
    return EditionReport(
        one.items + other.items,
        one.stories + other.stories,
        one.delays + other.delays,
        one.set_aside | other.set_aside,
    )


def step(
    archive: Archive, policy: Policy, items: Sequence[PendingItem], now: int, cache: FeatureCache | None = None
) -> int:
    """One batch: judge, group, compose, apply. Returns the number of stories founded."""
    seen = [folded(item, policy) for item in items]
    judged = {item.n: policy.judge(item) for item in seen}
    candidates, grouping = _grouped(archive, policy, seen, cache)
    joins = {join.item: join for join in grouping.joins}
    home = _homes(seen, grouping)
    merges = [Merge(merge.older, merge.younger) for merge in grouping.merges]
    plan = _Plan(archive, policy, home, merges)
    if behind := [n for n, state in plan.states.items() if state.epoch != policy.epoch]:
        # What goes on right after an edit of the rules follows them as a whole, and stands where it would have stood.
        placed_anew(archive, policy, behind, now)
        plan = _Plan(archive, policy, home, merges)
    stories = plan.stories(seen, judged, now)
    archive.edition.apply(
        Batch(
            placed=tuple(
                placed(Member(item, judged[item.n]), home[item.n], policy, _why(join), _joining(join))
                for item in seen
                for join in [joins.get(item.n)]
            ),
            stories=tuple(stories),
            merges=tuple(plan.merges),
            memory=remembered(candidates, grouping),
            epoch=policy.epoch,
            now=now,
        )
    )
    return sum(join.reason == "founder" for join in grouping.joins)


def _grouped(
    archive: Archive, policy: Policy, items: Sequence[PendingItem], cache: FeatureCache | None
) -> tuple[list[Candidate], Grouping]:
    """Which stories the items tell: new ones, and those that are a story by themselves and say something else now. With the
    candidates that the grouping was given; it does not see what the editor sets apart."""
    from aggregator.stories import group

    fresh = [item for item in items if item.story is None]
    again = [item for item in alone(items, archive) if item.canonical not in policy.apart]
    candidates = [candidate(item) for item in [*fresh, *again] if item.canonical not in policy.apart]
    known_alone = {item.n for item in again}
    history: History = StoredHistory(archive.past)
    if known_alone:
        history = Without(history, known_alone)
    grouping = regrouped(group(candidates, history, cache=cache), known_alone, {item.n for item in fresh})
    if policy.apart or policy.joined:
        grouping = overruled(grouping, fresh, archive, policy)
    return candidates, grouping


def candidate(item: PendingItem) -> Candidate:
    return Candidate(item.n, item.title, item.summary, item.publisher, item.canonical, item.at, item.lang)


def re_place(archive: Archive, policy: Policy, now: int, limit: int = 500) -> int:
    """Judge stored stories anew after an edit of the rules or an upgrade, newest first; returns how many were done.
    Nothing is announced: a story stands in each stream where it would have stood."""
    policy = _informed(policy, archive, now)
    overrule(archive, policy, now)
    numbers = archive.edition.outdated(policy.epoch, limit)
    placed_anew(archive, policy, numbers, now)
    return len(numbers)


def unpin(archive: Archive, policy: Policy, now: int) -> None:
    """Stories whose pin is over, which nobody's edit tells, go where their words put them. Again, it changes nothing."""
    over = {address for address, _, over in policy.pins if over and over <= now} - policy.pinned.keys()
    homes = {home for found in archive.edition.addressed(over).values() for home in found.values()} if over else ()
    states, members = archive.edition.stories(homes), archive.edition.members(homes)

    def elsewhere(n: int, state: StoryState) -> bool:
        again = [rejudged(member, policy) for member in members[n]]
        return compose(n, again, state, policy, joined=(), now=now, replacing=True).scores != state.scores

    if turned := [n for n, state in states.items() if elsewhere(n, state)]:
        placed_anew(archive, policy, turned, now)


def placed_anew(archive: Archive, policy: Policy, numbers: Collection[int], now: int) -> None:
    """Judge these stories anew."""
    states = archive.edition.stories(numbers)
    places: list[Placed] = []
    stories: list[StoryState] = []
    for n, members in archive.edition.members(numbers).items():
        again = [rejudged(member, policy) for member in members]
        stories.append(compose(n, again, states[n], policy, joined=(), now=now, replacing=True))
        places += [placed(member, n, policy) for member in again]
    archive.edition.apply(Batch(placed=tuple(places), stories=tuple(stories), epoch=policy.epoch, now=now, anew=True))


def _homes(items: Iterable[PendingItem], grouping: Grouping) -> dict[int, int]:
    """Item → the story that holds it after all merges."""
    into = {merge.younger: merge.older for merge in grouping.merges}
    home = {join.item: survivor(into, join.story) for join in grouping.joins}
    home.update({item.n: survivor(into, item.story) for item in items if item.story is not None})
    return home


class _Plan:
    """The stories a batch touches, before and after."""

    def __init__(self, archive: Archive, policy: Policy, home: dict[int, int], merges: Sequence[Merge]) -> None:
        self.policy = policy
        self.home = home
        self.into = {merge.younger: merge.older for merge in merges}
        touched = set(home.values()) | set(self.into) | set(self.into.values())
        self.states = archive.edition.stories(touched)
        self.known = archive.edition.members(self.states)
        self.merges = [
            Merge(survivor(self.into, merge.older), merge.younger) for merge in merges if merge.younger in self.states
        ]

    def stories(self, items: Sequence[PendingItem], judged: dict[int, Judgement], now: int) -> list[StoryState]:
        members: dict[int, dict[int, Member]] = {}
        for story, known in self.known.items():
            for member in known:
                item = folded(member.item, self.policy)
                members.setdefault(survivor(self.into, story), {})[item.n] = replace(member, item=item)
        joined = {item.n for item in items if item.story is None}
        for item in items:
            members.setdefault(self.home[item.n], {})[item.n] = Member(item, judged[item.n])
        absorbed: dict[int, list[StoryState]] = {}
        for merge in self.merges:
            absorbed.setdefault(merge.older, []).append(self.states[merge.younger])
        return [
            compose(
                story,
                sorted(of.values(), key=lambda m: m.order),
                self.states.get(story),
                self.policy,
                joined=joined,
                now=now,
                absorbed=absorbed.get(story, ()),
            )
            for story, of in sorted(members.items())
        ]


def _why(join: Join | None) -> str:
    """In short, why an item is in its story."""
    if join is None or join.reason == "founder":
        return "founder" if join else ""
    if join.reason in (APART, JOINED):
        return join.reason
    words = f": {', '.join(join.shared[:6])}" if join.shared else ""
    return f"{join.reason} {join.score:.2f}{words}"


def _joining(join: Join | None) -> Joining | None:
    """… and in full; nothing where no other story came near."""
    if join is None or (join.reason == "founder" and join.runner_up is None):
        return None
    return Joining(join.reason, join.score, join.shared, join.vetoes, join.runner_up, join.runner_up_score)
