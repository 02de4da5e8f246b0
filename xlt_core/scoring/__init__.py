"""Scores with their intervals, the libraries behind them, and tests of differences."""

__all__ = ["corrections", "metrics", "mexa", "pivot", "significance", "text_scores", "translation_scores"]
