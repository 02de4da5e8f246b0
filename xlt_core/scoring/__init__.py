"""Scores with their intervals, the libraries behind them, and tests of differences."""
