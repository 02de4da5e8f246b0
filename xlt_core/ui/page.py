"""The whole page: its header and its tabs."""

from __future__ import annotations

import gradio as gr

from xlt_core.settings import ASSETS
from xlt_core.ui.adapt import page as adapt
from xlt_core.ui.compare import page as compare
from xlt_core.ui.evaluate import page as evaluate
from xlt_core.ui.runs import page as runs
from xlt_core.ui.shared import page_words
from xlt_core.ui.shared.events import QUIET
from xlt_core.ui.shared.run_manager import RunManager
from xlt_core.ui.strategy_map import strategy_map_html

# A browser that has no key makes one that nobody guesses. crypto.randomUUID does not exist on an address without TLS.
NEW_VISITOR_KEY = "key => key || crypto.getRandomValues(new Uint32Array(6)).join('-')"


def build(manager: RunManager | None = None) -> gr.Blocks:
    """The whole page with its events, endpoints and queue. Loads no model. manager: stores and runs the visitors'
    runs."""
    manager = manager or RunManager()
    with gr.Blocks(title="xlt: compare ways across a language gap", analytics_enabled=False) as blocks:
        host = _header()
        # With Gradio's default secret, every browser would lose its key when the app restarts.
        visitor = gr.BrowserState("", storage_key="xlt-visitor", secret="xlt")
        blocks.load(None, visitor, visitor, js=NEW_VISITOR_KEY, **QUIET)
        with gr.Tabs(elem_id="pages") as tabs:
            with gr.Tab("Compare", id="compare"):
                compare_page = compare.build(blocks, host, manager, visitor)
            with gr.Tab("Evaluate", id="evaluate") as tab:
                evaluate.build(tab, manager, visitor)
            with gr.Tab("Adapt", id="adapt") as tab:
                adapt.build(tab, compare_page, tabs)
            with gr.Tab("Runs", id="runs") as tab:
                runs.build(tab, manager, visitor)
            with gr.Tab("About", id="about"):
                gr.Markdown((ASSETS / "about.md").read_text(encoding="utf-8"), elem_id="about")
                gr.HTML(strategy_map_html(), elem_id="strategy-map")
    return _queued(blocks)


def _queued(blocks: gr.Blocks) -> gr.Blocks:
    """The page with its queue, which looks for work less often than Gradio's own: that takes 5% of a processor with
    nobody there."""
    blocks.queue(max_size=32, default_concurrency_limit=8)
    blocks._queue.sleep_when_free = 0.02  # seconds
    blocks._queue.progress_update_sleep_when_free = 0.1
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
            f"{page_words.menu_html()}"
            "<button type='button' id='dark' class='xlt-copy' aria-pressed='false'>Dark</button>",
            elem_id="corner",
        )
    return host
