"""Model weights on disk and in memory: found, fetched, read, identified, and kept while there is room."""
