"""feeds.yaml and the environment → model.settings. Every error carries file, line and column.

`load` reads a file or texts, `cache` spares commands the reading, `environment` fills in and masks secrets,
`publishers` folds outlets. The way of a text: tree (YAML) → project (files, variables) → validate against schema →
check across entries → compile.
"""
