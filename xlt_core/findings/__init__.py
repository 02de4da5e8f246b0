"""What results show: differences, leaders and costs, as records, tables, sentences and figures."""

__all__ = ["colours", "details", "figures", "findings", "pivots", "records", "sentences", "tables", "versus"]
