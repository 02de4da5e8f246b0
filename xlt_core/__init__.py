"""Compares cross-lingual prompting strategies for low-resource languages, side by side."""

__version__ = "0.1.0"
