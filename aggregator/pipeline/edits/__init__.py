"""What an edit of feeds.yaml changes, computed without storing anything: for `plan`, `explain --expect`, `apply` and the log."""
