"""I/O: values ↔ rows. One folder per backend; no backend knows another."""
