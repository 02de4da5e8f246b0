"""The store: one SQLite file of every prediction and model call, and of the runs that they belong to."""
