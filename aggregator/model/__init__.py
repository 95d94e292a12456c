"""Frozen value types that every room speaks. Standard library only, no behaviour beyond derived properties."""
