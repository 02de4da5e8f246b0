"""The fold Before you choose: what it takes from the form, shows and refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from helpers.small_diagnosis import Inspected
from helpers.small_hosts import Dictionary

from xlt_core import catalog
from xlt_core.catalog import PARTS
from xlt_core.records import InputError
from xlt_core.store.store import Store
from xlt_core.ui.diagnose import panel as panels
from xlt_core.ui.shared.run_manager import RunManager


@pytest.fixture
def panel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> panels.Panel:
    small = replace(PARTS, host=lambda name: Inspected(), translator=lambda name: Dictionary())
    monkeypatch.setattr(panels, "PARTS", small)
    with gr.Blocks():
        menus = [gr.Dropdown([value], value=value) for value in ("kin", "pocket", "pocket")]
        manager = RunManager(lambda: Store(tmp_path / "store.sqlite"))
        context = panels.Context(*menus, gr.State(""), gr.Slider(0, 8), gr.BrowserState(""), manager)
        return panels.build(context)


def values(panel: panels.Panel, **changes: Any) -> dict[Any, Any]:
    context = panel.context
    given = {context.language: "kin", context.model: "pocket", context.translator: "pocket", context.uploaded: "",
             context.shots: 4, context.visitor: "someone", panel.sentences: "world", panel.samples: 6,
             panel.only: ["tokens", "mexa", "pivot"]}  # fmt: skip
    return given | {getattr(panel, name, None) or getattr(context, name): value for name, value in changes.items()}


def last(updates: Any) -> dict[Any, Any]:
    shown: dict[Any, Any] = {}
    for update in updates:
        shown |= update
    return shown


def test_what_is_ticked_is_measured_and_shown_again_when_the_fold_is_opened(panel):
    shown = last(panels.start(panel, values(panel)))
    html = shown[panel.results]
    titles = [catalog.diagnostic(name).title for name in ("tokens", "mexa", "pivot")]
    assert all(title in html for title in titles) and html.count("<figure") == 4 and "The numbers" in html
    assert shown[panel.start]["interactive"] and not shown[panel.stop]["interactive"] and shown[panel.message] == ""
    again = last(panels.open_fold(panel, values(panel)))
    assert again[panel.results] == html and "Kinyarwanda" in again[panel.about] and again[panel.body]["visible"]
    assert "Stopping" in panels.stop(panel, values(panel))[panel.message]


def test_what_is_not_offered_or_not_there_is_refused_in_a_sentence(panel, tmp_path):
    for changes, sentence in (({"only": []}, "tick at least one"), ({"sentences": "/etc/passwd.csv"}, "not offered"),
                              ({"sentences": "belebele"}, "not offered")):  # fmt: skip
        with pytest.raises(InputError, match=sentence):
            last(panels.start(panel, values(panel, **changes)))
    assert "no translation in eus" in last(panels.start(panel, values(panel, language="eus")))[panel.message]
    path = tmp_path / "mine.tsv"
    path.write_text("Muraho\tHello\nNdagukunda\tI love you\n", encoding="utf-8")
    shown = last(panels.start(panel, values(panel, uploaded=str(path), sentences="file", language="eus")))
    assert "Tokens" in shown[panel.results]
