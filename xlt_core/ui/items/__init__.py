"""Items and their answers: the table of them, one answer with its steps, and how good its pivot is."""

__all__ = ["answers", "pivots", "steps", "table"]
