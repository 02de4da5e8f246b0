"""Model weights on disk and in memory: found, downloaded, loaded, identified, and kept in a pool while memory lasts."""
