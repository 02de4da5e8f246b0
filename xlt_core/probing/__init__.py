"""What a loaded model makes of plain text: an embedding of a sentence at each layer, and bits per byte."""

__all__ = ["bits_per_byte", "sentence_states"]
