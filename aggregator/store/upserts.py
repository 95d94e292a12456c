"""What becomes of a row that is there already: the end of an INSERT, the same text for every backend."""

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
"""Not a row in place of the other: that would tell no trigger that one went."""
PENDING = "ON CONFLICT (item) DO UPDATE SET hash = excluded.hash"
DROPS = "ON CONFLICT (source, reason) DO UPDATE SET count = drops.count + excluded.count, last = excluded.last"
FREQUENCY = "ON CONFLICT (word) DO UPDATE SET count = frequencies.count + excluded.count"
