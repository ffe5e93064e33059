"""The command line: one module a command, named like it."""
