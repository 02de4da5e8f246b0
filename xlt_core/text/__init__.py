"""How written text is compared, searched and cut into words, in any script: by canonical equivalence and UAX #29."""

__all__ = ["answers", "forms", "gazetteer", "numbers", "placing", "search", "terms", "words"]
