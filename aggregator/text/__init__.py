"""Pure functions on texts: folding, words, phrases, places, languages. Shared by `stories` and `categorise`, which do not import each
other."""
