-- The index of words holds texts as `indexed` writes them (aggregator/text/search.py). It forgets a text only if told what it was
-- told before, which nothing remembers, so all are told anew.
INSERT INTO search (search) VALUES ('delete-all');
INSERT INTO search (rowid, title, summary) SELECT item, indexed(title), indexed(summary) FROM texts;
