-- When a story that was known came to a stream or left it, by its time of publication: the daily brief of that day says
-- then that it changed. Kept for as long as briefs look back.
CREATE TABLE shifts (
    stream INTEGER NOT NULL, published INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (stream, published)
) WITHOUT ROWID;
