"""One plan: checked and resolved, its items and demonstrations selected, its columns run side by side."""

__all__ = ["combining", "compare", "coverage", "data", "endings", "plan", "preview", "selection", "signature"]
