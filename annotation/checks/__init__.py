"""Rules that annotations are checked by, one module a family, and their messages in each language."""
