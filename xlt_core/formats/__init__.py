"""Records as plain values, rows and files that people write, and durations in words."""

__all__ = ["durations", "fields", "files", "lines", "outputs", "rows", "swaps", "values"]
