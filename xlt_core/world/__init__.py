"""The bundled world: short parallel news items in English and the languages beside it, by grammar and tables."""

__all__ = ["asked", "single_text", "vocabulary", "world"]
