-- Where outlets moved articles since they came: hashes of further addresses of items.
CREATE TABLE IF NOT EXISTS addresses (address BIGINT NOT NULL, item BIGINT NOT NULL, PRIMARY KEY (address, item));
