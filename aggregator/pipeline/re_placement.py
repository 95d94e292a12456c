"""Re-places stored stories after an edit of the rules or an upgrade, newest first, and notes the progress for the
status."""

from __future__ import annotations

from collections.abc import Callable

from aggregator.model import notes
from aggregator.pipeline.edition import re_place, with_like
from aggregator.pipeline.policy import Policy
from aggregator.ports import Archive

BATCH = 2000  # stories judged before those that move are stored, which every page and feed then notices


def re_place_all(
    archive: Archive,
    policy: Policy,
    now: Callable[[], int],
    proceed: Callable[[], bool],
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> int:
    """Judge all that is outdated; returns how many stories were. The caller holds the lease; `proceed` is asked before
    each batch. What is noted, `{done, of, epoch}`, goes on over a restart and ends with `of` done."""
    policy = with_like(policy, archive.upkeep)
    left, judged = archive.edition.count_outdated(policy.epoch), 0
    noted = archive.upkeep.noted(notes.RE_PLACING)
    if not left:
        _finish(archive, noted, policy.configuration)
        return 0
    of = max(left, _begun(noted, policy.configuration))
    while proceed():
        count = re_place(archive, policy, now(), BATCH)
        judged += count
        # Stories that merged meanwhile are not judged any more, though they were counted.
        done = min(of - left + judged, of) if count else of
        archive.upkeep.note(notes.RE_PLACING, {"done": done, "of": of, "epoch": policy.configuration})
        if not count:
            break
        progress(done, of)
    return judged


def _begun(noted: object, epoch: str) -> int:
    """How many stories an earlier process did."""
    if isinstance(noted, dict) and noted.get("epoch") == epoch and noted["done"] < noted["of"]:
        return int(noted["of"])
    return 0


def _finish(archive: Archive, noted: object, configuration: str) -> None:
    """The process that did the last of them may not have had time to note it, and an edit may leave nothing to do."""
    if isinstance(noted, dict) and (noted["done"], noted["epoch"]) != (noted["of"], configuration):
        archive.upkeep.note(notes.RE_PLACING, {"done": noted["of"], "of": noted["of"], "epoch": configuration})
