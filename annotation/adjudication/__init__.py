"""Gold from several annotators: votes, and the draft that contested articles start from."""
