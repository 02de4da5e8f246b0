"""Lessons: a question, the visitor's prediction, a comparison or a study, and what its figures answer."""

__all__ = ["claims", "lesson", "study"]
