"""How a run and its results are shown, on the tabs Evaluate and Runs."""

__all__ = ["listing", "run_state", "run_view"]
