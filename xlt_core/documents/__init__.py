"""What leaves and comes in: JSON, tables, the report, share links, and outputs recorded elsewhere."""

__all__ = ["document", "export", "outputs", "report", "texts"]
