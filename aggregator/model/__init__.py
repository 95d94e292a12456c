"""Frozen value types used by all packages. Standard library only, no behaviour beyond derived properties."""
