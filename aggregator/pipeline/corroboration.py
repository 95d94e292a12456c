"""Determines who reports a story: its lead, and the independent publishers that corroborate it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

from msgspec.structs import replace

from aggregator.model.story import EditionItem, Entry, Member, StoryState
from aggregator.normalise.address import steady
from aggregator.pipeline.policy import Policy
from aggregator.stories.agreement import PUBLISHERS, Agreement
from aggregator.stories.copies import Lead, is_agency, is_copy
from aggregator.text.headline import dead, is_ahead, is_hearsay, length, tells, tells_of_death

LATE = 900
"""Reports within so many seconds of the first one count as first reports: a round of polls takes less."""
FULL = 40
"""A summary of fewer letters says no more than a headline."""
COPIES = 100
"""An outlet of which a story has so many copies of agencies' texts is asked for no text of its own any more. Two feeds of one hand, with
a thousand such texts a day under one headline, would otherwise hold up all editions: each copy is compared with all before it."""
EARLIER = 86_400
"""A later report may be dated up to so many seconds before the first reports: sources with little news are polled only a few times a
day."""


def dated(items: Collection[EditionItem]) -> list[EditionItem]:
    """The items whose dates count for the time of the first report. Sources may give any date. An item that links to another outlet's
    article joins that story whatever its date: one from years ago would otherwise take over headline, link and month of the story."""
    if len(items) == 1:
        return list(items)
    prompt = min(item.first_seen for item in items) + LATE
    earliest = min(item.at for item in items if item.first_seen <= prompt) - EARLIER
    return [item for item in items if item.at >= earliest]


class Coverage:
    """The reports of a story that readers see, in order of entering.

    `counted`: publisher → since when it has counted as independent; `led`: numbers of the items that were its lead so far.
    `publishers`: (name, epoch seconds of joining) of the independent publishers, in order of joining."""

    def __init__(
        self, members: Sequence[Member], policy: Policy, counted: Mapping[str, int], led: Collection[int] = ()
    ) -> None:
        self.members = members
        self.policy = policy
        self._counted, self._led = counted, led
        self._authors = self._at_home()
        self.publishers = self._independent()

    def among(self, members: Sequence[Member]) -> Coverage:
        """The coverage if these were the only members."""
        return Coverage(members, self.policy, self._counted, self._led)

    @property
    def published(self) -> int:
        """When the story was first reported, epoch seconds. What date another gives an outlet's article does not count."""
        if len(self.members) == 1:
            return self.members[0].item.at
        own = [one.item for one in self.members if self._author(one).item.publisher == one.item.publisher]
        return min(item.at for item in dated(own))

    @cached_property
    def lead(self) -> EditionItem:
        """The item that heads the story: the earliest full report. Items are preferred in this order:

        1. articles of outlets, before items of wrappers and links to another outlet's article;
        2. headlines that report news, before questions, explanations, comments and live pages (`text.headline.tells`);
        3. items with a summary, before bare headlines;
        4. reports that agree with the others, in text and in headline, before odd ones (`stories.agreement`);
        5. headlines about what has happened, before those about what is still to come, and what outlets tell themselves, before what
           they pass on, if at least two outlets have the former; before those that count the dead, if two outlets count half as many
           again by now; and before those that tell of no death, if two outlets, and half as many as are independent, tell of one;
        6. the earliest.

        4 and 5 apply only if three publishers report the story: of two, nobody knows which is right. If texts were pruned, agreement
        cannot be computed: then items that led the story before are preferred instead."""
        if len(self.members) == 1:
            return self.members[0].item

        def rank(member: Member) -> tuple[bool, bool, bool]:
            item = member.item
            links = self._author(member).item.publisher != item.publisher
            bare = length(item.summary[:FULL]) < FULL
            return links or item.source in self.policy.wrappers, not tells(item.title, item.url), bare

        ranks = list(map(rank, self.members))
        best = min(ranks)
        fullest = [member.item for member, one in zip(self.members, ranks, strict=True) if one == best]
        several = len(self.publishers) >= PUBLISHERS
        happened = several and len({item.publisher for item in fullest if not is_ahead(item.title)}) > 1
        seen = several and len({item.publisher for item in fullest if not is_hearsay(item.title)}) > 1
        told = [(self._author(member).item.publisher, member.item.title) for member in self.members] if several else []
        toll, fatal = _toll(told), _is_fatal(told, len(self.publishers))

        def is_outdated(item: EditionItem) -> bool:
            before = (happened and is_ahead(item.title)) or (fatal and not tells_of_death(item.title))
            return before or (seen and is_hearsay(item.title)) or 0 < 3 * dead(item.title) <= 2 * toll

        first, *later = sorted(dated(fullest), key=lambda item: (is_outdated(item), item.at, item.id))
        if not later:
            return first
        if any(member.item.pruned for member in self.members):
            return next((item for item in (first, *later) if item.n in self._led), first)
        return next((item for item in (first, *later) if not self._agreement.is_odd(item)), first)

    @cached_property
    def _agreement(self) -> Agreement:
        """The agreement of the independent publishers: a text that many outlets copy counts only once."""
        independent = dict(self.publishers)
        return Agreement([member.item for member in self.members if member.item.publisher in independent])

    def _independent(self) -> tuple[tuple[str, int], ...]:
        """(publisher, time of joining) of the independent publishers.

        - An article that several outlets list counts once: for the outlet that wrote it, if that is known, else for the first to list
          it. Example: outlet B links to an article of outlet A; only A counts.
        - An outlet that only prints an agency's text that another outlet has already printed does not count, until it has a text of
          its own. If it does not name the agency itself, this is shown by texts of the agency, and by the first text that each other
          outlet prints: one that copies the texts of several before they are polled, and names an agency, would otherwise take the place
          of all.
        - If texts were pruned, copies can no longer be recognised, except by texts that entries of stories still have (`restored`). Then
          `counted` decides: whoever counted before still counts."""
        if len(self.members) == 1:
            only = self.members[0]
            return ((only.item.publisher, only.item.entered),)
        found: dict[str, int] = {}
        articles: set[str] = set()
        told: list[Lead] = []
        shown: list[Lead] = []  # those of agencies, and the first that each outlet prints
        printed: set[str] = set()
        copies = Counter[str]()  # of outlets that do not count
        gone = False  # whether the text of an earlier report was pruned
        for member in self.members:
            item, publisher = member.item, self._author(member).item.publisher
            lead = Lead(item.summary, item.author)
            if publisher not in found and item.canonical not in articles and copies[publisher] < COPIES:
                others = told if lead.credited else shown
                copied = any(is_copy(lead, other) for other in others)
                copies[publisher] += copied
                unknown = item.pruned or (gone and item.story is not None)
                if not copied and not (unknown and found and self._was_copy(member)):
                    found[publisher] = item.entered
            if item.canonical:
                articles.add(item.canonical)
            if item.summary:
                told.append(lead)
                if item.publisher not in printed or is_agency(item.publisher):
                    shown.append(lead)
                    printed.add(item.publisher)
            gone = gone or (item.pruned and not item.summary)
        return tuple(found.items())

    def _was_copy(self, member: Member) -> bool:
        """Whether a stored item was a copy so far: its publisher has not counted, or only since a later item. If the item was hidden, that
        alone was the reason."""
        if member.item.hidden or not self._counted:
            return False
        author = self._author(member)
        since = self._counted.get(author.counted_as or author.item.publisher)
        return since is None or member.item.entered < since

    def _author(self, member: Member) -> Member:
        """The report by the outlet whose article this is: the item itself, or that of another outlet to whose article it links."""
        return self._authors.get(member.item.canonical or "", member)

    def _at_home(self) -> dict[str, Member]:
        """Canonical address → the report of the outlet whose site it is on, for articles that several outlets list. The others only link
        to it, even if they were polled earlier and so came first."""
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


def _toll(told: Collection[tuple[str, str]]) -> int:
    """How many dead the headlines of at least two outlets count; 0 if no two do. `told`: (publisher of the article, headline)."""
    most: dict[str, int] = {}
    for publisher, title in told:
        most[publisher] = max(most.get(publisher, 0), dead(title))
    return sorted((0, 0, *most.values()))[-2]


def _is_fatal(told: Collection[tuple[str, str]], independent: int) -> bool:
    """Whether the headlines of half as many outlets as are `independent` say that somebody died. These are three or more, or nothing is
    `told`: so at least two outlets say it."""
    telling = {publisher for publisher, title in told if tells_of_death(title)}
    return 2 * len(telling) >= independent


def is_headed_by(entry: Entry, item: EditionItem) -> bool:
    """Whether an entry has headline and link of an item. What only tracks readers, and sessions, do not matter."""
    return entry.title == item.title and (entry.link == item.url or steady(entry.link) == steady(item.url))


def restored(members: Sequence[Member], before: Sequence[StoryState]) -> Sequence[Member]:
    """The members, where leads whose texts were pruned get summary and enclosures from the entries of their stories (`before`);
    also recordings without words, which were judged by their headlines and so are not `pruned`, but lost their hash."""
    if not before:
        return members
    said = {state.lead: state.entry for state in before}

    def one(member: Member) -> Member:
        item, entry = member.item, said.get(member.item.n)
        deleted = item.pruned or not (item.hash or item.summary)
        if not deleted or entry is None or not is_headed_by(entry, item):
            return member
        return replace(member, item=replace(item, summary=entry.summary, enclosures=entry.enclosures))

    return [one(member) for member in members]


def counted_since(before: Sequence[StoryState]) -> dict[str, int]:
    """Publisher → since when it has counted as independent, in any of these stories."""
    found: dict[str, int] = {}
    for state in before:
        for name, entered in state.publishers:
            found[name] = min(entered, found.get(name, entered))
    return found
