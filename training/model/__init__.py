"""The model: encoders, heads, losses, candidates, and extraction of what is decoded."""
