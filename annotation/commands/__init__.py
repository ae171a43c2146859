"""The commands, by the person who runs them. Each parses options and says results; the work is elsewhere."""
