"""Who reports a story: its lead, and the independent publishers that corroborate it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from aggregator.model.story import Member, PendingItem, StoryState
from aggregator.pipeline.policy import Policy
from aggregator.stories.agreement import PUBLISHERS, Account, Agreement
from aggregator.stories.copies import Lead, is_copy
from aggregator.text.headline import is_ahead, tells

LATE = 900
"""Seconds after the first report, longer than one round of polls takes."""
EARLIER = 86_400
"""Seconds by which a report that comes later may say that it was published before those that came first: sources with little news
are polled a few times a day."""


def dated(items: Collection[PendingItem]) -> list[PendingItem]:
    """The items whose dates count for when the story was first reported. Dates are what sources say, and an item that links to
    another's article joins its story whatever it says: a date of years ago would take over headline, link and month."""
    if len(items) == 1:
        return list(items)
    prompt = min(item.first_seen for item in items) + LATE
    earliest = min(item.at for item in items if item.first_seen <= prompt) - EARLIER
    return [item for item in items if item.at >= earliest]


class Coverage:
    """The reports of a story that readers see, in order of entering. `counted`: publisher → since when it corroborates the story.
    `led` are the numbers of those that led it so far. `publishers` are the independent ones in order of joining, with the time at which
    each did (epoch seconds)."""

    def __init__(
        self, members: Sequence[Member], policy: Policy, counted: Mapping[str, int], led: Collection[int] = ()
    ) -> None:
        self.members = members
        self.policy = policy
        self._counted, self._led = counted, led
        self._authors = self._at_home()
        self.publishers = self._independent()

    def among(self, members: Sequence[Member]) -> Coverage:
        """As it was when these were all."""
        return Coverage(members, self.policy, self._counted, self._led)

    @property
    def published(self) -> int:
        """When the story was first reported, epoch seconds."""
        return min(item.at for item in dated([member.item for member in self.members]))

    @cached_property
    def lead(self) -> PendingItem:
        """The earliest full report: outlets before wrappers and those who link to another's article, headlines that tell the news
        before questions, explanations, comments and live pages, reports with a summary before bare headlines, those that tell what
        the others tell before the odd ones, what happened (if two outlets say so; one may tell of something else) before what was about
        to, then by time. The last two where three publishers tell it: of two nobody knows. Once texts are gone nobody can tell which is
        odd, and whoever led leads on."""
        if len(self.members) == 1:
            return self.members[0].item

        def rank(member: Member) -> tuple[bool, bool, bool]:
            item = member.item
            links = self._author(member).item.publisher != item.publisher
            return links or item.source in self.policy.wrappers, not tells(item.title, item.url), len(item.summary) < 40

        ranks = list(map(rank, self.members))
        best = min(ranks)
        fullest = [member.item for member, one in zip(self.members, ranks, strict=True) if one == best]
        happened = (
            len(self.publishers) >= PUBLISHERS
            and len({item.publisher for item in fullest if not is_ahead(item.title)}) > 1
        )
        first, *later = sorted(dated(fullest), key=lambda item: (happened and is_ahead(item.title), item.at, item.id))
        if not later:
            return first
        gone = any(member.item.pruned for member in self.members)
        fits = (lambda item: item.n in self._led) if gone else (lambda item: not self._agreement.is_odd(_account(item)))
        return next(filter(fits, (first, *later)), first)

    @cached_property
    def _agreement(self) -> Agreement:
        """Of independent publishers: what agencies' copies say does not count again and again."""
        independent = dict(self.publishers)
        return Agreement([_account(member.item) for member in self.members if member.item.publisher in independent])

    def _independent(self) -> tuple[tuple[str, int], ...]:
        """An article that several list counts once, for its author if that is known, else for whoever listed it first. An outlet that
        only prints an agency's text, which another had already, does not count; it does once it says something of its own. Whether a
        text that is gone was such a copy, or one that is there is a copy of one that is gone, is known by who `counted`, and since
        when."""
        if len(self.members) == 1:
            only = self.members[0]
            return ((only.item.publisher, only.item.entered),)
        found: dict[str, int] = {}
        articles: set[str] = set()
        told: list[Lead] = []
        gone = False

        def copied(member: Member, lead: Lead) -> bool:
            if member.item.canonical in articles:
                return True
            if not member.item.pruned:
                if any(is_copy(lead, other) for other in told):
                    return True
                if not gone or member.item.story is None:
                    return False
            if member.item.hidden:
                return False  # it did not count because nobody saw it
            author = self._author(member)
            since = self._counted.get(author.counted_as or author.item.publisher)
            return bool(self._counted and found) and (since is None or member.item.entered < since)

        for member in self.members:
            item, publisher = member.item, self._author(member).item.publisher
            lead = Lead(item.summary, item.author)
            if publisher not in found and not copied(member, lead):
                found[publisher] = item.entered
            if item.canonical:
                articles.add(item.canonical)
            if item.summary:
                told.append(lead)
            gone = gone or (item.pruned and not item.summary)
        return tuple(found.items())

    def _author(self, member: Member) -> Member:
        """Whose article an item is about: its own, or another's."""
        return self._authors.get(member.item.canonical or "", member)

    def _at_home(self) -> dict[str, Member]:
        """Canonical address → the report of the outlet that is at home there, of articles that several outlets list. The others only
        link to it, although some of them are polled before it and so are here first."""
        if len(self.members) == 1:
            return {}
        listed: dict[str, list[Member]] = {}
        for member in self.members:
            if member.item.canonical:
                listed.setdefault(member.item.canonical, []).append(member)
        found: dict[str, Member] = {}
        for address, reports in listed.items():
            if len({report.item.publisher for report in reports}) > 1:
                author = next((report for report in reports if self.policy.at_home(report.item)), None)
                found |= {address: author} if author else {}
        return found


def _account(item: PendingItem) -> Account:
    return Account(item.publisher, item.title, item.summary, item.lang)


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
