-- Whether the summary that an item was judged by was pruned: then its judgement is not made anew. Of rows without any
-- text that no source lists any more it is not known whether they ever had one; those are left as they stand, which loses
-- nothing.
ALTER TABLE texts ADD COLUMN pruned INTEGER NOT NULL DEFAULT 0;
UPDATE texts SET pruned = 1 WHERE summary = '' AND content = '' AND listed < (SELECT max(listed) FROM texts) - 7 * 86400;
