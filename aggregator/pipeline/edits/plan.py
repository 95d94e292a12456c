"""Computes what a proposed configuration would change in the archive, with the code of the edition but without storing anything."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from functools import cache, cached_property
from itertools import chain
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from aggregator.model.judgement import Judgement
from aggregator.model.story import EditionItem, Member, StoryState
from aggregator.model.stream import StreamName
from aggregator.pipeline.compose import keeps_place, recomposed
from aggregator.pipeline.edits.override_effects import Regrouped, unhidden
from aggregator.pipeline.override_index import OverrideIndex
from aggregator.pipeline.policy import Policy
from aggregator.ports import EditionStore, StoryRow

SAMPLES = 5  # headlines shown for each section and direction


class Override(Struct, frozen=True):
    """The override that moves a story: its key under `stories:`, and the canonical addresses of an article that it names. `gone`: the edit
    removes it; `section`: to which it pins."""

    key: str
    addresses: Set[str]
    gone: bool
    section: str | None = None


class Sample(Struct, frozen=True):
    """A story that moves, as an example. `old` and `new` are its primary sections; `item` is the item that shows why it moves, unless
    an `override` is the reason."""

    id: str
    title: str
    link: str | None
    old: str
    new: str
    item: EditionItem
    override: Override | None = None


class Moving(Struct):
    """The number of stories that move in one way, and some examples, newest first."""

    stories: int = 0
    samples: list[Sample] = field(default_factory=list)


class Moves(Struct):
    """What moves in one stream. Numbers of stories: `before` and `after` the edit; `led` and `leads`: those with this primary section
    before and after. `becoming`: those that stay, but become stories with this primary section."""

    before: int = 0
    after: int = 0
    led: int = 0
    leads: int = 0
    coming: Moving = field(default_factory=Moving)
    going: Moving = field(default_factory=Moving)
    becoming: Moving = field(default_factory=Moving)


class SourceUse(Struct):
    """How many stories a source reported. `telling`: it was first with one of them (as it is with what only it reports)."""

    stories: int = 0
    telling: bool = False


class Standing(NamedTuple):
    """A story and its members, before an edit or after it."""

    state: StoryState
    members: Sequence[Member]


Place = tuple[StreamName, bool]
"""(stream, whether it is meant as the primary section)."""
Overriding = Callable[[Place], Override | None]


class Plan(Struct):
    """The effect of an edit. Numbers: `stories` that were examined; `changed`: those with other sections or topics or another primary
    section, or that merge; `moved`: those with another primary section; `waiting`: those not yet placed by the configuration in force
    and this version of the program (that they move then is not due to the edit). `streams`: those that have stories before or
    after."""

    stories: int = 0
    waiting: int = 0
    moved: int = 0
    changed: int = 0
    streams: dict[StreamName, Moves] = field(default_factory=dict)
    sources: dict[str, SourceUse] = field(default_factory=dict)

    def count(self, old: StoryState, new: StoryState) -> None:
        self.stories += 1
        self.moved += old.section != new.section
        self.changed += streams_of(old) != streams_of(new) or old.section != new.section

    def compare(self, now: Standing, then: Standing, overriding: Overriding) -> None:
        old, new = now.state, then.state
        stood, stands = streams_of(old), streams_of(new)
        for name in stood | stands:
            moves = self.streams.setdefault(name, Moves())
            moves.before += name in stood
            moves.after += name in stands
            if name not in stood:
                moving, there, other = moves.coming, then, now
            elif name not in stands:
                moving, there, other = moves.going, now, then
            elif old.section != new.section and name == StreamName("section", new.section):
                moving, there, other = moves.becoming, then, now
            else:
                continue
            moving.stories += 1
            if len(moving.samples) < SAMPLES:
                override = overriding((name, moving is moves.becoming))
                item = _telling(name, there.members, other.members, new.lead)
                entry = new.entry
                moving.samples.append(Sample(new.id, entry.title, entry.link, old.section, new.section, item, override))
        self.streams.setdefault(StreamName("section", old.section), Moves()).led += not old.hidden
        self.streams.setdefault(StreamName("section", new.section), Moves()).leads += not new.hidden

    def count_sources(self, members: Sequence[Member]) -> None:
        first = min(members, key=lambda member: (member.item.at, member.item.n)).item.source
        for source in {member.item.source for member in members}:
            use = self.sources.setdefault(source, SourceUse())
            use.stories += 1
            use.telling |= source == first


class _Edit(Struct, frozen=True, dict=True):
    """An edit of the archive in `store`. `said`: the overrides so far; `after`: the policy after the edit; `regrouped`: stored stories
    after `join` and `split`."""

    store: EditionStore
    said: OverrideIndex
    after: Policy
    regrouped: Regrouped

    @cached_property
    def named(self) -> Mapping[int, Collection[str]]:
        """Item → its addresses that overrides name, now or then. Only for the stories that are shown as examples."""
        found: dict[int, list[str]] = {}
        for address, items in self.store.placed_at(self.said.in_effect | self.after.overrides.in_effect).items():
            for n in items:
                found.setdefault(n, []).append(address)
        return found

    def returning(self) -> Iterator[Sequence[StoryRow]]:
        """Hidden stories that the edit affects: with articles that it no longer hides, or that another story joins. (The pages of the
        archive omit hidden stories.)"""
        affected = unhidden(self.store, self.said, self.after.overrides) | self.regrouped.own.keys()
        states = self.store.stories(affected)
        if rows := [(state.entered, n, state.epoch) for n, state in states.items() if state.hidden]:
            yield rows

    def followed(self, there: Standing) -> Standing:
        """A story after `join` and `split`. A story that merges into another one becomes hidden."""
        state, members = there
        home = self.regrouped.home(state.n)
        kept = self.regrouped.own.get(home)
        if kept is None:
            return there
        if home != state.n:
            return Standing(replace(state, section=kept.section, hidden=True), members)
        return Standing(kept, self.regrouped.members([home])[home])

    def founded(self, story: int, section: str) -> Iterator[tuple[Standing, Standing]]:
        """(before, after) of each story that would split off from `story`; before, it is hidden."""
        for n in self.regrouped.founded.get(story, ()):
            state, members = self.regrouped.own[n], self.regrouped.members([n])[n]
            yield Standing(replace(state, section=section, hidden=True), members), Standing(state, members)

    def overriding(self, own: Sequence[Member], there: StoryState, then: Standing) -> Overriding:
        """A function that finds the override because of which a story moves into a place or out of it: the one without which it would not.
        `own`: the members that the story has now; `there`: the story under the policy `after` with these members."""
        overrides = cache(lambda: list(self._overrides(own, there, then)))  # on demand, since most stories do not move

        def responsible(place: Place) -> Override | None:
            stands = place in _standing(then.state)
            return next((override for override, places in overrides() if (place in places) != stands), None)

        return responsible

    def _overrides(
        self, own: Sequence[Member], there: StoryState, then: Standing
    ) -> Iterator[tuple[Override, set[Place]]]:
        """(override, places that the story would have without it), for each override that the edit changes for this story."""
        said, meant, (new, members) = self.said, self.after.overrides, then

        def places(overrides: OverrideIndex) -> set[Place]:
            return _standing(recomposed(new, members, replace(self.after, overrides=overrides)))

        if there is not new:
            yield self._regrouping(there.n, own), _standing(there)
        items = [member.item for member in members]
        if turned := [item for item in items if said.hides(item) != meant.hides(item)]:
            hide = Override("hide", self._addresses(turned[0]), gone=not meant.hides(turned[0]))
            yield hide, places(replace(meant, hidden=said.hidden, hidden_items=said.hidden_items))
        if moved := [item for item in items if said.section(item) != meant.section(item)]:
            was, goal = said.section(moved[0]), meant.section(moved[0])
            pin = Override("pin", self._addresses(moved[0]), gone=goal is None, section=goal or was)
            yield pin, places(replace(meant, sections=said.sections, item_sections=said.item_sections))

    def _regrouping(self, story: int, members: Sequence[Member]) -> Override:
        """The `join` or `split` that gives a story other members than these."""
        meant = self.after.overrides
        joins = self.regrouped.joins(story)
        named = frozenset().union(*meant.joined) if joins else meant.apart
        articles = (self._addresses(member.item) for member in members)
        found = next((one for one in articles if not named.isdisjoint(one)), frozenset[str]())
        return Override("join" if joins else "split", found, gone=False)

    def _addresses(self, item: EditionItem) -> Set[str]:
        """The address of an article, and those that it had and that an override names."""
        return {item.canonical or "", *self.named.get(item.n, ())}


def plan(
    store: EditionStore,
    before: Policy | None,
    after: Policy,
    pages: Iterator[Sequence[StoryRow]],
    progress: Callable[[int], None] = lambda done: None,
    *,
    alike: bool = False,
) -> Plan:
    """Judge stored stories under `after` and compare the result with where they are now. Nothing is written. `before` is the configuration
    in force; stories that were last placed under another one are first judged under it. Both know the found topics (`with_found`).
    `alike`: both configurations place alike, so stories are not placed again, and no other change since their last placing counts."""
    found = Plan()
    before = before.following(store) if before else None
    after = after.following(store)
    edit = _Edit(store, before.overrides if before else OverrideIndex(), after, Regrouped(store, after))
    for rows in chain(pages, edit.returning()):
        numbers = [n for _, n, _ in rows]
        states, members = store.stories(numbers), store.members(numbers)
        for _, n, epoch in rows:
            old, own = states.get(n), members.get(n)
            if old is None or not own:
                continue  # merged or deleted since the page was read
            if before is not None and epoch != before.epoch:
                found.waiting += 1
                own = list(map(before.rejudged, own))
                old = recomposed(old, own, before)
            old, own = after.renamed.today(old), list(map(after.renamed.member, own))
            again = list(map(after.rejudged, own))  # even if `alike`: this counts which lines of the rules are used
            now = Standing(old, own)
            there = now if alike else _composed(after, old, again)
            then = edit.followed(there)
            found.count(old, then.state)
            found.count_sources(own)
            found.compare(now, then, edit.overriding(own, there.state, then))
            for unseen, then in edit.founded(n, old.section):
                found.compare(unseen, then, edit.overriding(own, unseen.state, then))
        progress(found.stories)
    return found


def _composed(policy: Policy, state: StoryState, members: Sequence[Member]) -> Standing:
    """The story composed with these members. It need not be composed if its sections and topics stay the same, since the plan shows only
    these."""
    same = keeps_place(state, members, policy)
    return Standing(state if same else recomposed(state, members, policy), members)


def streams_of(state: StoryState) -> set[StreamName]:
    """The streams that show a story."""
    if state.hidden:
        return set()
    sections = {state.section, *(section for section, _ in state.scores)}
    return {StreamName("section", id) for id in sections} | {StreamName("topic", id) for id in state.topics}


def _standing(state: StoryState) -> set[Place]:
    return {(name, False) for name in streams_of(state)} | {(StreamName("section", state.section), True)}


def _telling(stream: StreamName, members: Sequence[Member], others: Sequence[Member], lead: int) -> EditionItem:
    """The item that shows why a story is in a stream with `members`, and not with `others`, the members before or after the edit. Of the
    items whose own judgement has the stream it is preferably one whose judgement then has not, or is another; then the lead."""

    def holds(judgement: Judgement | None) -> bool:
        held = judgement and (judgement.topics if stream.kind == "topic" else judgement.sections)
        return stream.id in (held or ())

    judged = {member.item.n: member.judgement for member in others}

    def rank(member: Member) -> tuple[bool, ...]:
        own, other = member.judgement, judged.get(member.item.n)
        return not holds(own), holds(other), own == other, member.item.n != lead

    return min(members, key=rank).item
