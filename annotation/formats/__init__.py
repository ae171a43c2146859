"""Files of other tools, read and written, one module a format; what a format cannot hold is named."""
