"""Shared data types and pure functions: Document, Ontology, text, words, matching, errors. It writes no file."""
