"""The tab Evaluate: a grid of comparisons, with its cost, its progress and its results."""

__all__ = ["page"]
