-- How many further ids an item has, without walking those of all.
CREATE INDEX known_as_item ON known_as (item);
