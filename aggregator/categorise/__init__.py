"""Categorises a text by the rules: its sections and topics, and receipts that explain them. Pure functions.

rulebook (compiled rules) → evidence (what in the text supports which rule) → judge, receipts, examples.
"""
