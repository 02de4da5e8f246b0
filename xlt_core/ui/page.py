"""The whole page: its head, and a tab for each of the pages under it."""

from __future__ import annotations

import gradio as gr

from xlt_core.settings import ASSETS
from xlt_core.ui.adapt import page as adapt
from xlt_core.ui.compare import page as compare
from xlt_core.ui.evaluate import page as evaluate
from xlt_core.ui.runs import page as runs
from xlt_core.ui.shared.visitors import Keeping


def build(keeping: Keeping | None = None) -> gr.Blocks:
    """The whole page with its events and endpoints. No model is loaded here. keeping: where its runs are kept."""
    keeping = keeping or Keeping()
    with gr.Blocks(title="xlt: compare ways across a language gap", analytics_enabled=False) as blocks:
        host = _header()
        # The page's own secret would end with the app, and with it every browser's key; to its browser it is none.
        visitor = gr.BrowserState("", storage_key="xlt-visitor", secret="xlt")
        with gr.Tabs(elem_id="pages") as tabs:
            with gr.Tab("Compare", id="compare"):
                comparing = compare.build(blocks, host, keeping, visitor)
            with gr.Tab("Evaluate", id="evaluate"):
                evaluate.build(blocks, keeping, visitor)
            with gr.Tab("Adapt", id="adapt"):
                adapt.build(blocks, comparing, tabs)
            with gr.Tab("Runs", id="runs") as tab:
                runs.build(tab, keeping, visitor)
            with gr.Tab("About", id="about"):
                gr.Markdown((ASSETS / "about.md").read_text(encoding="utf-8"), elem_id="about")
    return blocks


def _header() -> gr.HTML:
    with gr.Row(elem_id="top", equal_height=False):
        gr.HTML(
            "<a class='xlt-skip' href='#columns'>Skip to the results</a><h1>xlt</h1>"
            "<p class='xlt-what'>Prompt, translate or adapt: compare ways across a language gap, side by side.</p>",
            elem_id="name",
        )
        host = gr.HTML("<p class='xlt-host'>pocket is being loaded</p>", elem_id="host")
        gr.HTML(
            "<button type='button' id='dark' class='xlt-copy' aria-pressed='false'>Dark</button>",
            elem_id="corner",
        )
    return host
