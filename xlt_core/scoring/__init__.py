"""Scores with their intervals, the libraries behind them, and tests of differences."""

__all__ = [
    "corrections",
    "item_answers",
    "metrics",
    "mexa",
    "pivot",
    "rank_correlation",
    "significance",
    "term_scores",
    "text_scores",
    "translation_scores",
]
