-- When an item entered a section or topic, if that was not when it entered the archive: it came in by a text that its outlet rewrote, or left
-- by one (so that it does not become news again should it return). `as_primary`: the section as its primary one.
CREATE TABLE item_entries (
    stream BIGINT NOT NULL,
    as_primary BOOLEAN NOT NULL,
    item BIGINT NOT NULL,
    entered BIGINT NOT NULL,
    PRIMARY KEY (stream, as_primary, item)
);
CREATE INDEX item_entries_entered ON item_entries (stream, as_primary, entered, item);
