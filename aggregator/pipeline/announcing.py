"""Computes the feed entry of a story, and decides when it changes. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from aggregator.model.story import EditionItem, Entry, Member, Report, StoryState
from aggregator.pipeline.corroboration import Coverage, is_headed_by
from aggregator.pipeline.override_index import OverrideIndex
from aggregator.pipeline.policy import Policy


class Change(Struct, frozen=True):
    """What happens to a story at the time `now` (epoch seconds). `joined`: numbers of the items that join it now; `absorbed`: stories
    that are merged into it; `replacing`: no news, only the rules changed."""

    now: int
    joined: Collection[int] = ()
    absorbed: Sequence[StoryState] = ()
    replacing: bool = False


def announced(coverage: Coverage, topics: Iterable[str], old: Entry | None, change: Change, *, turned: bool) -> Entry:
    """The feed entry of a story. The `old` entry stays unless a publisher joins, the lead or its text changes, or `turned` is true
    (`is_turned`). `topics` are ids."""
    members, lead, publishers = coverage.members, coverage.lead, coverage.publishers
    if old is None:
        updated = max(entered for _, entered in publishers)
    else:
        newcomers = _newcomers(coverage, old, change)
        said = lead.summary == old.summary and is_headed_by(old, lead)
        if not turned and (change.replacing or (not newcomers and said)):
            return old
        fresh = {member.item.publisher for member in members if member.item.n in change.joined}
        times = [at if name in fresh else change.now for name, at in newcomers]
        updated = max(old.updated + 1, *(times or [change.now]))
    return entry_of(lead, [member.item for member in members], topics, coverage.policy, updated)


def entry_of(
    lead: EditionItem, items: Sequence[EditionItem], topics: Iterable[str], policy: Policy, updated: int
) -> Entry:
    """An entry headed by `lead` that names these items (in order of entering), as it is at the time `updated`. `topics` are ids."""
    by_time = sorted(items, key=lambda item: (item.at, item.n))
    return Entry(
        title=lead.title,
        link=lead.url,
        summary=lead.summary,
        image=lead.image or next((item.image for item in items if item.image), None),
        lang=lead.lang,
        publisher=lead.publisher,
        reports=tuple([Report(item.publisher, item.source, item.url, item.title, item.at) for item in by_time]),
        topics=tuple([policy.topic_titles[topic] for topic in topics]),
        updated=updated,
        enclosures=lead.enclosures,
    )


def is_turned(entry: Entry, members: Sequence[Member], overrides: OverrideIndex) -> bool:
    """Whether an edit of `stories: hide` made an entry wrong: it names an article that is now hidden, or omits one that is no longer
    hidden. A hidden article that it never named does not matter."""
    items = [member.item for member in members]
    shown = [item for item in items if not overrides.hides(item)]
    # Counted, since a hidden article may have moved to the address of a shown one of the same time.
    told, here = Counter((one.url, one.published) for one in entry.reports), Counter((one.url, one.at) for one in shown)
    extra, missing, moved = told - here, here - told, _moved(entry, shown)
    # Or it is of the time of one that came later, so that their count is the same.
    gone = {(one.publisher, one.url, one.published) for one in entry.reports}
    gone -= {(one.publisher, one.url, one.at) for one in shown}

    def is_wrong(item: EditionItem) -> bool:
        place = item.url, item.at
        if overrides.hides(item):
            return place in extra or item.at in moved or (item.publisher, *place) in gone
        return item.hidden and place in missing and item.at not in moved

    return any(map(is_wrong, items))


def _moved(entry: Entry, items: Iterable[EditionItem]) -> set[int]:
    """Times of publication by which the entry names an item: those of its reports whose address no item has any more. (Outlets move
    articles, even to the address of another outlet's, and sources and publishers are renamed; only the time stays.)"""
    here = {item.url for item in items}
    return {report.published for report in entry.reports if report.url not in here}


def _newcomers(coverage: Coverage, entry: Entry, change: Change) -> list[tuple[str, int]]:
    """(name, time of entering) of independent publishers that the story did not have before, or that its entry does not name. They come
    with new items, with a story that is merged into this one, or with an item that was a copy and now has its own text."""
    members, younger = coverage.members, {state.n for state in change.absorbed}
    before = [m for m in members if m.item.n not in change.joined and m.item.story not in younger]
    known = {name for name, _ in coverage.among(before).publishers}
    named = {report.publisher for report in entry.reports}
    # Also by their present names, if `publishers:` has changed.
    items = [member.item for member in members]
    told, moved = {(report.url, report.published) for report in entry.reports}, _moved(entry, items)
    named |= {item.publisher for item in items if (item.url, item.at) in told or item.at in moved}
    return [(name, at) for name, at in coverage.publishers if name not in known & named]
