"""On what data: one dataset a file."""
