"""The page Evaluate: a grid of comparisons, its cost, its progress and its results."""
