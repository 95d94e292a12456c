-- Under which further ids outlets listed items since they came: of guids that they were given later.
CREATE TABLE known_as (id BLOB PRIMARY KEY, item INTEGER NOT NULL) WITHOUT ROWID;
