"""Lessons: a question, the visitor's prediction, a comparison, and what its figures answer."""

__all__ = ["claims", "lesson"]
