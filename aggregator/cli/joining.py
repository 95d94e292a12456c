"""The part of `explain` that says why an item is in its story, and which story was the runner-up."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor
from typing import Any

from aggregator.model.joining import Joining
from aggregator.model.story import ItemView
from aggregator.render.entry import urn
from aggregator.stories.tuning import TUNING


def as_json(found: Joining) -> dict[str, Any]:
    """The reason as JSON. `next`: the story that came next when the item was grouped; `against`: what spoke against it."""
    return {
        "reason": found.reason,
        "score": round(found.score, 3),
        "needed": TUNING.min_link,
        "shared": list(found.shared),
        "next": {
            "story": urn(found.next_id) if found.next_id else None,
            "title": found.next_title,
            "score": round(found.next_score, 3),
            "against": list(found.vetoes),
        }
        if found.next is not None
        else None,
    }


def lines(item: ItemView) -> Iterator[str]:
    """The reason as lines for people."""
    found = item.joining
    if found is None:  # there was no runner-up
        if item.why == "founder":
            yield "  joined: it founded its story: nothing came near"
        return
    yield f"  joined: {_reason(found)}"
    if found.shared:
        yield f"    in common: {', '.join(found.shared)}"
    if found.next is not None:
        title = f"“{found.next_title}”" if found.next_title else "a story that no longer exists"
        id = f" ({urn(found.next_id)})" if found.next_id else ""
        yield f"    next came {title}{id} with {_below(found.next_score)}"
        yield from (f"    against it: {veto}" for veto in found.vetoes)


def _reason(found: Joining) -> str:
    if found.reason == "founder":
        near = found.next is not None and found.next_score >= TUNING.min_link
        return f"it founded its story{'' if near else f': none reached {TUNING.min_link:g}'}"
    if found.reason == "alike":
        less = "" if found.score >= TUNING.min_link else ", or less of what several outlets tell within a day"
        return f"alike, {found.score:.2f} where {TUNING.min_link:g} is needed{less}"
    return found.reason


def _below(score: float) -> str:
    """A score rounded down, so that one just below the threshold does not look as if it had reached it."""
    return f"{floor(score * 100 + 1e-9) / 100:.2f}"
