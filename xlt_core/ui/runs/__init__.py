"""The page Runs: what is kept, to open, name, compare and delete."""
