"""The recipe that trains the bundled models."""

__all__ = ["imbalance", "recipe"]
