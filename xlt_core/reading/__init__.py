"""What the readers of published datasets share: downloads, tables, and forms that several of them have."""

__all__ = ["download", "entities", "parallel", "reader", "relations_and_options", "translate_test", "word_problems"]
