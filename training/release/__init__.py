"""From a candidate to a release: lineage, gates, model card, publication."""
