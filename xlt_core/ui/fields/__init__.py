"""The fields of the page's form: input, demonstrations, strategies with their knobs, and sources."""

__all__ = [
    "demonstrations",
    "draft",
    "field_boxes",
    "inputs",
    "knob_fields",
    "lessons",
    "mismatch",
    "own_data",
    "parameters",
    "sources",
    "strategies",
]
