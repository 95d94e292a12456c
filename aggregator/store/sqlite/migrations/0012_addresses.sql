-- Where outlets moved articles since they came: hashes of further addresses of items.
CREATE TABLE IF NOT EXISTS addresses (address INTEGER NOT NULL, item INTEGER NOT NULL, PRIMARY KEY (address, item)) WITHOUT ROWID;
