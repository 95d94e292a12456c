"""Pure: a text and the rules → sections, topics and the receipts that say why."""
