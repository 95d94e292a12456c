-- A search asks for a word in all its forms, most of which are nowhere. Of the thousand commonest words alone, the server takes each form
-- that is none of them for half as frequent as the last, expects many times as many items, and goes through the newest one by one.
ALTER TABLE search ALTER COLUMN words SET STATISTICS 300;
ANALYZE search;
