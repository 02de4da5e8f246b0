"""Which demonstrations are shown: one picker a file."""
