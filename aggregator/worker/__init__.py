"""The worker process: ticks, jobs, signals, shutdown. It runs the scheduler; all state is in the store."""
