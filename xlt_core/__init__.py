"""Compares cross-lingual prompting strategies for low-resource languages, side by side."""

import logging

__version__ = "0.1.0"

# Whoever serves the page sees what went wrong inside; on the command line a sentence is enough.
logging.getLogger(__name__).addHandler(logging.NullHandler())
