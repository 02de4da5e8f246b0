"""How a model is asked: few-shot prompts with their knobs, their fit to the context, and calibrated likelihoods."""

__all__ = [
    "asked",
    "calibration",
    "calls",
    "fewshot",
    "fit",
    "forms",
    "glossary",
    "knobs",
    "learning",
    "other_rows",
    "own_translator",
    "remarks",
    "rewriting",
    "romanising",
    "shown",
    "switching",
    "template_words",
    "thoughts",
    "word_lists",
]
