"""Pure: a text and the rules → sections, topics and the receipts that say why.

rulebook (compiled rules) → evidence (what in the text supports which rule) → judge, receipts, examples.
"""
