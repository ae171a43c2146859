"""Predictions shown to annotators, and what became of them."""
