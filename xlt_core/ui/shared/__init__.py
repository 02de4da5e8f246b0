"""What several pages share: figures, downloads, the run view, limits, and who may see what."""
