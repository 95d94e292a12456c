-- How far apart the days with news of a source usually are, in seconds: one that reports once a week is not silent after eight days.
ALTER TABLE sources ADD COLUMN IF NOT EXISTS rhythm BIGINT;
