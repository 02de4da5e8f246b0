"""Model weights on disk and in memory: found, downloaded, loaded, identified, and kept in a pool while memory lasts."""

__all__ = [
    "adapted",
    "digest",
    "fair_lock",
    "hub",
    "loading",
    "memory",
    "names",
    "packages",
    "pool",
    "pretrained",
    "reading",
    "suggested",
]
