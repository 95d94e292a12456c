-- Who seldom told, and what is written in a language that few write in, is found without walking the archive.
CREATE INDEX placements_publisher ON placements (lower(publisher), item);
CREATE INDEX texts_lang ON texts (lower(lang), item) WHERE lang IS NOT NULL;
