"""Binds what somebody does to what happens then; what goes wrong in it is shown as one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from xlt_core.ui.shared.html import message
from xlt_core.ui.shared.limits import shield, shield_all

QUIET = {"api_visibility": "private", "show_progress": "hidden"}


def on(
    trigger: Callable[..., Any], function: Callable[..., Any], needs: set[Any], gives: set[Any], problem: gr.HTML,
    generator: bool = False, **more: Any,
) -> Any:  # fmt: skip
    """Binds a handler from the values of widgets to updates. problem: where its error is told."""
    guard = shield_all if generator else shield
    bound = guard(function, lambda words: {problem: message(words, "problem")})
    return trigger(bound, needs, gives | {problem}, **(QUIET | more))
