"""The tab Adapt: trains adapted weights on text in one language, and lists those that were trained."""

__all__ = ["page"]
