"""The page Compare: one input or a sample of items, by every strategy side by side."""
