"""Builds the page and serves it; address and port are Gradio's own environment variables."""

from __future__ import annotations

import logging
import os
import threading

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when Gradio is imported


def main() -> None:
    logging.basicConfig()
    from xlt_core.ui import theme, warm_up
    from xlt_core.ui.page import build
    from xlt_core.ui.shared import zero_gpu

    page = build().queue(max_size=32, default_concurrency_limit=8)
    if zero_gpu.here():
        zero_gpu.load()
    page.launch(prevent_thread_lock=True, **theme.launch_options())
    if not zero_gpu.here():
        threading.Thread(target=warm_up.warm, daemon=True).start()
    page.block_thread()


if __name__ == "__main__":
    main()
