-- The text that an item waits with, by its hash: one that changes while it is placed waits on.
ALTER TABLE pending ADD COLUMN hash TEXT NOT NULL DEFAULT '';
UPDATE pending SET hash = coalesce((SELECT hash FROM texts WHERE texts.item = pending.item), '');
