"""Parses documents in child processes that can be killed. The only package that starts such processes. It imports `parse` and
`normalise`, and knows nothing about where documents come from or where the results go."""
