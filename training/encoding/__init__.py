"""Documents to what a model reads and learns, and back: label space, tokens, windows, decoding. Knows no torch."""
