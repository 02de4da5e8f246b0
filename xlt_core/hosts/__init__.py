"""Where the language model runs: one host a file."""
