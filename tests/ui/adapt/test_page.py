"""The page Adapt in a real browser: from a text file to a working laft column; left, found again, stopped, resumed."""

from __future__ import annotations

import threading
import zipfile
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit

import gradio as gr
import pytest
from helpers.browser import PATIENCE, choose, compare, finished, needs_chromium

from xlt_core import settings
from xlt_core.adaptation.corpus import Corpus, Replay
from xlt_core.adaptation.folders import unfinished
from xlt_core.adaptation.records import Adaptation, Snapshot
from xlt_core.documents import document
from xlt_core.jobs import Jobs
from xlt_core.records import InputError
from xlt_core.ui.adapt import form as form_module
from xlt_core.ui.adapt import handlers, view
from xlt_core.ui.page import build
from xlt_core.world import world


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder for what is adapted, and no training from before."""
    monkeypatch.setattr(settings, "ADAPTERS", tmp_path / "made")
    monkeypatch.setattr(handlers, "JOBS", Jobs())
    (tmp_path / "news.txt").write_text("\n\n".join(islice(world.documents("kin", 3), 80)), encoding="utf-8")
    yield
    for job in handlers.JOBS.of().values():
        job.stop()
        job.wait(60)


def opened(page: Any) -> None:
    page.get_by_role("tab", name="Adapt").first.click()
    page.wait_for_selector("#adapt-start")


def filled(page: Any, path: Any, steps: int) -> None:
    page.set_input_files("#adapt-file input[type=file]", str(path))
    page.wait_for_selector("#adapt-file .file-preview")
    page.click("#adapt-settings > button")
    for label, value in (("Rows a step", 2), ("Tokens a row", 32)):
        page.get_by_label(label).fill(str(value))
    page.fill("#adapt-steps input", str(steps))
    page.keyboard.press("Tab")


@needs_chromium
def test_from_a_text_file_to_a_working_laft_column(tab, tmp_path):
    opened(tab)
    for kind, said in (("A dataset of the Hub", "Write the dataset's name first"),
                       ("A file of yours", "Drop a file first")):  # fmt: skip
        tab.get_by_label(kind).check()
        tab.click("#adapt-start")
        tab.wait_for_selector(f"#adapt-message >> text={said}")
    choose(tab, "adapt-objective", "Align")
    tab.wait_for_selector("#adapt-knob-align-recipe")
    choose(tab, "adapt-objective", "LAFT")
    tab.wait_for_function("!document.querySelector('#adapt-knob-align-recipe')?.checkVisibility()")
    filled(tab, tmp_path / "news.txt", 6)
    tab.click("#adapt-survey")
    tab.wait_for_function("document.querySelector('#adapt-survey-result').innerText.includes('will take about')")
    told = tab.inner_text("#adapt-survey-result")
    assert "80 (" in told and "0% of the documents" in told and "6 steps" in told and "0 duplicates" in told
    tab.click("#adapt-start")
    tab.wait_for_selector("#adapting[data-state=done]")
    tab.wait_for_selector("#adapt-curve .scatterlayer")
    rows = tab.locator("#adapt-outcome tbody tr").all_inner_texts()
    assert len(rows) == 2 and all(len(row.split("\t")) == 4 for row in rows), "before, after and change of both"
    assert "Kinyarwanda takes" in tab.inner_text("#adapt-outcome") and "made/kin-1" in tab.inner_text("#adapt-outcome")
    with tab.expect_download() as taken:
        tab.click("#adapted-download")
    assert taken.value.suggested_filename == "kin-1.zip"
    with zipfile.ZipFile(taken.value.path()) as whole:
        assert {"kin-1/adapter_model.safetensors", "kin-1/adaptation.json"} <= set(whole.namelist())
    tab.click("#adapt-use")
    tab.wait_for_function("document.querySelector('#message').innerText.includes('laft now uses kin-1')")
    assert tab.is_visible("#compare"), "on the page Compare"
    compare(tab)
    assert finished(tab) == ["done"] * 3
    code = parse_qs(urlsplit(tab.get_by_role("link", name="Link that restores").get_attribute("href")).query)["plan"][0]
    assert [dict(column.knobs) for column in document.decode(code).columns if column.strategy == "laft"] == [
        {"adapter": "kin-1"}
    ]
    opened(tab)
    tab.click("#adapted-delete")
    tab.click("#adapted-yes")
    tab.wait_for_function("!document.querySelector('#adapted')?.checkVisibility()")
    tab.wait_for_function("!document.querySelector('#adapt-outcome').innerText.trim()")
    assert not (settings.ADAPTERS / "kin-1").exists()


@needs_chromium
def test_a_training_goes_on_without_its_tab_is_stopped_and_resumed(tab, browser, address, tmp_path):
    opened(tab)
    filled(tab, tmp_path / "news.txt", 5000)
    tab.click("#adapt-start")
    tab.wait_for_function("/step [1-9]/.test(document.querySelector('#adapt-progress').innerText)")
    tab.goto("about:blank")
    again = browser.new_page()
    again.set_default_timeout(PATIENCE)
    again.goto(address)
    opened(again)
    again.wait_for_function("/step [1-9].* of 5000 .* left/.test(document.querySelector('#adapt-progress').innerText)")
    assert again.is_disabled("#adapt-start")
    again.click("#adapt-stop")
    again.wait_for_selector("#adapting[data-state=stopped]")
    (kept,) = unfinished()
    assert kept.name == "kin-1" and any((kept / "checkpoints").glob("checkpoint-*"))
    assert again.input_value("#adapted-list input") == "kin-1 · has not ended"
    again.click("#adapt-use")
    again.wait_for_function("document.querySelector('#adapted-message').innerText.includes('press Resume')")
    step = int(again.inner_text("#adapting").split()[1])
    again.get_by_role("button", name="Resume kin-1").click()
    again.wait_for_function(f"Number(document.querySelector('#adapting').innerText.split(' ')[1]) > {step}")
    again.click("#adapted-delete")
    again.wait_for_function("document.querySelector('#adapted-message').innerText.includes('press Stop first')")
    again.close()


def test_adapting_is_off_where_the_page_is_public(monkeypatch):
    monkeypatch.setattr(settings, "PUBLIC", True)
    shown = [str(part.get("props", {}).get("value")) for part in build().config["components"]]
    assert any("Adapting is off on this public page" in value for value in shown)
    assert not any(part.get("props", {}).get("elem_id") == "adapt-start" for part in build().config["components"])


def test_a_text_that_is_gone_is_dropped_again_for_a_training_to_go_on(tmp_path):
    with gr.Blocks():
        form = form_module.build()
    there, gone = Corpus("kin", str(tmp_path / "news.txt")), Corpus("hau", "/nowhere/hausa.txt")
    values = {form.file: str(tmp_path / "news.txt"), form.others: ()}
    assert form_module.with_texts(form, values, Adaptation((there,))).corpora == (there,)
    with pytest.raises(InputError, match="is no longer on this machine; drop it again"):
        form_module.with_texts(form, values, Adaptation((there, gone)))
    anew = (tmp_path / "news.txt").rename(tmp_path / "hausa.txt")
    values = {form.file: str(anew), form.others: ()}
    assert form_module.with_texts(form, values, Adaptation((gone,))).corpora == (Corpus("hau", str(anew)),)


def test_the_objective_its_knobs_and_replayed_english_are_read_from_the_form():
    with gr.Blocks():
        form = form_module.build()
    values = {widget: getattr(widget, "value", None) for widget in form.inputs()}
    values |= {form.kind: form_module.BUNDLED, form.by.share: 0.2}
    laft = form_module.read(form, values)
    assert laft.objective == "laft" and laft.replay == (Replay("eng", "pocket", 0.2),) and not laft.knobs
    values |= {form.by.objective: "align", form.by.knobs["align"]: {"knobs": {"align": {"recipe": "afp"}}}}
    aligned = form_module.read(form, values)
    assert aligned.objective == "align" and aligned.knobs == {"recipe": "afp"} and not aligned.replay
    assert [corpus.source for corpus in aligned.corpora] == ["world"]
    shown = form_module.show_objective(form, values)
    assert shown[form.by.knobs["align"]]["visible"] and not shown[form.by.replayed]["visible"]
    assert "a sentence and its English" in shown[form.file]["label"]
    values |= {
        form.by.objective: "soft",
        form.by.knobs["soft"]: {"knobs": {"soft": {"samples": 8}}},
        form.language: "eng",
    }
    soft = form_module.read(form, values)
    assert soft.knobs == {"samples": 8} and soft.corpora == (Corpus("eng", "world"),)
    assert "text and answer" in form_module.show_objective(form, values)[form.file]["label"]
    assert "an answer" in view.outcome_html(Snapshot("done", figures={"nats an answer": (8.0, 1.5)}))


def test_what_was_forgotten_is_a_sentence():
    said = view.outcome_html(Snapshot("done", bits={"kin": (0.4, 0.3), "eng": (0.3, 0.33)}))
    assert "Kinyarwanda takes 25.0% fewer bits than before" in said and "English takes 10.0% more" in said
    assert "forgotten" not in view.outcome_html(Snapshot("training", bits={"kin": (0.4,), "eng": (0.3,)}))
    nearer = view.outcome_html(Snapshot("done", bits={"kin": (0.4, 0.3)}, figures={"MEXA of Kinyarwanda": (0.1, 0.25)}))
    assert "MEXA of Kinyarwanda" in nearer and "<td>+0.150</td>" in nearer


def test_one_training_at_a_time():
    gate = threading.Event()

    def work():
        yield Snapshot("training")
        gate.wait(20)

    handlers.JOBS.start("kin-1", work(), most=1)
    with pytest.raises(Exception, match="at work already"):
        handlers.JOBS.start("kin-2", work(), most=1)
    gate.set()
