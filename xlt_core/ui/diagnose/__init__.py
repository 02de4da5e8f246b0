"""The fold *Before you choose* of the tab Compare: what one can measure before any item is answered."""

__all__ = ["panel"]
