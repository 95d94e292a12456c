-- Under which further ids outlets listed items since they came: of guids that they were given later.
CREATE TABLE known_as (id BYTEA PRIMARY KEY, item BIGINT NOT NULL);
