"""Predictions shown to annotators as suggestions, and statistics of what annotators did with them."""
