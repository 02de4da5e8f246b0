"""What results show: differences, leaders and costs, as records, tables, sentences and figures."""

__all__ = ["agreement", "colours", "conclusions", "details", "figures", "findings", "grid", "leaders", "naming",
           "pivots", "published", "records", "sentences", "tables", "versus", "votes"]  # fmt: skip
