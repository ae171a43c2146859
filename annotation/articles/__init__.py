"""Raw files to articles: decoding, the body of a page, boilerplate, where the body stands in the file."""
