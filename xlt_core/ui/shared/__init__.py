"""What every tab uses: events, limits, error messages, figures, downloads, the runs and who may see them."""

__all__ = [
    "background",
    "downloads",
    "errors",
    "events",
    "figure_panel",
    "html",
    "last_request",
    "limits",
    "page_words",
    "result_set",
    "run_manager",
    "same_comparisons",
    "stop_signals",
    "table",
    "updates",
    "zero_gpu",
]
