-- Addresses in the form that compares equal now (aggregator/normalise/address.py): by another one an item without a guid would be new
-- when its source lists it again, and `stories:` would not name it any more.
UPDATE texts SET canonical = canonical(url) WHERE canonical IS NOT canonical(url);
INSERT OR IGNORE INTO addresses SELECT address_hash(t.canonical), t.item FROM texts t JOIN items i ON i.n = t.item
    WHERE t.canonical IS NOT NULL AND address_hash(t.canonical) IS NOT i.address;
