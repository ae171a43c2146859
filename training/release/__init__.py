"""Making of a release: candidate, training lineage, gates, model card, publication."""
