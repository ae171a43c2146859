"""The annotation commands, grouped by task. Each parses options and prints results; the work is in other packages."""
