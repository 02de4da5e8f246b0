"""Builds the page and serves it; address and port are Gradio's own environment variables."""

from __future__ import annotations

import logging
import os
import threading

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when Gradio is imported


def main() -> None:
    logging.basicConfig()
    from xlt_core.ui import _zero, look, warm
    from xlt_core.ui.page import build

    page = build().queue(max_size=32, default_concurrency_limit=8)
    if _zero.here():
        _zero.load()
    page.launch(prevent_thread_lock=True, **look.launch_options())
    if not _zero.here():
        threading.Thread(target=warm.warm, daemon=True).start()
    page.block_thread()


if __name__ == "__main__":
    main()
