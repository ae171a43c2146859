"""Lineage of models and releases: records, hashes, and tracking with Weights & Biases."""
