"""Pure: ParsedFeed → Items that are safe to store and show: identity, address, dates, HTML, text."""
