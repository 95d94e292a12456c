"""Turns bytes into a parsed feed. Pure: no network, no files, no clock. The only package that imports feedparser and fastfeedparser.
What it returns is not trusted."""
