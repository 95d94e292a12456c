-- What the grouping remembers of an item is words as numbers from here on: the old form is forgotten. Stories stay as
-- they are; for the few days that the grouping looks back, new items find fewer of the older ones.
DELETE FROM memories;
