"""Re-places stored stories after an edit of the rules or an upgrade, newest first, and notes the progress for the status."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection

from msgspec.structs import replace

from aggregator.model import notes
from aggregator.model.notes import RePlacing
from aggregator.model.story import Batch, Placed, StoryState
from aggregator.pipeline.compose import recomposed
from aggregator.pipeline.overrides import overrule
from aggregator.pipeline.policy import Policy
from aggregator.pipeline.stored_at import stories_at
from aggregator.ports import Archive
from aggregator.text.plurals import counted

log = logging.getLogger(__name__)

TOLD = 5  # at most so many addresses that mean nothing are logged; `plan` lists all
BATCH = 2000  # stories per transaction; each transaction makes cached pages and feeds outdated


def re_place_all(
    archive: Archive,
    policy: Policy,
    now: Callable[[], int],
    proceed: Callable[[], bool],
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> int:
    """Re-place all outdated stories; returns how many there were. The caller must hold the lease of the edition; `proceed` is called
    before each batch. After a restart the noted progress continues."""
    policy = policy.with_like(archive.upkeep)
    noted = archive.upkeep.noted(notes.RE_PLACING)
    same = noted if noted and noted.epoch == policy.configuration else None
    if not archive.edition.outdated(policy.epoch, 1):
        # Note the end: the process that did the last batch may not have done it, and an edit may leave nothing to do.
        if not (same and same.finished):
            of = noted.of if noted else 0
            archive.upkeep.note(notes.RE_PLACING, RePlacing(of, of, policy.configuration))
        return 0
    if same and not same.finished:  # news interrupted it, or an earlier process did not finish
        before, of = same.done, same.of
    else:  # once: counting takes the longer the larger the archive is, and news interrupts every few seconds
        before, of = 0, archive.edition.count_outdated(policy.epoch)
    judged = 0
    while proceed():
        count = re_place(archive, policy, now)
        judged += count
        # Stories that merged meanwhile were counted at first, but need not be judged; after an upgrade meanwhile all are judged again.
        done = min(before + judged, of - (count == BATCH)) if count else of
        archive.upkeep.note(notes.RE_PLACING, RePlacing(done, of, policy.configuration))
        if not count:
            _tell_unknown(archive, policy)
            break
        progress(done, of)
    return judged


def _tell_unknown(archive: Archive, policy: Policy) -> None:
    """Log the addresses under `stories` that mean nothing. Once after an edit: it is then that the editor looks for its effect."""
    if unknown := policy.overrides.unknown(archive.edition):
        log.warning(
            "under `stories`, %s of no stored item (misspelt, or not published yet): %s",
            counted(len(unknown), "address is", "addresses are"),
            ", ".join((*unknown[:TOLD], *(["…"] if len(unknown) > TOLD else []))),
        )


def re_place(archive: Archive, policy: Policy, now: Callable[[], int]) -> int:
    """Re-place at most BATCH outdated stories, newest first; returns how many were done. Nothing is announced: a story enters each
    stream at the time at which it would have entered it under these rules."""
    policy = policy.with_stored(archive, now())
    overrule(archive, policy, now)
    numbers = archive.edition.outdated(policy.epoch, BATCH)
    re_place_stories(archive, policy, numbers, now)
    return len(numbers)


def unpin(archive: Archive, policy: Policy, now: Callable[[], int]) -> None:
    """Re-place stories whose pins have expired: no edit of the file causes that. Idempotent."""
    moment = now()
    expired = policy.overrides.expired(moment)
    homes = stories_at(archive.edition, expired)
    states, members = archive.edition.stories(homes), archive.edition.members(homes)

    def belongs_elsewhere(n: int, state: StoryState) -> bool:
        again = list(map(policy.rejudged, members[n]))
        return recomposed(state, again, policy, moment).scores != state.scores

    if moving := [n for n, state in states.items() if belongs_elsewhere(n, state)]:
        re_place_stories(archive, policy, moving, now)


def re_place_stories(archive: Archive, policy: Policy, numbers: Collection[int], now: Callable[[], int]) -> None:
    """Classify and compose these stories again, and store those that differ. Most edits move few stories; the others must not appear as
    changed in lists of changes."""
    began = now()
    states = archive.edition.stories(numbers)
    placements: list[Placed] = []
    stories: list[StoryState] = []
    reports = archive.edition.members(numbers)
    # Stories whose reports were lost, in what SQLite saved of a damaged archive, would otherwise be the next to be judged for ever.
    unmoved = [n for n in numbers if n not in reports]
    for n, members in reports.items():
        again = list(map(policy.rejudged, members))
        story = recomposed(states[n], again, policy, began)
        if replace(story, epoch=states[n].epoch) == states[n] and all(map(policy.stays, members, again)):
            unmoved.append(n)
            continue
        stories.append(story)
        placements += [policy.placed(member, n) for member in again]
    # `now()` again, since judging takes seconds: a client that asked for changes meanwhile has not seen these.
    batch = Batch(tuple(placements), tuple(stories), epoch=policy.epoch, now=now(), anew=True, unmoved=tuple(unmoved))
    archive.edition.apply(batch)


def decides(archive: Archive, policy: Policy) -> bool:
    """Whether this process may re-place stored stories by its policy. Not if it `lags`, nor if another version of the program started after
    this one: two processes would otherwise re-place all stories in turn, forever."""
    return not lags(archive, policy) and archive.upkeep.noted(notes.PROGRAM) in (None, policy.program)


def lags(archive: Archive, policy: Policy) -> bool:
    """Whether another configuration was put in force, which this process does not follow (yet)."""
    in_force = archive.upkeep.configuration()
    return in_force is not None and in_force.epoch != policy.configuration


def undoes(archive: Archive, policy: Policy) -> bool:
    """Whether it `lags` behind an edit that may place stored stories otherwise. After other edits no story is outdated, so what this
    process left to those that follow would never be done. The policy must be completed (`with_stored`)."""
    if (in_force := archive.upkeep.configuration()) is None:
        return False
    return policy.epoch != replace(policy, configuration=in_force.epoch).with_like(archive.upkeep).epoch
