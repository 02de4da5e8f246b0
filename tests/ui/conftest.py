"""One served page for all tests of the page."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    from xlt_core.ui import look
    from xlt_core.ui.page import build

    page = build().queue(max_size=32)
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, **look.launch_options())
    yield url
    page.close()
