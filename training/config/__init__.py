"""The configuration of the training commands, and the rules for its values."""
