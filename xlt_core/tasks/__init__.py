"""What is asked: one task a file."""
