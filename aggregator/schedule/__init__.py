"""Pure: state of a source + outcome + now → next poll, with the reason. No clock, no chance: both come in as values."""
