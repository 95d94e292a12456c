-- How many items are of which language. What is known of a partial index (texts_lang) is not used, and of any language the server
-- expected so few items that it went through all of them for each list.
CREATE STATISTICS texts_languages ON (lower(lang COLLATE "C")) FROM texts;
ANALYZE texts;
