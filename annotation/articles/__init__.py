"""Raw files -> articles: decoding, the article body in a page, boilerplate, and offsets of the body in the file."""
