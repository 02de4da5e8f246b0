"""The web page: one folder for each tab, and what the tabs share; the only folder that imports gradio."""

__all__ = ["page", "theme", "warm_up"]
