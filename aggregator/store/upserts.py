"""The ends of INSERT statements (ON CONFLICT) that say how existing rows are updated. The same text for all backends."""

from __future__ import annotations

PLACEMENT = """
    ON CONFLICT (item) DO UPDATE SET
        story = excluded.story, publisher = excluded.publisher, section = excluded.section, scores = excluded.scores,
        topics = excluded.topics, places = excluded.places,
        why = CASE excluded.why WHEN '' THEN placements.why ELSE excluded.why END,
        joining = CASE excluded.why WHEN '' THEN placements.joining ELSE excluded.joining END,
        hidden = excluded.hidden, changed = excluded.changed
"""
ENTRY = """
    ON CONFLICT (stream, story) DO UPDATE SET
        entered = excluded.entered, primary_since = excluded.primary_since, published = excluded.published, active = excluded.active
"""
"""An UPDATE, not a replacement: else the triggers that count the stories of a stream would not see that the old row is deleted."""
STORY = """
    ON CONFLICT (n) DO UPDATE SET
        id = excluded.id, lead = excluded.lead, published = excluded.published, entered = excluded.entered,
        updated = excluded.updated, changed = excluded.changed, section = excluded.section, scores = excluded.scores,
        topics = excluded.topics, publishers = excluded.publishers, entry = excluded.entry, epoch = excluded.epoch,
        hidden = excluded.hidden
"""
MEMORY = """
    ON CONFLICT (item) DO UPDATE SET
        at = excluded.at, publisher = excluded.publisher, headline = excluded.headline, features = excluded.features
"""
PENDING = "ON CONFLICT (item) DO UPDATE SET hash = excluded.hash"
DROPS = "ON CONFLICT (source, reason) DO UPDATE SET count = drops.count + excluded.count, last = excluded.last"
FREQUENCY = "ON CONFLICT (word) DO UPDATE SET count = frequencies.count + excluded.count"
COUNT = (
    "ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(meta.value AS bigint) + CAST(excluded.value AS bigint) AS text)"
)
"""For a number in `meta`, where values are text."""
