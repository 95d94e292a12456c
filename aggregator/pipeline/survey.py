"""Which categories of feeds are topics: surveyed once a day over the recent archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from aggregator.categorise.labels import Labels, Use, found
from aggregator.pipeline.edition import placed_anew
from aggregator.pipeline.labels import NOTE, labelled, stored
from aggregator.pipeline.moved import following
from aggregator.pipeline.policy import Policy
from aggregator.ports import Archive, Desk

EVERY = 86_400  # seconds between surveys
YOUNG = 3_600  # while nothing was found yet
WINDOW = 14 * 86_400  # seconds of stories that are looked at
STORIES = 20_000  # of them at the most, newest first
PAGE = 500

Told = tuple[int, Use]
"""A story, and what one of its items says."""


def survey(archive: Archive, policy: Policy, now: int, proceed: Callable[[], bool] = lambda: True) -> Labels | None:
    """Look for topics, if it is time, and give them to the stories looked at; those that are none any more are taken from
    all. The caller holds the lease of the edition. What was found, or None. Nothing is announced: a story stands in the
    new topic where it would have stood."""
    known = stored(archive)
    noted = archive.upkeep.noted(NOTE)
    at = noted.get("at") if isinstance(noted, dict) else None
    if isinstance(at, int) and 0 <= now - at < (EVERY if known.titles else YOUNG):
        return None
    policy = following(policy.at(now), archive.desk)
    told = list(_told(archive.desk, now - WINDOW))
    places = {policy.topic_titles[id]: id for id in policy.found_topics}
    uses = (use for _, use in told)
    labels = found(uses, known, taken_names=policy.taken_names, places=places, spoken_for=policy.spoken_for)
    archive.upkeep.note(NOTE, {"at": now, "labels": labels.as_json()})
    _give(archive, labelled(policy, labels), _new(labels, known), told, now=now, proceed=proceed)
    return labels


def _new(labels: Labels, known: Labels) -> Labels:
    return Labels(labels.titles, {key: id for key, id in labels.ids.items() if known.ids.get(key) != id})


def _give(
    archive: Archive, policy: Policy, new: Labels, told: list[Told], *, now: int, proceed: Callable[[], bool]
) -> None:
    gone = archive.desk.unnamed(policy.topic_titles)
    wanted = list(dict.fromkeys([*gone, *(story for story, use in told if new.of(use.categories))]))
    for start in range(0, len(wanted), PAGE):
        if not proceed():
            return
        placed_anew(archive, policy, wanted[start : start + PAGE], now)


def _told(desk: Desk, since: int) -> Iterator[Told]:
    """The newest stories, page by page."""
    before: tuple[int, int] | None = None
    left = STORIES
    while left > 0 and (rows := desk.page(before, min(PAGE, left), since)):
        for n, members in desk.members([n for _, n, _ in rows]).items():
            for member in members:
                yield n, Use(member.item.publisher, member.item.categories, member.item.url or "")
        before, left = rows[-1][:2], left - len(rows)
