"""Suggestions before there is a model: of phrases that were marked before, or by a language model."""
