"""Speed, measured; and the documents that are generated."""
