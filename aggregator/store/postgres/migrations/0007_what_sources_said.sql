-- Fingerprints of the entries of a source's last document: what it says again in the same words need not be read again.
ALTER TABLE sources ADD COLUMN IF NOT EXISTS said BYTEA;
