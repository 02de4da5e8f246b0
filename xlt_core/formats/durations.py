"""How long something takes, in words."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """Such as 1 second, 40 seconds, 12 minutes or 3.5 hours."""
    if seconds < 1.5:
        return "1 second"
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
