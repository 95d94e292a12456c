-- Signs newer than SQLite's Unicode part words in the index (`indexed` in aggregator/text/search.py), as they do in
-- PostgreSQL's. It forgets a text only if told what it was told before, which nothing remembers, so where there are such
-- texts all are told anew.
CREATE TEMP TABLE retold AS SELECT EXISTS (
    SELECT 1 FROM texts WHERE title || ' ' || summary GLOB
        '*[' || char(1564) || char(8294) || '-' || char(8297) || char(8378) || '-' || char(8399) || char(9204) || '-'
            || char(9215) || char(11085) || '-' || char(11263) || char(11826) || '-' || char(11903) || char(127744) || '-'
            || char(129791) || ']*'
) AS yes;
INSERT INTO search (search) SELECT 'delete-all' FROM retold WHERE yes;
INSERT INTO search (rowid, title, summary)
    SELECT item, indexed(title), indexed(summary) FROM texts WHERE (SELECT yes FROM retold);
DROP TABLE retold;
