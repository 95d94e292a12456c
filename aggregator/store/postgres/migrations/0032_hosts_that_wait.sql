-- Sources whose host asked for a pause: they are looked up before each poll, so that all sources of the host wait.
CREATE INDEX sources_held ON sources (held_until) WHERE held_until IS NOT NULL;
