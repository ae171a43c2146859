"""A Label Studio project taken to another version of the ontology, and back."""
