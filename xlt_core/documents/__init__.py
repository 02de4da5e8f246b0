"""What leaves and comes in: JSON, tables, the report, share links, and outputs recorded elsewhere."""

__all__ = [
    "column_options",
    "document",
    "export",
    "outputs",
    "plan_link",
    "report",
    "shared_result",
    "texts",
    "vote_file",
]
