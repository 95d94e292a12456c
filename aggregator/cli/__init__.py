"""The command line: one module per command. Parses arguments and prints; decides nothing."""
