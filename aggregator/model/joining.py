"""Why an item is in its story. The reason is stored as values and put into words when it is shown."""

from __future__ import annotations

from msgspec import Struct


class Joining(Struct, frozen=True):
    """What the grouping decided about an item when it arrived. `score` is its similarity to its story, in 0…1; `shared` are words
    that it has in common with the story. `next` is the founding item of the runner-up story, `next_score` the similarity to that,
    `next_id` and `next_title` describe that story as it is now, if known; `vetoes` are the reasons against it."""

    reason: str  # founder, same address, same headline, alike, or an override of the editor
    score: float
    shared: tuple[str, ...] = ()
    vetoes: tuple[str, ...] = ()
    next: int | None = None
    next_score: float = 0.0
    next_id: str | None = None
    next_title: str | None = None


def in_words(joining: Joining) -> str:
    """One or two sentences for an editor."""
    reason = {"founder": "founded its story", "alike": f"alike {joining.score:.2f}"}.get(joining.reason, joining.reason)
    words = f": {', '.join(joining.shared)}" if joining.shared else ""
    if joining.next is None:
        return f"{reason}{words}"
    title = f"“{joining.next_title}”" if joining.next_title else "another story"
    against = f", kept apart by: {'; '.join(joining.vetoes)}" if joining.vetoes else ""
    return f"{reason}{words}. Next came {title} with {joining.next_score:.2f}{against}"
