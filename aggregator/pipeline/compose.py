"""Composes a story from its items: its text, its sections and topics, and when it entered each. Pure: the same items give the same
story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from aggregator.model.judgement import Scores
from aggregator.model.story import Entry, InStream, Member, StoryState
from aggregator.model.stream import StreamName
from aggregator.pipeline.announcing import Change, announced, entry_of, is_turned
from aggregator.pipeline.corroboration import Coverage, counted_since, restored
from aggregator.pipeline.policy import Policy

FOLDED = 24
"""The times of entering are computed from so many items of a story, the first ones. They determine its sections; later items mostly
confirm them."""
FOUND = 4
"""Maximum number of found topics of a story (from categories and places)."""

_stream = lru_cache(maxsize=4096)(StreamName)


class _Place(NamedTuple):
    """Where a story is: its sections with scores, the primary one first, and its topics."""

    scores: Scores
    topics: tuple[str, ...]

    @classmethod
    def of(cls, members: Sequence[Member], policy: Policy) -> _Place:
        return cls(_sections(members, policy), _topics(members, policy))

    @property
    def section(self) -> str:
        return self.scores[0][0]

    @property
    def streams(self) -> set[StreamName]:
        return {_stream("section", name) for name, _ in self.scores} | {_stream("topic", name) for name in self.topics}


def compose(n: int, members: Sequence[Member], old: StoryState | None, policy: Policy, change: Change) -> StoryState:
    """The story with the founding item `n` and these members (all of them, in order of entering). `old` is the story as stored.

    If only the rules changed (`change.replacing`), the story enters each stream at the time at which it would have entered it under
    these rules, and its entry stays as it is (unless the editor hid an article that it names, or shows one again). Hidden members
    are ignored, unless all are hidden.

    Members whose texts were pruned cannot be judged again. For them the story keeps what it knows: their part in its entry, whether
    they count as independent, and their judgements, without sections and topics that the policy does not know."""
    if old is None and len(members) == 1:
        return _founded(n, members, policy)
    before = () if old is None else (old, *change.absorbed)
    members = restored(members, before)
    seen = _seen(members, policy)
    told = seen or members
    coverage = Coverage(told, policy, counted_since(before), {state.lead for state in before})
    place = _Place.of(told, policy)
    known = {one.stream: one for one in _merged(old, change.absorbed, policy)}
    since = None if old is None or change.replacing else _since(told, policy, change)
    turned = old is not None and bool(seen) and is_turned(old.entry, members, policy.overrides)
    entry = announced(coverage, place.topics, old.entry if old else None, change, turned=turned)
    return StoryState(
        n=n,
        id=old.id if old else next(member.item.id for member in members if member.item.n == n),
        lead=_lead(coverage, entry, old),
        published=coverage.published,
        entered=min((state.entered for state in before), default=told[0].item.entered),
        section=place.section,
        scores=place.scores,
        topics=place.topics,
        publishers=coverage.publishers,
        reached=_reached(coverage.publishers, before, since),
        entry=entry,
        streams=_streams(told, policy, place, known, since),
        hidden=not seen,
    )


def _founded(n: int, members: Sequence[Member], policy: Policy) -> StoryState:
    """A new story of one report, as nine of ten are: it tells what the report does, and enters all with it. (The same as `compose` would
    make of it in twice the time.)"""
    item, place = members[0].item, _Place.of(members, policy)
    entered, leading = max(item.entered, 0), _stream("section", place.section)
    return StoryState(
        n=n,
        id=item.id,
        lead=item.n,
        published=item.at,
        entered=item.entered,
        section=place.section,
        scores=place.scores,
        topics=place.topics,
        publishers=((item.publisher, item.entered),),
        reached=(entered,),
        entry=entry_of(item, [item], place.topics, policy, item.entered),
        streams=tuple(
            [InStream(stream, entered, entered if stream == leading else None) for stream in sorted(place.streams)]
        ),
        hidden=not _seen(members, policy),
    )


def _since(members: Sequence[Member], policy: Policy, change: Change) -> int | None:
    """When a story that changes enters new streams at the earliest. None: old reports are no news."""
    moment = None if members[-1].item.entered < change.now - policy.old else change.now
    return max((member.item.entered for member in members if member.item.n in change.joined), default=moment)


def _lead(coverage: Coverage, entry: Entry, old: StoryState | None) -> int:
    """The number of the lead item. As long as the entry stays the same, so does the lead: the page of a story must not show the text of
    one report under the headline of another."""
    stays = old is not None and entry is old.entry and any(member.item.n == old.lead for member in coverage.members)
    return old.lead if old and stays else coverage.lead.n


def recomposed(state: StoryState, members: Sequence[Member], policy: Policy, now: int = 0) -> StoryState:
    """A stored story composed again under the policy, with the same items. Its entry stays the same, unless the editor hid an article
    that it names, or shows one again."""
    return compose(state.n, members, state, policy, Change(now, replacing=True))


def keeps_place(state: StoryState, members: Sequence[Member], policy: Policy) -> bool:
    """Whether a stored story with these members would have the same sections and topics and the same primary section. Answers without
    composing the story, which takes several times as long."""
    seen = _seen(members, policy)
    place = _Place.of(seen or members, policy)
    return (
        (place.section, not seen) == (state.section, state.hidden)
        and {name for name, _ in place.scores} == {name for name, _ in state.scores}
        and {*place.topics} == {*state.topics}
    )


def _seen(members: Sequence[Member], policy: Policy) -> Sequence[Member]:
    overrides = policy.overrides
    return [member for member in members if not overrides.hides(member.item)] if overrides.hidden else members


def _sections(members: Sequence[Member], policy: Policy) -> Scores:
    scores = policy.place([(member.item.publisher, member.judgement) for member in members])
    pin = policy.overrides.story_section(member.item for member in members)
    if pin is None or pin == scores[0][0]:
        return scores
    return (pin, scores[0][1] or 1.0), *((name, score) for name, score in scores if name != pin and score > 0)


def _topics(members: Sequence[Member], policy: Policy) -> tuple[str, ...]:
    """Configured topics that at least a third of the outlets have, the most frequent first; then at most FOUND found topics that at least
    half of them have. Of three or more reports at least two must have a topic, and of three or more outlets two: what a single one
    mentions is seldom what they tell.

    Of an outlet with several reports that share counts which has the topic: one that reports a story a thousand times does not decide
    what it is about."""
    shares, outlets = _shares(members, policy)
    often = sorted(shares, key=shares.__getitem__, reverse=True)
    ruled = [one for one in often if one not in policy.found_topics and shares[one] >= round(outlets / 3, 6)]
    found = [one for one in often if one in policy.found_topics and shares[one] * 2 >= outlets]
    return (*ruled, *found[:FOUND])


def _shares(members: Sequence[Member], policy: Policy) -> tuple[dict[str, float], int]:
    """Topic → how many outlets have it, by their shares; and the number of outlets."""
    if len(members) == 1:
        return {topic: 1.0 for topic in members[0].judgement.topics if topic in policy.topic_titles}, 1
    reports, naming = dict[str, int](), dict[str, list[str]]()
    for member in members:
        publisher = member.item.publisher
        reports[publisher] = reports.get(publisher, 0) + 1
        for topic in member.judgement.topics:
            if topic in policy.topic_titles:
                naming.setdefault(topic, []).append(publisher)
    shares = {
        topic: round(sum(1 / reports[name] for name in by), 6)
        for topic, by in naming.items()
        if len(by) >= min(len(members) - 1, 2) and len({*by}) >= min(len(reports) - 1, 2)
    }
    return shares, len(reports)


def _merged(old: StoryState | None, absorbed: Sequence[StoryState], policy: Policy) -> list[InStream]:
    """The places in streams that a story takes over: its own, those of stories merged into it, and those under former ids of sections
    and topics. For each stream the earliest time counts, both of entering and as the primary section."""
    found: dict[StreamName, InStream] = {}
    for state in (*absorbed, *((old,) if old else ())):
        for one in (*state.streams, *policy.renamed.streams(state)):
            other = found.get(one.stream)
            found[one.stream] = one if other is None else _earlier(one, other)
    return list(found.values())


def _earlier(one: InStream, other: InStream) -> InStream:
    led = [at for at in (one.primary_since, other.primary_since) if at is not None]
    return InStream(one.stream, min(one.entered, other.entered), min(led, default=None))


def _reached(publishers: Sequence[tuple[str, int]], before: Sequence[StoryState], since: int | None) -> tuple[int, ...]:
    """When the story reached each number of independent publishers (`StoryState.reached`). A number that was once reached keeps its time
    even if the story falls below it, so that it does not become news again. A report may begin to count long after it entered (a copy
    gets its own text, a story is merged): then the number is reached now (`since`), not when the report entered."""
    known = [min(at for at in times if at is not None) for times in zip_longest(*(state.reached for state in before))]
    return (*known, *(max(entered, since or 0) for _, entered in publishers[len(known) :]))


def _streams(
    members: Sequence[Member], policy: Policy, final: _Place, known: Mapping[StreamName, InStream], since: int | None
) -> tuple[InStream, ...]:
    """The streams of a story with the times of entering. `known`: its earlier ones, which keep their times. `since`: new streams are
    entered at this time at the earliest."""
    first, primary = _walk(members, policy, final)
    active, leading = final.streams, _stream("section", final.section)
    last = members[-1].item.entered
    found = []
    for stream in sorted(active | known.keys()):
        before = known.get(stream)
        entered = before.entered if before else max(first.get(stream, last), since or 0)
        led = before.primary_since if before else None
        if led is None and stream == leading:
            led = max(primary.get(stream, last), since or 0)
        found.append(InStream(stream, entered, led, stream in active))
    return tuple(found)


def _walk(
    members: Sequence[Member], policy: Policy, final: _Place
) -> tuple[dict[StreamName, int], dict[StreamName, int]]:
    """(stream → when the story was first in it, stream → when that was first its primary section), found by composing the story from its
    first item, its first two, and so on."""
    first: dict[StreamName, int] = {}
    primary: dict[StreamName, int] = {}
    if members[0].item.entered == members[-1].item.entered:
        return first, primary  # all reports entered together: the caller uses the time of the last one
    walked = members[:FOLDED]
    for count in range(1, len(walked) + 1):
        place = final if count == len(members) else _Place.of(members[:count], policy)
        entered = members[count - 1].item.entered
        for stream in place.streams:
            first.setdefault(stream, entered)
        primary.setdefault(_stream("section", place.section), entered)
    return first, primary
