"""The web process: feeds, API and pages over HTTP. It reads the store and renders; it never fetches, writes or groups items."""
