"""A process: feeds, API and pages over HTTP. Reads the store and renders; never fetches, never classifies."""
