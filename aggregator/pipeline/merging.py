"""Which story remains when stories merge into one another."""

from __future__ import annotations

from collections.abc import Mapping


def survivor(into: Mapping[int, int], story: int) -> int:
    """The story that `story` is part of now; `into` maps each younger story to the older one that it merged into."""
    while story in into:
        story = into[story]
    return story
