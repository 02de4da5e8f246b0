"""One plan: checked and resolved, its items and demonstrations selected, its columns run side by side."""

__all__ = ["again", "combining", "compare", "coverage", "data", "edits", "endings", "plan", "preview", "sampling",
           "selection", "signature", "training"]  # fmt: skip
