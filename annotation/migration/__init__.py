"""Migration of Documents and ontologies to a new version of the ontology."""
