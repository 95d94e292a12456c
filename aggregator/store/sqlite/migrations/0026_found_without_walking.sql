-- What is looked for without walking the archive: the few that are hidden, among all that changed; the items of a month; texts that are
-- not deleted yet, by when they were listed. And stories published long ago, past those that are not: their times stand in the index.
CREATE INDEX stories_hidden ON stories (changed, n) WHERE hidden;
CREATE INDEX placements_hidden ON placements (changed, item) WHERE hidden;
CREATE INDEX items_at ON items (at, n);
CREATE INDEX texts_kept ON texts (listed) WHERE content != '' OR summary != '';
CREATE INDEX articles_kept ON articles (item) WHERE content != '';
DROP INDEX stories_entered;
CREATE INDEX stories_entered ON stories (entered, n, published) WHERE NOT hidden;
