"""The store: one SQLite file of every prediction and model call, and of the runs that they belong to."""

__all__ = ["call_cache", "compare_stored", "store", "vote_box"]
