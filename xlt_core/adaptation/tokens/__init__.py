"""New pieces of a language: for a tokenizer, and for a model's embeddings."""

__all__ = ["pieces", "wider"]
