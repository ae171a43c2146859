"""Readers and writers of other tools' files, one module a format; what a format cannot hold is recorded."""
