"""The archive in one SQLite file. The only package that imports sqlite3 and sqlite_utils."""
