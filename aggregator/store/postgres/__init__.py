"""The archive in a PostgreSQL database, for many machines. The only room that imports psycopg."""
