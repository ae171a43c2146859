"""The model: encoders, heads, losses, candidates, and extraction of the outputs that are decoded."""
