"""Calls the steps in order: refresh (sources → items) and edition (items → stories in sections). It uses the outside world only through
ports."""
