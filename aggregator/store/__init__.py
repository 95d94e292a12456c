"""I/O: values ↔ rows. What all backends say in the same words is here; one folder per backend adds the rest, and none knows
another."""
