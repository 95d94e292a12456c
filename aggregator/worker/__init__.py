"""A process: ticks, jobs, signals, shutdown. Holds the scheduler; the state is in the store."""
