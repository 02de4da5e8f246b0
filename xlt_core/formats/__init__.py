"""Records as plain values, rows and files that people write, and durations in words."""

__all__ = ["dataset_names", "durations", "fields", "files", "lines", "outputs", "rows", "swaps", "values"]
