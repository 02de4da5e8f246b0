"""Builds the page and serves it. Gradio's own environment variables set address and port."""

from __future__ import annotations

import logging
import os
import threading

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when Gradio is imported


def main() -> None:
    logging.basicConfig()
    from xlt_core.ui import theme
    from xlt_core.ui.page import build
    from xlt_core.ui.shared import zero_gpu
    from xlt_core.ui.warm_up import warm_up

    page = build()
    if zero_gpu.is_zero_gpu():
        zero_gpu.load_models()
    page.launch(prevent_thread_lock=True, **theme.launch_options())
    if not zero_gpu.is_zero_gpu():
        threading.Thread(target=warm_up, daemon=True).start()
    page.block_thread()


if __name__ == "__main__":
    main()
