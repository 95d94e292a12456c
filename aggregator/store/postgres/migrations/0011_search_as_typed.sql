-- The index of words holds Greek, Arabic, Hebrew and Russian letters as people type them (`indexed` in
-- aggregator/text/search.py). Words that vowel signs had cut into letters stay cut.
WITH stored AS (
    SELECT item, place, lexeme
    FROM search, unnest(words) AS word (lexeme, positions, weights), unnest(positions) AS place
    WHERE words::text ~ '[\u0370-\u03ff\u0451\u0620-\u06ff\u1f00-\u1fff]'
), bare AS (
    SELECT item, place, CASE WHEN lexeme ~ '[\u0370-\u03ff\u0620-\u06ff\u1f00-\u1fff]'
        THEN regexp_replace(normalize(lexeme, NFD), '[\u0300-\u036f\u0640\u064b-\u065f\u0670]', '', 'g') ELSE lexeme END AS lexeme
    FROM stored
), plain AS (
    SELECT item, place, translate(lexeme, U&'\03c2\0451\0649\06cc\06a9\0629', U&'\03c3\0435\064a\064a\0643\0647') AS lexeme
    FROM bare
), written AS (
    SELECT item, string_agg('''' || lexeme || ''':' || place, ' ') AS words FROM plain WHERE lexeme != '' GROUP BY item
)
UPDATE search SET words = written.words::tsvector FROM written WHERE search.item = written.item;
