"""The ends of INSERT statements (ON CONFLICT) that say how existing rows are updated. The same text for all backends."""

from __future__ import annotations


def _replace(key: str, columns: str) -> str:
    return f"ON CONFLICT ({key}) DO UPDATE SET {', '.join(f'{one} = excluded.{one}' for one in columns.split())}"


PLACEMENT = f"""
    {_replace("item", "story publisher section scores topics places hidden changed")},
        why = CASE excluded.why WHEN '' THEN placements.why ELSE excluded.why END,
        joining = CASE excluded.why WHEN '' THEN placements.joining ELSE excluded.joining END
"""
ENTRY = _replace("stream, story", "entered primary_since published active")
"""An UPDATE, not a replacement: else the triggers that count the stories of a stream would not see that the old row is deleted."""
STORY = _replace("n", "id lead published entered updated changed section scores topics publishers entry epoch hidden")
MEMORY = _replace("item", "at publisher headline features")
PENDING = _replace("item", "hash")
DROPS = "ON CONFLICT (source, reason) DO UPDATE SET count = drops.count + excluded.count, last = excluded.last"
FREQUENCY = "ON CONFLICT (word) DO UPDATE SET count = frequencies.count + excluded.count"
COUNT = (
    "ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(meta.value AS bigint) + CAST(excluded.value AS bigint) AS text)"
)
"""For a number in `meta`, where values are text."""
