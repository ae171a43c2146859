"""Which articles are labelled next, and by which annotators."""
