-- Times are whole seconds since 1970 UTC. Ids are the 16 bytes of a UUID. JSON is text.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Every configuration that was in force; the last one is.
CREATE TABLE configurations (
    n INTEGER PRIMARY KEY,
    epoch TEXT NOT NULL,
    texts TEXT NOT NULL,
    applied INTEGER NOT NULL
);

-- A configured feed: how it is called, and what is known of it. `listed` 0: no longer in feeds.yaml.
CREATE TABLE sources (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    root TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    listed INTEGER NOT NULL DEFAULT 1,
    enabled INTEGER NOT NULL DEFAULT 1,
    lease_owner TEXT,
    lease_until INTEGER NOT NULL DEFAULT 0,
    etag TEXT, last_modified TEXT, validator_url TEXT,
    next_poll INTEGER NOT NULL DEFAULT 0, interval INTEGER, why TEXT NOT NULL DEFAULT 'never polled',
    first_success INTEGER, last_attempt INTEGER, last_success INTEGER, last_new INTEGER,
    last_status INTEGER, error_kind TEXT, error TEXT, failures INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'new',
    polls INTEGER NOT NULL DEFAULT 0, not_modified INTEGER NOT NULL DEFAULT 0,
    bytes_received INTEGER NOT NULL DEFAULT 0, bytes_saved INTEGER NOT NULL DEFAULT 0,
    last_size INTEGER NOT NULL DEFAULT 0,
    moved_to TEXT, moved_since INTEGER, moved_count INTEGER NOT NULL DEFAULT 0,
    feed_title TEXT, feed_link TEXT, icon TEXT, body_hash TEXT, flaws TEXT, rate REAL,
    asks TEXT
);
CREATE INDEX sources_due ON sources (next_poll) WHERE listed AND enabled;

-- What was discarded or held back, by reason.
CREATE TABLE drops (
    source INTEGER NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (source, reason)
) WITHOUT ROWID;

-- An item never changes here and never leaves: a purged item stays known and does not come back.
-- `address` is a hash of its canonical address.
CREATE TABLE items (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    source INTEGER NOT NULL,
    entered INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    at INTEGER NOT NULL,
    live INTEGER NOT NULL,
    address INTEGER
);
CREATE INDEX items_source ON items (source, entered, n);
CREATE INDEX items_entered ON items (entered, n);
CREATE INDEX items_address ON items (address) WHERE address IS NOT NULL;

-- What an item says now.
CREATE TABLE texts (
    item INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    url TEXT, canonical TEXT,
    title TEXT NOT NULL, summary TEXT NOT NULL, content TEXT NOT NULL,
    author TEXT, publisher TEXT NOT NULL, lang TEXT, published INTEGER,
    categories TEXT, image TEXT, enclosures TEXT,
    hash TEXT NOT NULL,
    updated INTEGER NOT NULL,
    listed INTEGER NOT NULL
);

CREATE VIRTUAL TABLE search USING fts5 (
    title, summary, content='', tokenize="unicode61 remove_diacritics 2"
);

-- Items that wait for the edition.
CREATE TABLE pending (item INTEGER PRIMARY KEY);

CREATE TABLE placements (
    item INTEGER PRIMARY KEY,
    story INTEGER NOT NULL,
    publisher TEXT NOT NULL, -- folded by `publishers:`
    section TEXT NOT NULL,
    scores TEXT NOT NULL,
    topics TEXT NOT NULL,
    places TEXT NOT NULL,
    why TEXT NOT NULL
);
CREATE INDEX placements_story ON placements (story);

-- `n` is the number of the founding item.
CREATE TABLE stories (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    lead INTEGER NOT NULL,
    published INTEGER NOT NULL,
    entered INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    section TEXT NOT NULL,
    scores TEXT NOT NULL,
    topics TEXT NOT NULL,
    publishers INTEGER NOT NULL,
    entry TEXT NOT NULL,
    epoch TEXT NOT NULL,
    hidden INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX stories_entered ON stories (entered, n) WHERE NOT hidden;
CREATE INDEX stories_published ON stories (published, n) WHERE NOT hidden;
CREATE INDEX stories_changed ON stories (changed, n);

-- A story that was merged into another: its address redirects.
CREATE TABLE merged (id BLOB PRIMARY KEY, story INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX merged_story ON merged (story);

-- When the k-th independent publisher joined.
CREATE TABLE corroborations (
    story INTEGER NOT NULL, k INTEGER NOT NULL, publisher TEXT NOT NULL, entered INTEGER NOT NULL,
    PRIMARY KEY (story, k)
) WITHOUT ROWID;
CREATE INDEX corroborations_entered ON corroborations (k, entered, story) WHERE k > 1;

CREATE TABLE streams (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, changed INTEGER NOT NULL);

-- A story in the stream of a section or topic. Not active: it left, and keeps its time should it return.
CREATE TABLE entries (
    stream INTEGER NOT NULL,
    story INTEGER NOT NULL,
    entered INTEGER NOT NULL,
    primary_since INTEGER,
    published INTEGER NOT NULL,
    active INTEGER NOT NULL,
    PRIMARY KEY (stream, story)
) WITHOUT ROWID;
CREATE INDEX entries_entered ON entries (stream, entered, story) WHERE active;
CREATE INDEX entries_primary ON entries (stream, primary_since, story) WHERE active AND primary_since IS NOT NULL;
CREATE INDEX entries_published ON entries (stream, published, story) WHERE active;
CREATE INDEX entries_story ON entries (story);

-- What the grouping remembers of the recent past: features of items, the rare words they are found by, and in how
-- many items each word stood.
CREATE TABLE memories (
    item INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    publisher TEXT NOT NULL,
    headline INTEGER,
    features BLOB NOT NULL
);
CREATE INDEX memories_headline ON memories (headline, at) WHERE headline IS NOT NULL;
CREATE TABLE postings (word INTEGER NOT NULL, at INTEGER NOT NULL, item INTEGER NOT NULL, PRIMARY KEY (word, at, item)) WITHOUT ROWID;
CREATE TABLE frequencies (word INTEGER PRIMARY KEY, count INTEGER NOT NULL);
