"""Access to the server: the embedded server, the choice of a server, the HTTP client and paging."""
