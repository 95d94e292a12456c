"""The HTTP client of the program. It fetches bytes and knows nothing about what they mean."""
