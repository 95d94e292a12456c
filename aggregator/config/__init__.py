"""feeds.yaml and the environment → model.settings. Every error carries file, line and column."""
