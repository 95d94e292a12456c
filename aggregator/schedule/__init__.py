"""Pure: state of a source + outcome + now → next poll, with the reason. No clock and no random numbers: both are passed
in."""
