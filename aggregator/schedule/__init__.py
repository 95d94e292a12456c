"""Decides when each source is polled next, and says why. Pure functions: the state of a source, the outcome of a poll, the time and
random numbers are passed in."""
