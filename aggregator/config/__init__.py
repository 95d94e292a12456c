"""feeds.yaml and the environment → model.settings. Every error has file, line and column.

`load` reads a file or texts, `cache` saves commands the reading, `environment` substitutes and masks secrets,
`publishers` looks up outlets. A text passes through: tree (YAML) → project (files, variables) → validate against schema
→ check across entries → compile.
"""
