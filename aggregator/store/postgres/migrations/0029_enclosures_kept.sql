-- Texts that are not deleted yet, by when they were listed: also those that are nothing but an enclosure (a podcast without words).
DROP INDEX texts_kept;
CREATE INDEX texts_kept ON texts (listed) WHERE content != '' OR summary != '' OR enclosures IS NOT NULL;
