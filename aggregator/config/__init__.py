"""Turns feeds.yaml and the environment into `model.settings`. Every error has file, line and column.

`compile` reads a file or texts; `cache` keeps the result, so that most commands need not; `environment` substitutes variables and masks
secrets; `publishers` finds outlets by name or domain. A text passes through: tree (YAML) → project (files, variables) → validate (against
schema) → check (across entries) → compile.
"""
