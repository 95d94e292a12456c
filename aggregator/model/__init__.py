"""Frozen value types used by all packages, and the few rules about them that several need, such as who is who after a rename.
Does no I/O, and knows no other package but the errors."""
