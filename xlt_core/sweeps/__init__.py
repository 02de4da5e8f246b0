"""Many plans: the grid, its cost, and where its cells run."""

__all__ = ["cluster", "local", "sweep", "titles"]
