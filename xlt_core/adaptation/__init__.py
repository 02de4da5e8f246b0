"""Language-adaptive fine-tuning (LAFT): text, training, bits per byte, the card, and averages."""

__all__ = ["adapt", "card", "corpus", "folders", "records", "texts"]
