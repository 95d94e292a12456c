"""What a proposed configuration would change in the stored archive: the edition's code without the commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain

from aggregator.categorise.category_topics import CategoryTopics
from aggregator.model.story import Member, PendingItem, StoryState
from aggregator.model.stream import StreamName
from aggregator.pipeline.category_topics import with_category_topics
from aggregator.pipeline.compose import keeps_place, recomposed
from aggregator.pipeline.judging import rejudged
from aggregator.pipeline.moved_addresses import with_moved_addresses
from aggregator.pipeline.override_effects import Regrouped
from aggregator.pipeline.policy import Policy
from aggregator.pipeline.renamed import member_today, state_today
from aggregator.ports import EditionStore

PAGE = 500  # stories in memory at a time
SAMPLES = 5  # headlines shown for each section and direction

NO_TOPICS = CategoryTopics()

Row = tuple[int, int, str]
"""A row of the archive: when a story entered, its number, and the epoch under which it was placed."""


@dataclass(frozen=True, slots=True)
class Override:
    """The override that moves a story: its key under `stories:`, and the canonical address it is about. `gone`: the old file
    has it, the new one does not."""

    key: str
    address: str
    gone: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """A story that moves. `old` and `new` are its primary sections, `item` is the item that shows why, unless an
    `override` is the reason."""

    id: str
    title: str
    link: str | None
    old: str
    new: str
    item: PendingItem
    override: Override | None = None


@dataclass
class Moves:
    """Of one stream: how many stories it has before and after, how many come and go, how many stay and have it as their
    primary section now (`become`), and some of those, newest first. `leads` and `led` count all whose primary section it
    is, after and before."""

    before: int = 0
    after: int = 0
    led: int = 0
    leads: int = 0
    come: int = 0
    go: int = 0
    become: int = 0
    coming: list[Sample] = field(default_factory=list)
    going: list[Sample] = field(default_factory=list)
    becoming: list[Sample] = field(default_factory=list)


@dataclass
class SourceUse:
    """Of one source: its stories, those it reported first, and those that only it reported."""

    stories: int = 0
    first: int = 0
    alone: int = 0

    @property
    def telling(self) -> bool:
        """Whether readers would miss something without it."""
        return bool(self.first or self.alone)


@dataclass
class Plan:
    """`stories` were examined, `changed` get other sections or topics, or the same in which another is the primary one, or
    merge into another; `moved` counts those with another primary section. `waiting` were not yet placed by the file in force
    and this program: what that moves, no edit does. `streams` are those that have or had some."""

    stories: int = 0
    waiting: int = 0
    moved: int = 0
    changed: int = 0
    streams: dict[StreamName, Moves] = field(default_factory=dict)
    sources: dict[str, SourceUse] = field(default_factory=dict)


def archive_rows(store: EditionStore, since: int = 0, limit: int | None = None) -> Iterator[Sequence[Row]]:
    """The stories of the archive, newest first, page by page."""
    before: tuple[int, int] | None = None
    left = limit if limit is not None else 1 << 62
    while left > 0 and (page := store.page(before, min(PAGE, left), since)):
        yield page
        before, left = page[-1][:2], left - len(page)


def plan(
    store: EditionStore,
    before: Policy | None,
    after: Policy,
    pages: Iterator[Sequence[Row]],
    progress: Callable[[int], None] = lambda done: None,
    *,
    category_topics: CategoryTopics = NO_TOPICS,
    alike: bool = False,
) -> Plan:
    """Judge stored stories under `after` and compare the result with where they are now. Those last placed under
    another configuration than `before`, the one in force, are first judged under that. `category_topics` are the topics from
    categories that the store has noted. `alike`: both place alike, so stored stories are not placed anew, and none follows
    what else changed since it was placed. Nothing is written."""
    found = Plan()
    before = with_moved_addresses(with_category_topics(before, category_topics), store) if before else None
    after = with_moved_addresses(with_category_topics(after, category_topics), store)
    said = before or replace(after, hidden=frozenset(), hidden_items=frozenset(), pinned={})
    regrouped = Regrouped(store, after)
    for rows in chain(pages, _returning(store, said, after, regrouped)):
        numbers = [n for _, n, _ in rows]
        states, members = store.stories(numbers), store.members(numbers)
        for _, n, epoch in rows:
            old, own = states.get(n), members.get(n)
            if old is None or not own:
                continue  # merged or taken since the page was read
            if before is not None and epoch != before.epoch:
                found.waiting += 1
                old, own = _composed(before, old, _judged(before, own))
            if after.renamed:
                old, own = state_today(old, after.renamed), [member_today(member, after.renamed) for member in own]
            again = _judged(after, own)  # also where all stays: it counts the lines that are used
            there: Standing = (old, own) if alike else _composed(after, old, again, as_is=regrouped.home(n) == n)
            then = _followed(regrouped, there)
            _count(found, old, then[0])
            _count_sources(found, own)
            _compare(found, (old, own), then, _overriding((said, after), regrouped, own, there[0], then))
            for unseen, then in _founded(regrouped, n, old.section):
                _compare(found, unseen, then, _overriding((said, after), regrouped, own, unseen[0], then))
        progress(found.stories)
    return found


def _judged(policy: Policy, members: Sequence[Member]) -> list[Member]:
    return [rejudged(member, policy) for member in members]


def _composed(
    policy: Policy, state: StoryState, members: list[Member], *, as_is: bool = False
) -> tuple[StoryState, list[Member]]:
    """A story with these members. `as_is`: it may be left as it is where it keeps its place, of which alone the plan tells."""
    return (state if as_is and keeps_place(state, members, policy) else recomposed(state, members, policy)), members


def _returning(store: EditionStore, before: Policy, after: Policy, regrouped: Regrouped) -> Iterator[Sequence[Row]]:
    """Hidden stories, which the archive's pages omit, with articles that are no longer hidden, or that another story joins."""
    stored = store.placed_at(before.hidden - after.hidden)
    states = store.stories({home for homes in stored.values() for home in homes.values()} | regrouped.own.keys())
    if rows := [(state.entered, n, state.epoch) for n, state in states.items() if state.hidden]:
        yield rows


Standing = tuple[StoryState, Sequence[Member]]
Place = tuple[StreamName, bool]
"""A stream in which a story is; True: as its primary section."""
Overriding = Callable[[Place], Override | None]


def _followed(regrouped: Regrouped, there: Standing) -> Standing:
    """A story as `join` and `split` leave it. One that merges into another is not seen any more."""
    state, members = there
    home = regrouped.home(state.n)
    kept = regrouped.own.get(home)
    if kept is None:
        return there
    if home != state.n:
        return replace(state, section=kept.section, hidden=True), members
    return kept, regrouped.members([home])[home]


def _founded(regrouped: Regrouped, story: int, section: str) -> Iterator[tuple[Standing, Standing]]:
    """The stories that would leave this one: not seen before, and afterwards."""
    for n, left in regrouped.founded.items():
        if left == story:
            state, members = regrouped.own[n], regrouped.members([n])[n]
            yield (replace(state, section=section, hidden=True), members), (state, members)


def _overriding(
    policies: tuple[Policy, Policy], regrouped: Regrouped, own: Sequence[Member], there: StoryState, then: Standing
) -> Overriding:
    """The override because of which a story is now in a stream, or no longer in it, or has it as its primary section: the one
    without which that would be different. `there` is the story as it would be with the articles `own`, that it has now."""
    (before, after), (new, members) = policies, then

    @cache
    def overrides() -> list[tuple[Override, set[Place]]]:
        """Each with where the story would stand without it; found when it is asked for, since most stories stay."""
        found: list[tuple[Override, set[Place]]] = []
        if there is not new:
            key, meant = (
                ("join", frozenset().union(*after.joined)) if regrouped.joins(there.n) else ("split", after.apart)
            )
            address = next((one for member in own if (one := member.item.canonical or "") in meant), "")
            found.append((Override(key, address, gone=False), _standing(there)))
        hidden = [m.item for m in members if before.hides(m.item) != after.hides(m.item)]
        pinned = [m.item for m in members if before.pinned.get(one := m.item.canonical or "") != after.pinned.get(one)]
        unhidden = replace(after, hidden=before.hidden, hidden_items=before.hidden_items)
        for key, items, without in (("hide", hidden, unhidden), ("pin", pinned, replace(after, pinned=before.pinned))):
            if items:
                address = items[0].canonical or ""
                gone = not after.hides(items[0]) if key == "hide" else address not in after.pinned
                otherwise = recomposed(new, members, without)
                found.append((Override(key, address, gone), _standing(otherwise)))
        return found

    def responsible(place: Place) -> Override | None:
        stands = place in _standing(new)
        return next((override for override, other in overrides() if (place in other) != stands), None)

    return responsible


def _count(found: Plan, old: StoryState, new: StoryState) -> None:
    found.stories += 1
    found.moved += old.section != new.section
    found.changed += streams_of(old) != streams_of(new) or old.section != new.section


def _compare(found: Plan, now: Standing, then: Standing, overriding: Overriding) -> None:
    (old, was), (new, members) = now, then
    stood, stands = streams_of(old), streams_of(new)
    for name in stood | stands:
        moves = found.streams.setdefault(name, Moves())
        moves.before += name in stood
        moves.after += name in stands
        if name not in stood:
            moves.come += 1
            _sample(moves.coming, (name, False), (old, new), members, overriding)
        elif name not in stands:
            moves.go += 1
            _sample(moves.going, (name, False), (old, new), was, overriding)
        elif old.section != new.section and name == StreamName("section", new.section):
            moves.become += 1
            _sample(moves.becoming, (name, True), (old, new), members, overriding)
    found.streams.setdefault(StreamName("section", old.section), Moves()).led += not old.hidden
    found.streams.setdefault(StreamName("section", new.section), Moves()).leads += not new.hidden


def streams_of(state: StoryState) -> set[StreamName]:
    """The streams that show a story."""
    if state.hidden:
        return set()
    return _streams({state.section, *(section for section, _ in state.scores)}, state.topics)


def _standing(state: StoryState) -> set[Place]:
    return {(name, False) for name in streams_of(state)} | {(StreamName("section", state.section), True)}


def _sample(
    samples: list[Sample],
    place: Place,
    states: tuple[StoryState, StoryState],
    members: Sequence[Member],
    overriding: Overriding,
) -> None:
    """The lead shows why a story is in a stream, or else the first item whose own judgement does."""
    if len(samples) >= SAMPLES:
        return
    tells = [member.item for member in members if place[0] in _own_streams(member)] or [members[0].item]
    old, new = states
    item = next((item for item in tells if item.n == new.lead), tells[0])
    samples.append(Sample(new.id, new.entry.title, new.entry.link, old.section, new.section, item, overriding(place)))


def _own_streams(member: Member) -> set[StreamName]:
    return _streams(member.judgement.sections, member.judgement.topics)


def _streams(sections: Iterable[str], topics: Iterable[str]) -> set[StreamName]:
    return {StreamName("section", id) for id in sections} | {StreamName("topic", id) for id in topics}


def _count_sources(found: Plan, members: Sequence[Member]) -> None:
    by_source = Counter(member.item.source for member in members)
    first = min(members, key=lambda member: (member.item.at, member.item.n)).item.source
    for source in by_source:
        use = found.sources.setdefault(source, SourceUse())
        use.stories += 1
        use.first += source == first
        use.alone += len(by_source) == 1
