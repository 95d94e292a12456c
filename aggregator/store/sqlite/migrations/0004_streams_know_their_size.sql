-- How many stories stand in a stream, kept as they come and go: counting them at each look would walk the archive.
ALTER TABLE streams ADD COLUMN total INTEGER NOT NULL DEFAULT 0;
UPDATE streams SET total = (SELECT count(*) FROM entries e WHERE e.stream = streams.n AND e.active);
CREATE TRIGGER entries_come AFTER INSERT ON entries WHEN new.active BEGIN
    UPDATE streams SET total = total + 1 WHERE n = new.stream;
END;
CREATE TRIGGER entries_go AFTER DELETE ON entries WHEN old.active BEGIN
    UPDATE streams SET total = total - 1 WHERE n = old.stream;
END;
CREATE TRIGGER entries_change AFTER UPDATE OF active ON entries WHEN new.active != old.active BEGIN
    UPDATE streams SET total = total + new.active - old.active WHERE n = new.stream;
END;
