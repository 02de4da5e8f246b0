"""What every tab uses: events, limits, error messages, figures, downloads, the runs and who may see them."""
