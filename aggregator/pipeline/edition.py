"""The edition: places waiting items into stories, sections and topics. It works in batches, each in one transaction of the store."""

from __future__ import annotations

import gc
import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from aggregator.errors import StoreError
from aggregator.model import notes
from aggregator.model.joining import Joining
from aggregator.model.judgement import Judgement
from aggregator.model.story import Batch, EditionItem, Member, Merge, StoryState
from aggregator.pipeline.announcing import Change
from aggregator.pipeline.compose import compose
from aggregator.pipeline.grouping import grouped
from aggregator.pipeline.overrides import overrule, survivor
from aggregator.pipeline.policy import Policy
from aggregator.pipeline.re_placement import re_place_stories, undoes, unpin
from aggregator.pipeline.rewriting import rewritten
from aggregator.pipeline.stored_at import stories_at
from aggregator.ports import Archive
from aggregator.stories.candidate import Candidate
from aggregator.stories.decision import Grouping, Join

if TYPE_CHECKING:
    from aggregator.stories.feature_cache import FeatureCache

BATCH = 4000
"""Items in a batch: enough to share the cost of look-ups, few enough to commit often."""

log = logging.getLogger(__name__)


class EditionReport(Struct, frozen=True):
    """What an edition did. `delays`: seconds from publication to placement of each new item with a publication time. `set_aside`:
    items that could not be placed because of an error."""

    items: int = 0
    stories: int = 0  # new ones
    delays: tuple[int, ...] = ()
    set_aside: frozenset[int] = frozenset()

    def __add__(self, other: EditionReport) -> EditionReport:
        items, stories = self.items + other.items, self.stories + other.stories
        return EditionReport(items, stories, self.delays + other.delays, self.set_aside | other.set_aside)


def edition(
    archive: Archive,
    policy: Policy,
    now: Callable[[], int],
    progress: Callable[[EditionReport, int], None] = lambda so_far, of: None,
    proceed: Callable[[], bool] = lambda: True,
    *,
    skip: frozenset[int] = frozenset(),
    cache: FeatureCache | None = None,
) -> EditionReport:
    """Place all waiting items except `skip`. The caller must hold the lease of the edition. `proceed` is called before each batch; the
    edition ends if it returns False. `now` returns epoch seconds. `progress` gets (what is done so far, items in total). Passing the same
    `cache` to successive editions saves time."""
    configured, policy = policy, policy.with_stored(archive, now())
    _re_place_overruled(archive, policy, now, proceed)
    waiting = [n for n in archive.edition.pending() if n not in skip]
    report = EditionReport()
    if waiting and cache is None:
        # here, since it imports numpy and scipy, which an edition without news does not need
        from aggregator.stories.feature_cache import FeatureCache

        cache = FeatureCache()
    for start in range(0, len(waiting), BATCH):
        if not proceed():
            break
        with gc_paused():
            numbers, overruled = waiting[start : start + BATCH], policy.overrides.in_effect
            items = archive.edition.items(numbers)
            coming = [one for one in items if one.canonical in overruled]
            if coming and not undoes(archive, policy):
                policy = _with_coming(archive, configured, policy, coming, now)
                items = archive.edition.items(numbers)  # those that were placed before may be in other stories now
            report += _place_or_split(archive, policy, items, now, cache)
        progress(report, len(waiting))
    return report


def _re_place_overruled(archive: Archive, policy: Policy, now: Callable[[], int], proceed: Callable[[], bool]) -> None:
    """Re-place the stored stories whose overrides apply otherwise than when they were placed. A process that lags would thereby
    undo (see `undoes`) what was done by the overrides and rules in force."""
    overrides = policy.overrides
    if not overrides.named or undoes(archive, policy):
        return
    outdated = bool(archive.edition.outdated(policy.epoch, 1))
    if overrides.joined_or_apart and outdated and proceed():
        # This comes before expired pins and any news: these also re-place the outdated stories that they touch. If these were all, nothing
        # would be outdated afterwards, and the overrides would never be applied.
        with _no_news_waiting("what the editor joined and split"):
            overrule(archive, policy, now)
    if overrides.pins and proceed():
        with _no_news_waiting("what was pinned"):
            unpin(archive, policy, now)
    if overrides.stale and not outdated and proceed():
        # An article has moved on, or to what is a page of several.
        with _no_news_waiting("what was hidden"):
            re_place_stories(archive, policy, overrides.stale, now)


def note_set_aside(archive: Archive, numbers: Collection[int]) -> None:
    """Note how many items of each source were set aside, for the counts of held-back items. The items themselves stay in `pending`, so a
    new process tries them again."""
    held = Counter(item.source for item in archive.edition.items(sorted(numbers)))
    if held != (archive.upkeep.noted(notes.SET_ASIDE) or {}):
        archive.upkeep.note(notes.SET_ASIDE, dict(held))


def _with_coming(
    archive: Archive, configured: Policy, policy: Policy, coming: Collection[EditionItem], now: Callable[[], int]
) -> Policy:
    """The policy with the waiting items that are `coming` to addresses by which articles are overruled. Whose article is there, or where it
    went, may become doubtful by them, or clear: then the stories there follow, and not only after the next edit. They do so before these
    items are placed: if the process is killed in between, the items still wait."""
    following = configured.with_stored(archive, now(), coming)
    anew = replace(following.overrides, stale=policy.overrides.stale) != policy.overrides
    # If new items change nothing, nothing there is judged: it may be all that an outlet tells on one page. Where stored items went, the
    # policy knew already.
    moved = {one.canonical for one in coming if one.story is not None}
    meant = {one.canonical for one in coming if one.canonical and (anew or one.canonical in moved)}
    changed = policy.overrides.in_effect ^ following.overrides.in_effect
    with _no_news_waiting("what is where an article went"):
        if anew or not following.overrides.joined_or_apart.isdisjoint(moved):
            overrule(archive, following, now)
        # The stories of those that are coming are composed with them.
        if there := stories_at(archive.edition, changed.union(meant)) - {one.story for one in coming}:
            re_place_stories(archive, following, there, now)
    return following


@contextmanager
def _no_news_waiting(stories: str) -> Iterator[None]:
    """A context in which stored stories are re-placed. If one of them cannot be judged, they stay as they are, but news is placed."""
    try:
        yield
    except StoreError:
        raise
    except Exception:
        log.exception("%s could not be re-placed", stories)


def warm_up(policy: Policy) -> None:
    """Import, load and compile everything that the first batch needs."""
    from aggregator.stories.grouping import group
    from aggregator.stories.memory import Memory

    told = [Candidate(n, "Two outlets tell of one event", "", f"outlet {n}", None, 0, "en") for n in (1, 2)]
    with gc_paused():
        policy.categories.spoken_for("")  # compiles the rules
        group(told, Memory())


@contextmanager
def gc_paused() -> Iterator[None]:
    """Pause the cyclic garbage collector. A batch creates hundreds of thousands of objects that live until its end and form no cycles.
    Traversing them repeatedly would take a fifth of its time; reference counting frees them anyway."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _place_or_split(
    archive: Archive, policy: Policy, items: Sequence[EditionItem], now: Callable[[], int], cache: FeatureCache | None
) -> EditionReport:
    """Place a batch. If that fails unexpectedly, place its halves, and so on, until the item that causes the failure is found: one item
    must not hold up all others. That item keeps waiting, for a version of the program that can place it."""
    began = now()
    try:
        founded = step(archive, policy, items, now, cache)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 (logged below)
        failure = error
    else:
        news = [item for item in items if item.live and item.story is None and item.at < item.first_seen]
        return EditionReport(len(items), founded, tuple(max(0, began - item.at) for item in news))
    # Outside of the `except` block, so that the log shows only this failure and no chained exceptions.
    if len(items) == 1:
        log.error("item %d of %s is set aside", items[0].n, items[0].source, exc_info=failure)
        return EditionReport(set_aside=frozenset({items[0].n}))
    middle = len(items) // 2
    report = EditionReport()
    for half in (items[:middle], items[middle:]):
        anew = archive.edition.items([one.n for one in half])  # the first half may have merged stories of the second
        report += _place_or_split(archive, policy, anew, now, cache)
    if not report.set_aside:  # no single item is to blame, so the failure would not be logged otherwise
        log.error("%d items could not be placed together and were placed in halves", len(items), exc_info=failure)
    return report


def step(
    archive: Archive, policy: Policy, items: Sequence[EditionItem], now: Callable[[], int], cache: FeatureCache | None
) -> int:
    """One batch: judge, group, compose, apply. Returns the number of stories founded."""
    began = now()
    seen = [policy.folded(item) for item in items]
    judged = {item.n: policy.judge(item) for item in seen}
    grouping = grouped(archive, policy, seen, cache)
    joins = {join.item: join for join in grouping.joins}
    home = _homes(seen, grouping)
    touched = _Touched(archive, policy, home, grouping.merges)
    if behind := [n for n in touched.states if touched.is_behind(n)]:
        # Stories that were placed under other rules are re-placed first, so that this is not mistaken for news.
        re_place_stories(archive, policy, behind, now)
        touched = _Touched(archive, policy, home, grouping.merges)
    stories = touched.stories(seen, judged, began)
    placed = tuple(
        policy.placed(Member(item, judged[item.n]), home[item.n], join.reason if join else "", _joining(join))
        for item in seen
        for join in [joins.get(item.n)]
    )
    anew = rewritten(chain.from_iterable(touched.known.values()), judged, began, policy.old)
    # `now()` again: a client that asked for changes since the step began has not seen this one.
    archive.edition.apply(
        Batch(
            placed,
            tuple(stories),
            tuple(touched.merges),
            memory=grouping.memory,
            epoch=policy.epoch,
            now=now(),
            rewritten=anew,
        )
    )
    if cache and grouping.memory.items:
        cache.stored()
    return sum(join.reason == "founder" for join in grouping.joins)


def _homes(items: Iterable[EditionItem], grouping: Grouping) -> dict[int, int]:
    """Item → its story after all merges."""
    into = {merge.younger: merge.older for merge in grouping.merges}
    home = {join.item: survivor(into, join.story) for join in grouping.joins}
    home.update({item.n: survivor(into, item.story) for item in items if item.story is not None})
    return home


class _Touched:
    """The stories that a batch touches: as stored, and as they become."""

    def __init__(self, archive: Archive, policy: Policy, home: dict[int, int], merges: Sequence[Merge]) -> None:
        self.policy = policy
        self.home = home
        self.into = {merge.younger: merge.older for merge in merges}
        numbers = set(home.values()) | set(self.into) | set(self.into.values())
        self.states = archive.edition.stories(numbers)
        self.known = archive.edition.members(self.states)
        stored = [merge for merge in merges if merge.younger in self.states]
        self.merges = [Merge(survivor(self.into, merge.older), merge.younger) for merge in stored]

    def is_behind(self, n: int) -> bool:
        """Whether a story was placed under other rules, or one of its items became hidden or visible because of a change of addresses."""
        if self.states[n].epoch != self.policy.epoch:
            return True
        overrides = self.policy.overrides
        return bool(overrides.hidden) and any(overrides.hides(m.item) != m.item.hidden for m in self.known[n])

    def stories(self, items: Sequence[EditionItem], judged: dict[int, Judgement], now: int) -> list[StoryState]:
        members: dict[int, dict[int, Member]] = {}
        for story, known in self.known.items():
            of = members.setdefault(survivor(self.into, story), {})
            for member in known:
                item = self.policy.folded(member.item)
                of[item.n] = member if item is member.item else replace(member, item=item)
        joined = {item.n for item in items if item.story is None}
        for item in items:
            members.setdefault(self.home[item.n], {})[item.n] = Member(item, judged[item.n])
        absorbed: dict[int, list[StoryState]] = {}
        for merge in self.merges:
            absorbed.setdefault(merge.older, []).append(self.states[merge.younger])

        def composed(story: int, of: Collection[Member]) -> StoryState:
            change = Change(now, joined, absorbed.get(story, ()))
            return compose(story, sorted(of, key=lambda m: m.order), self.states.get(story), self.policy, change)

        return [composed(story, of.values()) for story, of in sorted(members.items())]


def _joining(join: Join | None) -> Joining | None:
    """Why an item is in its story, with all details; None for a founder without a runner-up."""
    if join is None or (join.reason == "founder" and join.runner_up is None):
        return None
    return Joining(join.reason, join.score, join.shared, join.vetoes, join.runner_up, join.runner_up_score)
