"""By way of English: texts and demonstrations taken there, answers and entities brought back."""

__all__ = [
    "aligning",
    "back",
    "crossing",
    "english_picks",
    "fusing",
    "markers",
    "pairs",
    "pieces",
    "pivot_solver",
    "projection",
    "returning",
]
