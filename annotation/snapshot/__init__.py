"""Snapshots: immutable datasets with splits, a manifest and a dataset card."""
