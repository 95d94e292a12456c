"""Pure functions that render a Stream as bytes. One module per format; formats do not know each other."""
