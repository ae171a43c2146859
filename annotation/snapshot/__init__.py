"""The immutable dataset: splits, manifest, dataset card."""
