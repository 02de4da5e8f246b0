"""The command line: one file a command."""

__all__ = ["adapt", "average", "compare", "diagnose", "get", "imbalance", "lists", "options", "pocket", "printing",
           "score", "sweep"]  # fmt: skip
