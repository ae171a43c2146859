"""The rules an annotation is checked by, one module a family, and what they say in each language."""
