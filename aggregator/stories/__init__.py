"""Pure functions that group items into stories. Input: new items and the recent past. Output: the story that each item joins, and
why. No clock, no I/O."""
