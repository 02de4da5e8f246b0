"""The page: one file a region; the only place that imports gradio and plotly."""
