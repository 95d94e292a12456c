"""Pure: a text and the rules → sections, topics and the receipts that say why.

rulebook (rules compiled) → evidence (what speaks for which rule) → judge, receipts, examples.
"""
