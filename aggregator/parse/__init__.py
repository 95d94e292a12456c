"""Pure: bytes → ParsedFeed. The only room that imports feedparser and fastfeedparser."""
