"""Parsed entries to items that are safe to store and to show. Pure: `now` comes in with the job. Own code here is
identity, dates and text; HTML, addresses and character sets are their libraries' matter."""
