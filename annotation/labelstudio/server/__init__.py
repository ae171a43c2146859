"""The server: the embedded one, the connection, the client and its paging."""
