-- When an item changed, in itself or in its place: clients that keep a copy ask for it (before, an item counted as changed when it
-- arrived, and its story came later).
ALTER TABLE placements ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
UPDATE placements SET changed = coalesce((SELECT updated FROM texts WHERE texts.item = placements.item), 0);
CREATE INDEX placements_changed ON placements (changed, item);
DROP INDEX texts_updated;
