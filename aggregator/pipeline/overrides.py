"""Applies the editor's overrides of the grouping (`stories: join` and `split` of feeds.yaml) to new and to stored items.

`split`: the article at the address becomes a story of its own, which nothing joins (even if the address is under `join` too). The
part that leaves gets the id of its own founding item. If the founder of the story itself is split off, it keeps the story's id, and
the rest gets the id of its earliest item. So the id of a story is always that of its founding item, and no id is used twice. A story
that was merged long ago and is split off again gets back the id that redirected meanwhile.

`join`: the stories merge as others do. The older one keeps its id and its places in streams, the younger one redirects, and a
publisher that comes with it is announced like any other that joins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from msgspec.structs import replace

from aggregator.model.story import Batch, EditionItem, Entry, Member, Merge, Placed, StoryState
from aggregator.normalise.reports import told_once
from aggregator.pipeline.announcing import Change
from aggregator.pipeline.compose import compose, recomposed
from aggregator.pipeline.corroboration import restored
from aggregator.pipeline.equal_addresses import NEWEST, without_shared_addresses
from aggregator.pipeline.policy import Policy
from aggregator.pipeline.stored_at import StoredAt
from aggregator.ports import Archive, StoredStories
from aggregator.stories.decision import Grouping, Join

APART = "set apart by the editor"
JOINED = "joined by the editor"


def overruled(grouping: Grouping, fresh: Sequence[EditionItem], archive: Archive, policy: Policy) -> Grouping:
    """The grouping of new items with the overrides applied. `grouping` does not include items that are split off."""
    joins = [*grouping.joins, *_alone(fresh, archive, policy)]
    story = {join.item: join.story for join in joins}
    wanted = {one.n: one.canonical for one in fresh if one.canonical}
    here = frozenset(wanted.values())
    groups = [group for group in policy.overrides.joined if not group.isdisjoint(here)]
    if not groups:
        return replace(grouping, joins=tuple(joins))
    stored = _homes(archive.edition, policy, groups)
    into = {merge.younger: merge.older for merge in grouping.merges}
    merges = list(grouping.merges)
    founded = {one.n for one in fresh}  # stories founded by new items count as younger than all stored stories
    for group in groups:
        known = {survivor(into, home) for address in group for home in stored.get(address, ())}
        new = {survivor(into, story[n]) for n, address in wanted.items() if address in group and n in story}
        older, *younger = sorted(known | new, key=lambda home: (home in founded, home))
        for one in younger:
            into[one] = older
            merges.append(Merge(older, one))
    meant = {n for n, address in wanted.items() if any(address in group for group in groups)}
    told = [
        replace(join, reason=JOINED) if join.item in meant and survivor(into, join.story) != join.item else join
        for join in joins
    ]
    return replace(grouping, joins=tuple(told), merges=tuple(merges))


def _alone(fresh: Sequence[EditionItem], archive: Archive, policy: Policy) -> Iterable[Join]:
    """Joins for new items at addresses that are split off: all items at one address are one story, unless it is a page of several
    articles, such as a live ticker. There each of them is a story of its own."""
    apart = [one for one in fresh if one.canonical in policy.overrides.apart]
    if not apart:
        return
    addresses, publishers = {one.canonical for one in apart if one.canonical}, {one.n: one.publisher for one in apart}
    stored = StoredAt.read(archive.edition, addresses, NEWEST, publishers)
    homes = {address: next(filter(None, there.values()), 0) for address, there in stored.stories.items()}
    founders = {address: home for address, home in homes.items() if home}
    for one in without_shared_addresses(apart, stored, policy):
        home = founders.setdefault(one.canonical, one.n) if one.canonical else one.n
        yield Join(one.n, home, "founder" if home == one.n else APART, 1.0)


def overrule(archive: Archive, policy: Policy, now: Callable[[], int]) -> None:
    """Apply the overrides to stored stories. Applying them again changes nothing."""
    if policy.overrides.apart:
        batch = parted(archive.edition, policy, now())
        if batch.stories or archive.past.known(batch.forgotten):
            # Outdated until they are judged once more: if none was, and the process is killed here, nothing would be joined any more.
            archive.edition.apply(replace(batch, epoch="") if policy.overrides.joined else batch)
    if policy.overrides.joined and (batch := joined(archive.edition, policy, now())).merges:
        archive.edition.apply(batch)


def partings(
    store: StoredStories, apart: Collection[str]
) -> tuple[dict[int, str], dict[int, dict[str | None, list[Member]]]]:
    """Two mappings: stored item → its address, for addresses that are to be split off; and story → {address: members}, for the stories in
    which such items are not alone. There the members that stay are under None. What is at several addresses of one article that moved
    has one of them."""
    stored = store.placed_at(apart)
    address: dict[int, str] = {}
    for canonical, homes in stored.items():
        if others := {address[n] for n in homes if n in address}:
            address |= dict.fromkeys((n for n, one in address.items() if one in others), canonical)
        address |= dict.fromkeys(homes, canonical)
    touched = {home for homes in stored.values() for home in homes.values()}
    found: dict[int, dict[str | None, list[Member]]] = {}
    for n, members in store.members(touched).items():
        groups: defaultdict[str | None, list[Member]] = defaultdict(list)
        for member in members:
            groups[address.get(member.item.n)].append(member)
        if len(groups) > 1:
            found[n] = dict(groups)
    return address, found


def parted(store: StoredStories, policy: Policy, now: int) -> Batch:
    """The batch that splits off stored items."""
    address, found = partings(store, policy.overrides.apart)
    states = store.stories(found)
    placements: list[Placed] = []
    stories: list[StoryState] = []
    for n, groups in found.items():
        if n not in states:
            continue
        for members in groups.values():
            part = list(map(policy.rejudged, members))
            founder = n if any(member.item.n == n for member in part) else part[0].item.n
            stories.append(_parted(founder, part, states[n], policy, now))
            why = APART if part[0].item.n in address else "stays without what was set apart"
            placements += [policy.placed(member, founder, why if founder != n else "") for member in part]
    return Batch(tuple(placements), tuple(stories), forgotten=tuple(address), epoch=policy.epoch, now=now, anew=True)


def _parted(n: int, members: Sequence[Member], old: StoryState, policy: Policy, now: int) -> StoryState:
    """One part of a split story. The part that keeps the id gets a new entry at once if the old one named what left, so that feeds do
    not repeat it. The new entry is dated after the old one, since the part that leaves may have been announced before, too."""
    members = restored(members, (old,))
    fresh = compose(n, members, None, policy, Change(now))
    whole = fresh if n != old.n else recomposed(old, members, policy, now)
    if n == old.n and _told(fresh.entry) == _told(old.entry):
        return whole
    return replace(whole, entry=replace(fresh.entry, updated=max(old.entry.updated + 1, now)))


def _told(entry: Entry) -> Entry:
    """The entry without what readers do not see: its time, and the ids of its sources at that time. For comparison."""
    reports = tuple([replace(report, source="") for report in told_once(entry.reports)])
    return replace(entry, reports=reports, updated=0)


def survivor(into: Mapping[int, int], story: int) -> int:
    """The story of which `story` is a part now; `into`: younger story → the older one into which it merged."""
    while story in into:
        story = into[story]
    return story


def _homes(store: StoredStories, policy: Policy, groups: Sequence[frozenset[str]]) -> dict[str, set[int]]:
    """Canonical address → the stories of the article there: those of its own outlet, if any of them is, else all that link to it."""
    stored = StoredAt.read(store, frozenset().union(*groups))
    found = {}
    for address, homes in stored.stories.items():
        articles = {policy.folded(item): homes[item.n] for item in stored.at(address)}
        there = {home for item, home in articles.items() if policy.at_home(replace(item, url=address))}
        moved = {home for item, home in articles.items() if policy.at_home(item)}  # since then, with the outlet
        found[address] = there or moved or {*homes.values()}
    return found


def _unions(store: StoredStories, policy: Policy) -> dict[int, int]:
    """Younger story → the older story into which it merges, for stored stories under `join`."""
    groups = policy.overrides.joined
    stored = _homes(store, policy, groups)
    into: dict[int, int] = {}
    for group in groups:
        homes = {survivor(into, home) for address in group for home in stored.get(address, ())}
        older, *younger = sorted(homes) or [0]
        into.update(dict.fromkeys(younger, older))
    return {younger: survivor(into, younger) for younger in into}


def joined(store: StoredStories, policy: Policy, now: int) -> Batch:
    """The batch that merges stored stories under `join`."""
    merged = _unions(store, policy)
    states = store.stories({*merged, *merged.values()})
    members = {n: list(map(policy.rejudged, known)) for n, known in store.members(states).items()}
    # First each as the rules of this edit place it, so that only what the merge adds to that is news.
    states = {n: recomposed(state, members[n], policy, now) for n, state in states.items()}
    placements: list[Placed] = []
    stories: list[StoryState] = []
    for n in sorted(set(merged.values())):
        younger = [story for story, older in merged.items() if older == n]
        whole = [member for story in (n, *younger) for member in members[story]]
        change = Change(now, absorbed=[states[story] for story in younger])
        stories.append(compose(n, sorted(whole, key=lambda member: member.order), states[n], policy, change))
        placements += [policy.placed(member, n, JOINED if member.item.n in younger else "") for member in whole]
    merges = tuple(Merge(older, younger) for younger, older in merged.items())
    return Batch(tuple(placements), tuple(stories), merges, epoch=policy.epoch, now=now, anew=True)
