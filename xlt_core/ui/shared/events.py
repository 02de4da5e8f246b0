"""Binds an event of the page to its handler, so that an error in the handler is shown as one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr
from gradio.components import Component

from xlt_core.ui.shared.errors import catch_errors, catch_errors_while_yielding
from xlt_core.ui.shared.html import message_html

QUIET = {"api_visibility": "private", "show_progress": "hidden"}
MODEL = {"concurrency_id": "model", "concurrency_limit": 2}  # events that run a model share one queue


# Gradio drops a choice that is made while the reply to an earlier one is on its way; so it is sent after that, as the
# page then stands. A second press of a button stays dropped.
LAST = {"trigger_mode": "always_last"}
CHOICES = ("input", "release", "upload", "blur")


def last(event: Callable[..., Any]) -> dict[str, str]:
    """The option with which the last of several quick choices is the one that is answered; {} for other events."""
    return LAST if getattr(event, "event_name", "") in CHOICES else {}


def left(menu: gr.Dropdown) -> Any:
    """The event of a choice from a menu. Gradio sends `input` twice for each: when an entry is taken, and when the menu
    is left for that reason."""
    return menu.blur


def quiet(status: Component) -> dict[str, Any]:
    """The options of an event without an endpoint or a progress bar. status: the one widget that gets its status.

    Otherwise Gradio passes the status on to every widget that any event has ever updated, each time that it changes.
    """
    return QUIET | {"show_progress_on": status}


def bind(
    event: Callable[..., Any], handler: Callable[..., Any], inputs: set[Any], outputs: set[Any], message: gr.HTML,
    generator: bool = False, **options: Any,
) -> Any:  # fmt: skip
    """Binds a handler that maps the values of the inputs to updates. message: the widget that shows an error."""

    def answer(values: Any) -> Any:
        return handler(values) or {message: gr.skip()}  # Gradio takes an empty result for a missing one

    catch = catch_errors_while_yielding if generator else catch_errors
    on_error = lambda sentence: {message: message_html(sentence, "problem")}  # noqa: E731
    bound = catch(handler if generator else answer, on_error)
    return event(bound, inputs, outputs | {message}, **(quiet(message) | last(event) | options))
