"""Items and their answers: the matrix of them, one answer with its steps, and how good its pivot is."""

__all__ = ["agreement", "answers", "cell", "matrix", "pivots", "rows", "steps", "table", "texts"]
