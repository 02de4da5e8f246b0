"""The Python interface: what `import xlt_core as xlt` offers to notebooks and scripts."""

__all__ = ["calls", "lists", "tables"]
