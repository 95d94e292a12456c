"""Pure: a Stream → bytes. One module per format; formats do not know each other."""
