-- What clients ask who keep a copy: the items that changed since they last asked.
CREATE INDEX IF NOT EXISTS texts_updated ON texts (updated, item);
