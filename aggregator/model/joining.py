"""Why an item is in its story: kept as values, told in words when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Joining:
    """What the grouping decided on an item, when it came. `score` is its likeness to its story, in 0…1; `next` is the
    founding item of the story that came next, `next_id` and `next_title` that story as it is now, where it is known;
    `vetoes` speak against that one."""

    reason: str  # founder, same address, same headline, alike, or the editor's word
    score: float
    shared: tuple[str, ...] = ()
    vetoes: tuple[str, ...] = ()
    next: int | None = None
    next_score: float = 0.0
    next_id: str | None = None
    next_title: str | None = None


def said(joining: Joining) -> str:
    """In a sentence or two, for an editor."""
    reason = {"founder": "founded its story", "alike": f"alike {joining.score:.2f}"}.get(joining.reason, joining.reason)
    words = f": {', '.join(joining.shared)}" if joining.shared else ""
    if joining.next is None:
        return f"{reason}{words}"
    title = f"“{joining.next_title}”" if joining.next_title else "another story"
    against = f", kept apart by: {'; '.join(joining.vetoes)}" if joining.vetoes else ""
    return f"{reason}{words}. Next came {title} with {joining.next_score:.2f}{against}"
