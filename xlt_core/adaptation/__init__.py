"""Language-adaptive fine-tuning (LAFT): text, training, bits per byte, the card, and averages."""
