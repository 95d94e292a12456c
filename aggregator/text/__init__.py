"""Pure: folding, words, phrases, places, names and numbers of a text.

Read by stories and categorise, which do not know each other.
"""
