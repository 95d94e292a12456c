-- `stories: hide` hides articles, and a story where all of its are hidden. Until now one hid the whole story; stored
-- stories are placed anew after the upgrade, and those that other articles tell come back.
ALTER TABLE placements ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
UPDATE placements SET hidden = 1 WHERE story IN (SELECT n FROM stories WHERE hidden);
