"""Adapting a model: text, objectives (LAFT and others), training, bits per byte, the card, and averages."""

__all__ = ["adapt", "card", "corpus", "folders", "objective", "records", "texts"]
