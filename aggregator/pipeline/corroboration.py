"""Who reports a story: its lead, and the independent publishers that corroborate it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from aggregator.model.story import Member, PendingItem, StoryState
from aggregator.pipeline.policy import Policy
from aggregator.stories.copies import Lead, is_copy

LATE = 900
"""Seconds after the first report, longer than one round of polls takes."""
EARLIER = 86_400
"""Seconds by which a report that comes later may say that it was published before those that came first: sources with little news
are polled a few times a day."""


def dated(items: Collection[PendingItem]) -> list[PendingItem]:
    """The items whose dates count for when the story was first reported. Dates are what sources say, and an item that links to
    another's article joins its story whatever it says: a date of years ago would take over headline, link and month."""
    prompt = min(item.first_seen for item in items) + LATE
    earliest = min(item.at for item in items if item.first_seen <= prompt) - EARLIER
    return [item for item in items if item.at >= earliest]


def choose_lead(members: Sequence[Member], policy: Policy) -> PendingItem:
    """The earliest full report: outlets before wrappers, reports with a summary before bare headlines, then by time."""
    if len(members) == 1:
        return members[0].item

    def rank(item: PendingItem) -> tuple[bool, bool]:
        return item.source in policy.wrappers, len(item.summary) < 40

    best = min(rank(member.item) for member in members)
    fullest = [member.item for member in members if rank(member.item) == best]
    return min(dated(fullest), key=lambda item: (item.at, item.id))


def restored(members: Sequence[Member], before: Sequence[StoryState]) -> Sequence[Member]:
    """The members; leads whose texts are gone have what the entry of their story says of them."""
    if not before:
        return members
    said = {state.lead: state.entry for state in before}

    def one(member: Member) -> Member:
        item, entry = member.item, said.get(member.item.n)
        if not item.pruned or entry is None or (entry.title, entry.link) != (item.title, item.url):
            return member
        return replace(member, item=replace(item, summary=entry.summary, enclosures=entry.enclosures))

    return [one(member) for member in members]


def counted_since(before: Sequence[StoryState]) -> dict[str, int]:
    """Publisher → since when it corroborates the story."""
    found: dict[str, int] = {}
    for state in before:
        for name, entered in state.publishers:
            found[name] = min(entered, found.get(name, entered))
    return found


def corroborations(members: Sequence[Member], counted: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Independent publishers in order of joining, with the time each did. Whoever only links to an article that is there
    already, such as another feed of its outlet, does not corroborate it. Nor does an outlet that only prints an agency's
    text which another had already; it counts once it says something of its own. Whether a text that is gone was such a
    copy, or one that is there is a copy of one that is gone, is known by who `counted`, and since when."""
    found: dict[str, int] = {}
    articles: set[str] = set()
    told: list[Lead] = []
    gone = False

    def copied(member: Member) -> bool:
        if member.item.canonical in articles:
            return True
        if not member.item.pruned:
            if any(is_copy((member.item.summary, member.item.author), other) for other in told):
                return True
            if not gone or member.item.story is None:
                return False
        if member.item.hidden:
            return False  # it did not count because nobody saw it
        since = counted.get(member.counted_as or member.item.publisher)
        return bool(counted and found) and (since is None or member.item.entered < since)

    for member in members:
        item = member.item
        if item.publisher not in found and not copied(member):
            found[item.publisher] = item.entered
        if item.canonical:
            articles.add(item.canonical)
        if item.summary:
            told.append((item.summary, item.author))
        gone = gone or (item.pruned and not item.summary)
    return tuple(found.items())
