"""The archive in a PostgreSQL database, for many machines. The only package that imports psycopg."""
