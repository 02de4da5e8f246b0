"""What a comparison runs on, chosen on the page: a dropped file, a typed model, a language that the data lack."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from helpers.browser import choose, compare, finished, many_items, needs_chromium, one_input

from xlt_core.models import hub
from xlt_core.settings import POCKET

ROWS = [("Umukinnyi yatsinze umukino", "siporo"), ("Ibiciro by'ibirayi byazamutse", "ubukungu"),
        ("Ikipe yatsinze igikombe", "siporo"), ("Banki yungutse amafaranga", "ubukungu")]  # fmt: skip


def type_into(tab: Any, menu: str, text: str) -> None:
    tab.fill(f"#{menu} input", text)
    tab.press(f"#{menu} input", "Enter")


def table(path: Path, rows: list[tuple[str, str]], split: str, heads: str = "text,answer") -> Path:
    path.write_text(f"{heads},split\n" + "".join(f"{text},{answer},{split}\n" for text, answer in rows), "utf-8")
    return path


@needs_chromium
def test_a_dropped_file_is_compared_on_and_no_path_of_it_goes_out(tab: Any, address: str, tmp_path: Path) -> None:
    tab.click("#model-and-data > button")
    choose(tab, "dataset", "A dataset of the Hugging Face Hub")
    tab.fill("#hub-id input, #hub-id textarea", "mine")
    tab.press("#hub-id input, #hub-id textarea", "Enter")
    tab.wait_for_function("document.querySelector('#message').innerText.includes('write org/name')")
    choose(tab, "dataset", "A file of your own")
    tab.wait_for_function("document.querySelector('#message').innerText.includes('Drop your file')")
    assert tab.locator("#hub-id").count() == 0
    tab.wait_for_selector("#compare[disabled]")
    bad = table(tmp_path / "mine.csv", [("Umukino", "siporo"), ("Igiciro", "")], "test")
    tab.set_input_files("#file input[type=file]", bad)
    tab.wait_for_function("document.querySelector('#message').innerText.includes('Line 3 of mine.csv has no answer')")
    tab.click("#file button[aria-label=Clear], #file button[aria-label=Remove]")
    tab.wait_for_function("document.querySelector('#message').innerText.includes('Drop your file')")
    tab.set_input_files("#file input[type=file]", table(bad, ROWS, "dev", "tweet,label"))
    tab.wait_for_function("document.querySelector('#message').innerText.includes('has the column \\'tweet\\'')")
    tab.fill("#data-columns input, #data-columns textarea", "text=tweet, answer=label")
    tab.press("#data-columns input, #data-columns textarea", "Enter")
    tab.wait_for_function("document.querySelector('#split input').value === 'validation'")
    tab.wait_for_function("document.querySelector('#message').innerText.trim() === ''")
    assert tab.inner_text("#demonstrations > button").startswith("Demonstrations (0)")  # the file has no train rows
    compare(tab)
    assert finished(tab) == ["done"] * 3
    assert "4 of 4 items" in tab.inner_text("#columns") and "On 4 validation items" in tab.inner_text("#conclusion")
    assert "--dataset 'mine.csv?text=tweet,answer=label' --split validation" in tab.inner_text("#share")
    assert tempfile.gettempdir() not in tab.inner_html("#share")
    tab.goto(f"{address}{tab.get_attribute('#plan-link', 'href')}")
    tab.wait_for_function("document.querySelector('#message')?.innerText.includes('the file mine.csv')")


@needs_chromium
def test_a_typed_folder_is_a_model_and_a_typed_id_that_is_not_there_a_sentence(
    tab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "offline", lambda: True)
    tab.click("#model-and-data > button")
    assert "licence: Apache-2.0" in tab.inner_text("#model")
    type_into(tab, "model", "nobody/nothing")
    tab.wait_for_function("document.querySelector('#message').innerText.includes('nobody/nothing')")
    tab.wait_for_selector("#compare[disabled]")
    assert "nobody/nothing is not there" in tab.inner_text("#host")
    type_into(tab, "model", str(POCKET / "model"))
    tab.wait_for_function("!document.querySelector('#compare').disabled")
    assert tab.is_checked("#strategy-laft input")
    one_input(tab)
    compare(tab)
    assert finished(tab) == ["done"] * 3


@needs_chromium
def test_the_adapted_weights_of_the_language_are_offered(topics: Any) -> None:
    tab = topics
    tab.click("#knobs > button:not(.open)")
    tab.click("#knobs-of-laft:not([open]) > summary")
    assert tab.get_attribute("#knob-laft-adapter", "placeholder").startswith("the first one")
    offered = tab.eval_on_selector_all("#knob-laft-adapter-list option", "all => all.map(one => one.value)")
    assert offered[-1].endswith("kin")
    tab.fill("#knob-laft-adapter", offered[-1])
    tab.press("#knob-laft-adapter", "Tab")
    choose(tab, "language", "Hausa")
    tab.wait_for_function("document.querySelector('#knob-laft-adapter').value === ''")


@needs_chromium
def test_a_text_in_a_language_that_the_dataset_lacks_can_be_typed(topics: Any) -> None:
    tab = topics
    many_items(tab, 24)
    choose(tab, "language", "Swahili")
    tab.wait_for_function("document.querySelector('#message').innerText.includes('no topic in Swahili')")
    tab.wait_for_timeout(1000)  # while that choice is at work, the next one draws everything, the text, too
    one_input(tab, "Daktari alifungua hospitali mpya.")
    tab.wait_for_function("!document.querySelector('#compare').disabled")
    assert "does not know Swahili" in tab.inner_text("#strategy-translate")
    tab.wait_for_function("document.querySelector('#strategy-prompt input').checked")
    compare(tab)
    assert finished(tab, 1) == ["done"]
    assert "the labels are those that it has in other languages" in tab.inner_text("#columns")


@needs_chromium
def test_a_gold_answer_belongs_to_its_item(topics: Any) -> None:
    tab = topics
    one_input(tab)
    tab.wait_for_function("document.querySelector('#text textarea').value !== ''")
    first = tab.input_value("#text textarea")
    choose(tab, "example", "2. ")
    tab.wait_for_function(
        """first => document.querySelector('#gold textarea').value !== '' &&
        document.querySelector('#text textarea').value !== first""",
        arg=first,
    )
    tab.fill("#text textarea", "Umukinnyi yatsinze umukino")
    tab.wait_for_function("document.querySelector('#gold textarea').value === ''")
    tab.wait_for_function("document.querySelector('#example input').value === ''")
    compare(tab)
    assert finished(tab) == ["done"] * 3
    shown = tab.inner_text("#columns")
    assert [word for word in ("wrong", "right", "gold") if word in shown] == [], shown
    tab.fill("#gold textarea", "sports")  # one's own stays
    tab.fill("#text textarea", "Umukinnyi yatsinze umukino i Huye")
    compare(tab)
    assert finished(tab) == ["done"] * 3
    assert tab.input_value("#gold textarea") == "sports" and "right" in tab.inner_text("#columns")


@needs_chromium
def test_a_text_outside_the_bundled_world_is_said_at_the_input_and_no_output_is_called_valid(topics: Any) -> None:
    tab = topics
    one_input(tab, "Poliisi yakutte ababbi abaabbye mu nnyumba")
    said = "document.querySelector('#mismatch').innerText"
    tab.wait_for_function(f"{said}.includes('The bundled model knows only the bundled world')")
    assert "The bundled translator" in tab.inner_text("#mismatch")
    compare(tab)
    assert finished(tab) == ["done"] * 3
    shown = tab.inner_text("#columns")
    assert "valid" not in shown and shown.count("outside the model") == 3
    tab.uncheck("#strategy-translate input")
    tab.wait_for_function(f"!{said}.includes('translator')")
    tab.fill("#text textarea", "Umukinnyi yatsinze umukino")
    tab.wait_for_function(f"{said}.trim() === ''")
    tab.check("#strategy-translate input")


@needs_chromium
def test_a_translator_that_does_not_know_the_data_is_said_at_the_choice_and_a_better_one_offered(
    tab: Any, tmp_path: Path
) -> None:
    path = tmp_path / "own.csv"
    rows = ["Poliisi yakutte ababbi,siporo,Police arrested thieves", "Enkuba yatonnye nnyo,ubukungu,It rained hard"]
    path.write_text("text,answer,english\n" + "\n".join(rows), "utf-8")
    tab.click("#model-and-data > button")
    choose(tab, "dataset", "A file of your own")
    tab.wait_for_selector("#file input[type=file]", state="attached")
    tab.set_input_files("#file input[type=file]", path)
    said = "document.querySelector('#mismatch').innerText"
    tab.wait_for_function(f"{said}.includes('the human English that these data have')")
    tab.click("#use-human")
    tab.wait_for_function(f"{said}.includes('model') && !{said}.includes('translator')")
    tab.wait_for_selector("#use-human", state="hidden")
    compare(tab)
    assert finished(tab) == ["done"] * 3
    assert "pivot=human" in tab.inner_text("#share")
