"""What the form of Evaluate keeps and says after another dataset or model, without a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from xlt_core.store.store import Store
from xlt_core.sweeps.sweep import Grid
from xlt_core.ui.evaluate import handlers, page
from xlt_core.ui.evaluate.form import EvaluatePage
from xlt_core.ui.results import listing
from xlt_core.ui.shared.run_manager import RunManager


@pytest.fixture
def drawn(tmp_path: Path) -> EvaluatePage:
    store = Store(tmp_path / "store.sqlite")
    with gr.Blocks():
        return page.build(gr.Tab("Evaluate"), RunManager(lambda: store, False), gr.BrowserState(""))


def values_of(drawn: EvaluatePage, **changes: Any) -> dict[Any, Any]:
    """The form's values as it was drawn, with some changed."""
    values = {widget: widget.value for widget in drawn.form.widgets()}
    return values | {getattr(drawn.form, name): value for name, value in changes.items()}


def test_without_a_dataset_the_languages_stay(drawn: EvaluatePage) -> None:
    updates = handlers.form_changed(drawn, values_of(drawn, datasets=[]))
    menu = updates[drawn.form.languages]
    assert "value" not in menu
    assert [code for _, code in menu["choices"]] == ["kin", "hau", "lug"]
    assert all("not in these datasets" in title for title, _ in menu["choices"])


def test_another_model_brings_its_own_hint_and_no_laft_where_it_has_none(drawn: EvaluatePage, tmp_path: Path) -> None:
    boxes, reasons = drawn.form.strategies.boxes, drawn.form.strategies.reasons
    (before,) = handlers.models_changed(drawn, values_of(drawn))
    assert "laft" not in before[reasons] and boxes not in before
    values = values_of(drawn, languages=["yor"])  # the bundled model has been adapted to others
    (updates,) = handlers.models_changed(drawn, values)
    assert updates[boxes] == {"ticked": ["prompt"], "disabled": ["translate", "laft"]}
    reason = updates[reasons]["laft"]
    assert "page Adapt" in reason and "`" not in reason
    (again,) = handlers.models_changed(drawn, values_of(drawn) | {boxes: {"ticked": ["prompt"], "disabled": ["laft"]}})
    assert again[boxes] == {"ticked": ["prompt", "laft"], "disabled": []}
    assert "laft" not in again[reasons]


def test_many_tasks_are_counted_in_the_menu_of_runs() -> None:
    tasks = ("topic", "ner", "summary", "nli", "qa")
    assert listing.describe_grid(Grid(tasks, ("kin",))).startswith("5 tasks in Kinyarwanda")
    assert listing.describe_grid(Grid(tasks[:2], ("kin",))).startswith("Topic, Entities in Kinyarwanda")
