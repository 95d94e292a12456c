"""Parsing in child processes that can be killed. The only package that starts children for documents; it knows `parse` and
`normalise`, and nothing of where documents come from or go to."""
