-- The index of words holds Greek, Arabic, Hebrew and Russian letters as people type them (`indexed` in
-- aggregator/text/search.py). It forgets a text only if told what it was told before, which nothing remembers, so where there
-- are such texts all are told anew.
CREATE TEMP TABLE retold AS SELECT EXISTS (
    SELECT 1 FROM texts WHERE title || summary GLOB
        '*[' || char(880) || '-' || char(1791) || char(7936) || '-' || char(8191) || ']*'
) AS yes;
INSERT INTO search (search) SELECT 'delete-all' FROM retold WHERE yes;
INSERT INTO search (rowid, title, summary)
    SELECT item, indexed(title), indexed(summary) FROM texts WHERE (SELECT yes FROM retold);
DROP TABLE retold;
