"""The tab Runs: stored runs are opened, named, compared and deleted."""

__all__ = ["page"]
