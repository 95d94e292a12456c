-- From when an article is to be asked for once more, where it could not be asked for at all: its host wanted a pause, or
-- could not say what its robots.txt asks.
ALTER TABLE articles ADD COLUMN again INTEGER;
