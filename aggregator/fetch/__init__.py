"""I/O: bytes over the network, and nothing about what they mean. The only HTTP client of the program."""
