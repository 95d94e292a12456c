"""The archive in one SQLite file. The only room that imports sqlite3 and sqlite_utils."""
