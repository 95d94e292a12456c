-- Why an item is in its story, in full, as JSON; NULL where `why` says it all.
ALTER TABLE placements ADD COLUMN joining TEXT;
