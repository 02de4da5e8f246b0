"""Adapting a model: text, objectives (LAFT and others), training, bits per byte, the card, and averages."""

__all__ = ["adapt", "batches", "card", "contrast", "corpus", "folders", "halving", "lora", "objective", "packing",
           "pairs", "records", "texts", "trainer"]  # fmt: skip
