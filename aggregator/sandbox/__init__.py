"""I/O: runs parse and normalise in child processes that can be killed, with limits on time and memory."""
