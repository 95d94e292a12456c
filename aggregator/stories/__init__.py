"""Pure: new items + what is known of the recent past → which story each joins, and why."""
