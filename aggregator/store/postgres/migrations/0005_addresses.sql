-- Where outlets moved articles since they came: hashes of further addresses of items.
CREATE TABLE addresses (address BIGINT NOT NULL, item BIGINT NOT NULL, PRIMARY KEY (address, item));
