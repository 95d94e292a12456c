"""Pure functions on texts: folding, words, phrases, places. Used by `stories` and `categorise`, which do not know each other."""
