"""The command line, with one module for each command. Only parses arguments and prints results."""
