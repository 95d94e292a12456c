-- The index of words holds texts as `indexed` writes them (aggregator/text/search.py): letters of scripts without spaces
-- one by one, ł as l. The words that were stored are cut and written so; the free places between them stay.
WITH stored AS (
    SELECT item, place, lexeme
    FROM search, unnest(words) AS word (lexeme, positions, weights), unnest(positions) AS place
    WHERE words::text ~ '[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003fffføđłðħıŋəßæœþ]'
), plain AS (
    SELECT item, place, replace(replace(replace(replace(translate(lexeme, 'øđłðħıŋə', 'odldhine'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th') AS lexeme
    FROM stored
), cut AS (
    SELECT item, place, nth, part[1] AS lexeme
    FROM plain, regexp_matches(lexeme, '[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]|[^\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]+', 'g')
        WITH ORDINALITY AS found (part, nth)
), placed AS (
    SELECT item, lexeme,
        row_number() OVER (PARTITION BY item ORDER BY place, nth)
        + place - dense_rank() OVER (PARTITION BY item ORDER BY place) AS place
    FROM cut
), written AS (
    SELECT item, string_agg('''' || lexeme || ''':' || least(place, 16383), ' ') AS words FROM placed GROUP BY item
)
UPDATE search SET words = written.words::tsvector FROM written WHERE search.item = written.item;
