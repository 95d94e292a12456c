-- The index of words holds texts as `indexed` writes them (aggregator/text/search.py): letters of scripts without spaces
-- one by one, ł as l. It wants to be told what it had been told, so only the texts that this changes are told anew.
INSERT INTO search (search, rowid, title, summary)
    SELECT 'delete', item, title, summary FROM texts WHERE indexed(title) != title OR indexed(summary) != summary;
INSERT INTO search (rowid, title, summary)
    SELECT item, indexed(title), indexed(summary) FROM texts WHERE indexed(title) != title OR indexed(summary) != summary;
