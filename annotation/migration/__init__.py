"""Documents and ontologies taken from one version of the ontology to the next."""
