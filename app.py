"""Builds the page and serves it; address and port are Gradio's own environment variables."""

from __future__ import annotations

import logging
import os
import threading

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when Gradio is imported


def main() -> None:
    logging.basicConfig()
    from xlt_core.ui import look, warm
    from xlt_core.ui.page import build

    page = build().queue(max_size=32, default_concurrency_limit=8)
    page.launch(prevent_thread_lock=True, **look.launch_options())
    threading.Thread(target=warm.warm, daemon=True).start()
    page.block_thread()


if __name__ == "__main__":
    main()
