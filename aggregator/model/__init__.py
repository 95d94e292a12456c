"""Frozen value types that all packages use, and the few rules that several packages share (such as which source is which after a
renaming). Does no I/O and imports only `aggregator.errors`."""
