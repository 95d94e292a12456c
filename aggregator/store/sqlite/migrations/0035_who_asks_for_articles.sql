-- Which process is asking for an article, so that one that was killed does not keep it from others.
ALTER TABLE articles ADD COLUMN claimed_by TEXT;
CREATE INDEX articles_claimed ON articles (claimed_by) WHERE claimed_by IS NOT NULL;
