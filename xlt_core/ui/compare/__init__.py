"""The tab Compare: one input or a sample of items, answered by every strategy side by side."""

__all__ = ["choices", "form", "form_handlers", "page", "share"]
