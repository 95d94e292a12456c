"""Local servers that tests talk to: a well-behaved one to build on, and one that breaks every rule it can."""
