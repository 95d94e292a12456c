-- Texts extracted from articles themselves, for sources with `full_text`. A row is written before the article is asked
-- for, so it is asked for once, whatever becomes of it; `why` says what became of it where there is no text.
CREATE TABLE articles (
    item INTEGER PRIMARY KEY,
    asked INTEGER NOT NULL,
    content TEXT NOT NULL DEFAULT '',
    why TEXT
);
