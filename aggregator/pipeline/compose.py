"""What a story says and where it stands, from its items. Pure: the same items give the same story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from aggregator.model.judgement import Judgement
from aggregator.model.story import Entry, Member, PendingItem, Placing, Report, StoryState
from aggregator.stories.copies import is_copy

Scores = tuple[tuple[str, float], ...]

FOLDED = 24
"""A story is in its sections by its first items; later ones confirm. So only these are walked for times of entering."""
FOUND = 4
"""Found topics of a story at the most: two of its categories, and places."""


@dataclass(frozen=True, slots=True)
class Policy:
    """By what the edition decides. `place` maps the (publisher, judgement) pairs of a story to its primary section and
    all its sections with scores, highest first. `epoch` names rules and program together: a story placed under another
    is outdated. `program` names the program alone."""

    epoch: str
    judge: Callable[[PendingItem], Judgement]
    place: Callable[[Sequence[tuple[str, Judgement]]], tuple[str, Scores]]
    publisher: Callable[[PendingItem], str]
    topic_titles: Mapping[str, str]
    found_topics: frozenset[str] = frozenset()  # topics that places make, not rules
    wrappers: frozenset[str] = frozenset()  # sources that repeat what others publish
    hidden: frozenset[str] = frozenset()  # canonical addresses of `stories: hide`
    pinned: Mapping[str, str] = field(default_factory=dict)  # canonical address → section
    pins: tuple[tuple[str, str, int | None], ...] = ()  # (canonical address, section, when it is over), over or not
    apart: frozenset[str] = frozenset()  # canonical addresses of `stories: split`
    joined: tuple[frozenset[str], ...] = ()  # canonical addresses of `stories: join`
    program: str = ""
    taken_names: frozenset[str] = (
        frozenset()
    )  # of outlets, sections and configured topics: no category is a topic of these
    spoken_for: Callable[[str], bool] = lambda title: False  # whether configured topics mean a text

    def at(self, now: int) -> Policy:
        """The policy as it is now: pins end by themselves."""
        if not self.pins:
            return self
        return replace(
            self, pinned={address: section for address, section, over in self.pins if not over or now < over}
        )

    def hides(self, item: PendingItem) -> bool:
        return item.canonical in self.hidden


def compose(
    n: int,
    members: Sequence[Member],
    old: StoryState | None,
    policy: Policy,
    *,
    joined: Collection[int],
    now: int,
    absorbed: Sequence[StoryState] = (),
    replacing: bool = False,
) -> StoryState:
    """The story of founding item `n` that `members` (all of them, in order of entering) make.

    `joined` are the numbers of those that came just now, `absorbed` the stories merged into this one. `replacing`:
    only the rules changed, so every stream is entered when it would have been, and the entry stays as it is, unless the
    editor hid what it names or shows it again. What is hidden is as if it were not there, until all of it is.

    Of members whose texts were pruned the story keeps what it knows: what its entry says, who counted, and judgements,
    of which those sections and topics go that the policy does not know.
    """
    before = () if old is None else (old, *absorbed)
    members = recalled(members, before)
    counted = _counted(before)
    seen = [member for member in members if not policy.hides(member.item)] if policy.hidden else members
    told = seen or members
    lead = choose_lead(told, policy)
    section, scores = _placed(told, policy)
    topics = _topics(told, policy)
    publishers = corroborations(told, counted)
    known = {placing.stream: placing for placing in _merged(old, absorbed)}
    since = None if old is None or replacing else max((m.item.entered for m in told if m.item.n in joined), default=now)
    younger = {state.n for state in absorbed}
    change = _Change(
        joined=joined,
        merged={member.item.n for member in told if member.item.story in younger} if younger else (),
        turned=old is not None and bool(seen) and _turned(members, policy, old.entry),
        replacing=replacing,
    )
    return StoryState(
        n=n,
        id=old.id if old else next(member.item.id for member in members if member.item.n == n),
        lead=lead.n,
        published=min(member.item.at for member in told),
        entered=min((state.entered for state in before), default=told[0].item.entered),
        section=section,
        scores=scores,
        topics=topics,
        publishers=publishers,
        entry=_entry(told, lead, publishers, topics, old, policy=policy, counted=counted, now=now, change=change),
        placings=_placings(told, policy, (section, scores, topics), known, since),
        hidden=not seen,
    )


def choose_lead(members: Sequence[Member], policy: Policy) -> PendingItem:
    """The earliest full report: outlets before wrappers, reports with a summary before bare headlines, then by time."""

    def rank(member: Member) -> tuple[bool, bool, int, str]:
        item = member.item
        return (item.source in policy.wrappers, len(item.summary) < 40, item.at, item.id)

    return min(members, key=rank).item if len(members) > 1 else members[0].item


def recalled(members: Sequence[Member], before: Sequence[StoryState]) -> Sequence[Member]:
    """The members, those leads whose texts are gone with what the entry of their story says of them."""
    if not before:
        return members
    said = {state.lead: state.entry for state in before}

    def one(member: Member) -> Member:
        item, entry = member.item, said.get(member.item.n)
        if not item.pruned or entry is None or (entry.title, entry.link) != (item.title, item.url):
            return member
        return replace(member, item=replace(item, summary=entry.summary, enclosures=entry.enclosures))

    return [one(member) for member in members]


def _counted(before: Sequence[StoryState]) -> dict[str, int]:
    """Publisher → since when it corroborates the story."""
    found: dict[str, int] = {}
    for state in before:
        for name, entered in state.publishers:
            found[name] = min(entered, found.get(name, entered))
    return found


def corroborations(members: Sequence[Member], counted: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Independent publishers in order of joining, with the time each did. An outlet that only prints an agency's text
    which another had already does not corroborate it; it counts once it says something of its own. Whether a text that is
    gone was such a copy is known by who `counted`, and since when."""
    found: dict[str, int] = {}
    told: list[str] = []

    def copied(member: Member) -> bool:
        if not member.item.pruned:
            return any(is_copy(member.item.summary, other) for other in told)
        if member.item.hidden:
            return False  # it did not count because nobody saw it
        since = counted.get(member.counted_as)
        return bool(counted and found) and (since is None or member.item.entered < since)

    for member in members:
        item = member.item
        if item.publisher not in found and not copied(member):
            found[item.publisher] = item.entered
        if item.summary:
            told.append(item.summary)
    return tuple(found.items())


def _placed(members: Sequence[Member], policy: Policy) -> tuple[str, Scores]:
    section, scores = policy.place([(member.item.publisher, member.judgement) for member in members])
    if not policy.pinned:
        return section, scores
    pin = next((pinned for m in members if (pinned := policy.pinned.get(m.item.canonical or ""))), None)
    if pin is None or pin == section:
        return section, scores
    top = scores[0][1] if scores else 0.0
    return pin, ((pin, top or 1.0), *((name, score) for name, score in scores if name != pin and score > 0))


def _topics(members: Sequence[Member], policy: Policy) -> tuple[str, ...]:
    """Configured topics that at least a third of the items have, most frequent first; then found ones, those that at
    least half of them have, four at the most."""
    held = [topic for member in members for topic in member.judgement.topics if topic in policy.topic_titles]
    if not held:
        return ()
    counts = Counter(held).most_common()
    ruled = [topic for topic, count in counts if topic not in policy.found_topics and count * 3 >= len(members)]
    found = [topic for topic, count in counts if topic in policy.found_topics and count * 2 >= len(members)]
    return (*ruled, *found[:FOUND])


def _merged(old: StoryState | None, absorbed: Sequence[StoryState]) -> list[Placing]:
    """A merge keeps its place: in each stream the story stands where the first of the two stood."""
    found: dict[str, Placing] = {}
    for state in (*absorbed, *((old,) if old else ())):
        for placing in state.placings:
            other = found.get(placing.stream)
            if other is None or placing.entered < other.entered:
                found[placing.stream] = placing
    return list(found.values())


def _placings(
    members: Sequence[Member],
    policy: Policy,
    final: tuple[str, Scores, tuple[str, ...]],
    known: Mapping[str, Placing],
    since: int | None,
) -> tuple[Placing, ...]:
    """Streams of the story with the time of entering. `since`: no stream is newly entered before this time."""
    section, scores, topics = final
    first, primary = _walk(members, policy, final)
    active = {f"section:{name}" for name, _ in scores} | {f"section:{section}"} | {f"topic:{name}" for name in topics}
    placings = []
    for stream in sorted(active | known.keys()):
        before = known.get(stream)
        fresh = max(first.get(stream, members[-1].item.entered), since or 0)
        entered = before.entered if before else fresh
        led = before.primary_since if before else None
        if led is None and stream == f"section:{section}":
            led = max(primary.get(stream, members[-1].item.entered), since or 0)
        placings.append(Placing(stream, entered, led, stream in active))
    return tuple(placings)


def _walk(
    members: Sequence[Member], policy: Policy, final: tuple[str, Scores, tuple[str, ...]]
) -> tuple[dict[str, int], dict[str, int]]:
    """When the story first stood in each stream, and first as primary section, item by item."""
    first: dict[str, int] = {}
    primary: dict[str, int] = {}
    walked = members[:FOLDED]
    for count in range(1, len(walked) + 1):
        whole = count == len(members)
        section, scores = final[:2] if whole else _placed(members[:count], policy)
        topics = final[2] if whole else _topics(members[:count], policy)
        entered = members[count - 1].item.entered
        for name, _ in scores:
            first.setdefault(f"section:{name}", entered)
        first.setdefault(f"section:{section}", entered)
        primary.setdefault(f"section:{section}", entered)
        for topic in topics:
            first.setdefault(f"topic:{topic}", entered)
    return first, primary


@dataclass(frozen=True, slots=True)
class _Change:
    """What happened to a story: items that `joined` just now or came by a merge, by number; whether the editor `turned`
    what its entry names; whether it is but placed anew."""

    joined: Collection[int]
    merged: Collection[int]
    turned: bool
    replacing: bool


def _entry(
    members: Sequence[Member],
    lead: PendingItem,
    publishers: tuple[tuple[str, int], ...],
    topics: tuple[str, ...],
    old: StoryState | None,
    *,
    policy: Policy,
    counted: Mapping[str, int],
    now: int,
    change: _Change,
) -> Entry:
    """What feeds say: it moves only when a publisher joins or the lead, or what the lead says, changes, and when the
    editor hides what it names."""
    if old is None:
        updated = max(entered for _, entered in publishers)
    else:
        entry = old.entry
        newcomers = _newcomers(members, publishers, entry, change, counted)
        said = (lead.title, lead.url, lead.summary) == (entry.title, entry.link, entry.summary)
        if not change.turned and (change.replacing or (not newcomers and said)):
            return entry
        fresh = {member.item.publisher for member in members if member.item.n in change.joined}
        moments = [now] if change.turned else [at if name in fresh else now for name, at in newcomers] or [now]
        updated = max(entry.updated + 1, *moments)
    return Entry(
        title=lead.title,
        link=lead.url,
        summary=lead.summary,
        image=lead.image or next((m.item.image for m in members if m.item.image), None),
        lang=lead.lang,
        publisher=lead.publisher,
        reports=tuple([_report(member.item) for member in sorted(members, key=lambda m: (m.item.at, m.item.n))]),
        topics=tuple([policy.topic_titles[topic] for topic in topics if topic in policy.topic_titles]),
        updated=updated,
        enclosures=lead.enclosures,
    )


def _turned(members: Sequence[Member], policy: Policy, entry: Entry) -> bool:
    """Whether the entry names an article that is hidden now, or is silent of one that is not any more. Of an article that
    it never named nothing need be said."""
    named = {(report.source, report.url) for report in entry.reports}

    def names(item: PendingItem) -> bool:
        return (item.source, item.url) in named or (item.image is not None and item.image == entry.image)

    return any(
        names(member.item) if policy.hides(member.item) else member.item.hidden and not names(member.item)
        for member in members
    )


def _newcomers(
    members: Sequence[Member],
    publishers: tuple[tuple[str, int], ...],
    entry: Entry,
    change: _Change,
    counted: Mapping[str, int],
) -> list[tuple[str, int]]:
    """The independent publishers that the story did not have, or that its entry does not name, with the time each
    entered: those of items that came just now, or with a story merged into this one, and one whose item was a copy and
    says something of its own by now."""
    before = [m for m in members if m.item.n not in change.joined and m.item.n not in change.merged]
    known = {name for name, _ in corroborations(before, counted)}
    addresses = {report.url for report in entry.reports if report.url}
    named = {report.publisher for report in entry.reports}
    named |= {m.item.publisher for m in members if m.item.url in addresses}  # `publishers:` may fold it anew
    return [(name, at) for name, at in publishers if name not in known & named]


def _report(item: PendingItem) -> Report:
    return Report(item.publisher, item.source, item.url, item.title, item.at)
