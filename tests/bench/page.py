"""Measures what share of a comparison's time on pocket is the page's own work: snapshots, scores, charts and JSON.

Usage: python tests/bench/page.py [--samples 40] [--tasks topic,ner,summary] [--repeats 3]

The handler of the button Compare runs as on the page, and Gradio's own components prepare its updates for the browser.
The page's share is the CPU time of the handler's thread and of making snapshots. The core's share is the rest without
the models: prompts, tokenization, scheduling in the engine, parsing of answers, tests.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ |= {"XLT_STORE": ":memory:", "OMP_NUM_THREADS": "1"}

import gradio as gr
import torch

from xlt_core.comparison import compare
from xlt_core.engine.engine import Engine
from xlt_core.translators import _beam_search
from xlt_core.ui.compare import choices, form_handlers, handlers
from xlt_core.ui.compare import page as page_module
from xlt_core.ui.compare.form import ComparePage
from xlt_core.ui.fields import demonstrations, inputs
from xlt_core.ui.fields.field_boxes import fields_of
from xlt_core.ui.shared.run_manager import RunManager

SPENT = {"models": 0.0, "snapshots": 0.0}  # CPU seconds


def counted(function: Callable[..., Any], what: str) -> Callable[..., Any]:
    """The function, which adds its CPU seconds to SPENT."""

    @wraps(function)
    def run(*args: Any, **options: Any) -> Any:
        began = time.thread_time()
        try:
            return function(*args, **options)
        finally:
            SPENT[what] += time.thread_time() - began

    return run


def built() -> tuple[ComparePage, dict[Any, Any]]:
    """The page, and the values of its widgets as it opens."""
    with gr.Blocks() as blocks:
        page = page_module.build(blocks, gr.HTML(""), RunManager(), gr.BrowserState(""))
    widgets = page.form_widgets() | {
        page.visitor,
        page.work_id,
        page.results.earlier,
        page.inputs.example,
        page.choices.sources.own.uploaded,
    }
    return page, {widget: getattr(widget, "value", None) for widget in widgets}


def value_of(update: Any) -> Any:
    return update.get("value") if isinstance(update, dict) else update


def rendered(updates: dict[Any, Any]) -> int:
    """Prepares updates for the browser, and returns their size in characters. Values of a State stay on the server."""
    size = 0
    for widget, update in updates.items():
        value = value_of(update)
        if not isinstance(widget, gr.State) and value is not None and not isinstance(value, gr.components.Component):
            size += len(str(widget.postprocess(value)))
    return size


def shares(page: ComparePage, values: dict[Any, Any]) -> tuple[float, float, float, int, int]:
    """CPU seconds of one run, those in the models, those of the page; number and characters of the updates."""
    SPENT.update(models=0.0, snapshots=0.0)
    whole, own, number, size = time.process_time(), time.thread_time(), 0, 0
    for updates in handlers.run(page, values):
        number, size = number + 1, size + rendered(updates)
    own = time.thread_time() - own + SPENT["snapshots"]
    return time.process_time() - whole, SPENT["models"], own, number, size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=40)
    parser.add_argument("--tasks", default="topic,ner,summary")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    torch.set_num_threads(1)  # so that the seconds of a thread are those of its work
    Engine._forward = counted(Engine._forward, "models")
    _beam_search.translate_batch = counted(_beam_search.translate_batch, "models")
    compare._snapshot = counted(compare._snapshot, "snapshots")
    page, values = built()
    values |= {page.inputs.mode: inputs.MANY, page.inputs.samples: given.samples}
    print("| task | seconds | models | core | page | page's share | updates | MB to the browser |")
    print("|---|---|---|---|---|---|---|---|")
    for task in given.tasks.split(","):
        values |= {page.choices.task: task}
        plan = choices.read(page.choices, values)
        rows = form_handlers.draw(plan)
        values |= {page.demonstrations.fields: fields_of(task)}
        drawn = demonstrations.show(page.demonstrations, rows, plan, rows)
        values |= {widget: value_of(update) for widget, update in drawn.items()}
        # The first run loads the models; a comparison that is asked for again would be shown again at once.
        found = [shares(page, values | {page.choices.seed: seed}) for seed in range(given.repeats + 1)][1:]
        whole, models, own, number, size = (median(run[i] for run in found) for i in range(5))
        parts = f"{whole:.2f} | {models:.2f} | {whole - models - own:.2f} | {own:.2f} | {own / whole:.0%}"
        print(f"| {task} | {parts} | {number} | {size / 1e6:.1f} |", flush=True)


if __name__ == "__main__":
    main()
