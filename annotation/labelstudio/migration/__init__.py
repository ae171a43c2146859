"""Migration of a Label Studio project to another version of the ontology, and its undo."""
