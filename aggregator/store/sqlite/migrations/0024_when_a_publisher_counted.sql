-- Since when a story has had so many publishers: a report may count long after it entered, when a copy gets a text of its own, or by
-- a merge.
ALTER TABLE corroborations ADD COLUMN reached INTEGER NOT NULL DEFAULT 0;
UPDATE corroborations SET reached = entered;
DROP INDEX corroborations_entered;
CREATE INDEX corroborations_reached ON corroborations (k, reached, story) WHERE k > 1;
