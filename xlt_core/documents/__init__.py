"""What leaves and comes in: JSON, tables, the report, share links, and outputs recorded elsewhere."""
