"""What every other part speaks in: Document, Ontology, text, words, matching, errors. It writes no file."""
