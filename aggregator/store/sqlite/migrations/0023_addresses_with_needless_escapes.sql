-- As 0022, for a later form: escapes that are not needed are none.
UPDATE texts SET canonical = canonical(url) WHERE canonical IS NOT canonical(url);
INSERT OR IGNORE INTO addresses SELECT address_hash(t.canonical), t.item FROM texts t JOIN items i ON i.n = t.item
    WHERE t.canonical IS NOT NULL AND address_hash(t.canonical) IS NOT i.address;
