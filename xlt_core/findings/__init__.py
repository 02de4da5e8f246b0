"""What results show: differences, leaders and costs, as records, tables, sentences and figures."""

__all__ = ["colours", "conclusions", "details", "figures", "findings", "grid", "naming", "pivots", "published",
           "records", "sentences", "tables", "versus"]  # fmt: skip
