"""Answers found without a call of a model: from rows, by a classifier, out of the answers of other columns."""

__all__ = ["answering", "classifier", "other_columns", "routing"]
