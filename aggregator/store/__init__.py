"""I/O: values ↔ rows. What is the same for all backends is here; one folder per backend adds the rest, and none knows
another."""
