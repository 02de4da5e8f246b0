"""The real page in a real browser: headless Chromium, the bundled models, and a record of every request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import gradio as gr
import pytest
from helpers.browser import PATIENCE, choose, compare, finished, many_items, needs_chromium, one_input, visit

from xlt_core.documents import document
from xlt_core.lessons.lesson import lessons
from xlt_core.records import Comparison, InputError, Plan, Row
from xlt_core.ui.compare import form_handlers
from xlt_core.ui.compare import page as page_module
from xlt_core.ui.shared import zero_gpu
from xlt_core.ui.shared.run_manager import RunManager


@needs_chromium
def test_preview_the_prompts_edit_a_demonstration_and_compare_with_the_keyboard(tab: Any) -> None:
    one_input(tab, "Umukinnyi yatsinze umukino")
    tab.click("#preview")
    tab.wait_for_function("document.querySelectorAll('.xlt-column').length === 3")
    tab.wait_for_function("document.querySelector('#conclusion').innerText.includes('Nothing has been asked')")
    assert "Umukinnyi yatsinze umukino" in tab.locator(".xlt-column[data-strategy=prompt]").inner_text()
    assert "tokens would be sent" in tab.inner_text("#columns")
    assert not any(tab.is_visible(part) for part in ("#chart", "#items", "#download-json", ".xlt-command"))
    tab.wait_for_function("!document.querySelector('#compare').disabled")
    tab.fill("#demo-text-1 textarea", "Inkuru yanjye nshya {} {{}} <b>")
    compare(tab, lambda: tab.press("#demo-text-1 textarea", "Control+Enter"))
    assert finished(tab) == ["done"] * 3
    sent = tab.locator(".xlt-column[data-strategy=prompt] .xlt-sent").last.text_content()
    assert "Inkuru yanjye nshya {} {{}} <b>" in sent
    assert "nothing can be concluded" in tab.inner_text("#conclusion")
    assert tab.locator(".xlt-column .xlt-bars").count() == 3
    assert tab.locator(".xlt-column [lang]").count() > 0
    tab.click("#diagnose > button")
    tab.wait_for_selector("#diagnose-start")
    for title in ("Bits per byte", "Alignment with English", "Translator", "Source languages"):
        tab.get_by_label(title, exact=True).uncheck()
    tab.click("#diagnose-start")
    tab.wait_for_selector("#diagnose-results figure")
    assert "times the tokens" in tab.inner_text("#diagnose-results")


@needs_chromium
def test_test_items_fill_the_chart_the_items_and_the_downloads(topics: Any) -> None:
    tab = topics
    many_items(tab, 10)
    compare(tab)
    assert finished(tab) == ["done"] * 3
    tab.wait_for_selector("#chart .xlt-dots-row")
    assert "10 of 10 items" in tab.inner_text("#columns")
    tab.wait_for_selector("#items-table td")
    tab.get_by_label("Columns disagree").check()
    tab.wait_for_function("document.querySelector('#items-page')?.innerText.includes('of this kind')")
    tab.get_by_label("Columns disagree").uncheck()
    tab.get_by_label("Worst pivot first").check()
    tab.wait_for_function("""() => { const all = [...document.querySelectorAll('#items-table tr')].map(row =>
        parseFloat(row.innerText.split('pivot chrF++ ')[1])).filter(Number.isFinite);
        return all.length === 10 && all.every((score, i) => !i || all[i - 1] <= score); }""")
    with tab.expect_download() as download:
        tab.click("#download-json")
    saved = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert len(saved["runs"]) == 3 and len(saved["runs"][0]["predictions"]) == 10
    with tab.expect_download() as download:
        tab.click("#download-csv")
    assert download.value.suggested_filename == "xlt-topic-kin.csv"
    assert download.value.path().read_bytes().startswith(b"\xef\xbb\xbf")
    assert "python -m xlt_core compare --task" in tab.inner_text("#share")
    tab.uncheck("#strategy-translate input")
    compare(tab)
    assert finished(tab, 2) == ["done"] * 2
    tab.get_by_label("Worst pivot first").wait_for(state="hidden")  # no pivot is left; it is ticked all the same
    tab.get_by_label("Wrong", exact=True).check()
    tab.wait_for_function("document.querySelector('#items-page')?.innerText.includes('of this kind')")
    tab.get_by_label("Wrong", exact=True).uncheck()
    tab.check("#strategy-translate input")


@needs_chromium
def test_the_page_of_items_holds_and_old_files_go_while_a_comparison_runs_and_stop_stops(
    topics: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = topics
    gate, compared = Event(), zero_gpu.run_comparison

    def held(plan: Plan) -> Iterator[Comparison]:
        """As soon as there is an answer on the second page the comparison waits until all was looked at."""
        for snapshot in compared(plan):
            yield snapshot
            second = {example.id for example in snapshot.runs[0].examples[15:30]}
            answered = {one.id for one in snapshot.runs[0].predictions if one.final}
            assert not second & answered or gate.wait(PATIENCE / 1000)

    monkeypatch.setattr(zero_gpu, "run_comparison", held)
    many_items(tab, 300)
    compare(tab)
    tab.wait_for_selector(".xlt-column[data-state=running]")
    tab.wait_for_function("document.querySelector('#items-page')?.innerText.includes('300 items, page 1 of 20')")
    tab.click("#items-next")
    tab.wait_for_function("document.querySelector('#items-page')?.innerText.includes('page 2 of 20')")
    assert not tab.is_visible("#download-json") and not tab.locator(".xlt-command").count()
    assert tab.is_disabled("#preview")
    shown = "document.querySelectorAll('#items-table .xlt-pick').length"
    tab.wait_for_function(f"{shown} > 0")  # it fills while the columns are at work
    tab.click("#stop")
    tab.wait_for_selector(".xlt-column[data-state=stopped]")
    gate.set()
    tab.wait_for_selector("#download-json")
    assert not tab.locator(".xlt-column[data-state=running]").count() and tab.is_enabled("#compare")
    assert "page 2 of 20" in tab.inner_text("#items-page") and tab.is_enabled("#preview")
    tab.get_by_label("Columns disagree").check()
    tab.wait_for_function("document.querySelector('#items-page')?.innerText.includes('of this kind, page 1')")
    tab.get_by_label("Columns disagree").uncheck()


@needs_chromium
def test_rows_are_added_removed_moved_and_a_bad_one_is_named(topics: Any) -> None:
    tab = topics
    first = tab.input_value("#demo-text-1 textarea")
    tab.get_by_label("Down, row 1").click()
    tab.wait_for_function("was => document.querySelector('#demo-text-2 textarea').value === was", arg=first)
    tab.click("#demo-reset")
    tab.wait_for_function("was => document.querySelector('#demo-text-1 textarea').value === was", arg=first)
    tab.click("#demo-remove-1")
    tab.wait_for_function("was => document.querySelector('#demo-text-1 textarea').value !== was", arg=first)
    tab.wait_for_selector("#demonstrations > button:has-text('Demonstrations (3)')")
    tab.click("#demo-add")
    tab.wait_for_function("document.querySelector('#demo-text-4 textarea')?.value === ''")
    tab.click("#compare")
    tab.wait_for_function("document.querySelector('#message').innerText.includes('Demonstration 4 has no text')")
    tab.fill("#demo-text-4 textarea", "Amakuru")
    tab.fill("#demo-answer-4 textarea", "no such label")
    tab.wait_for_function("!document.querySelector('#compare').disabled")
    tab.click("#compare")
    tab.wait_for_function("document.querySelector('#message').innerText.includes('no such label')")
    assert "emonstration 4" in tab.inner_text("#message")
    tab.wait_for_function("!document.querySelector('#compare').disabled")
    tab.click("#demo-reset")
    tab.wait_for_function("was => document.querySelector('#demo-text-1 textarea').value === was", arg=first)


@needs_chromium
def test_a_link_restores_the_whole_plan(blank: Any, address: str) -> None:
    rows = (Row("Aline Uwase went to Huye.", "PER: Aline Uwase $$ LOC: Huye"),)
    plan = Plan("ner", "lug", demonstrations=rows, shots=1, inputs=(Row("Ali mu Kampala {}", "LOC: Kampala"),), seed=7)
    given = {"order": "shuffled", "instruction": "Say it <b>'s"}
    columns = (replace(plan.columns[0], knobs=given), replace(plan.columns[1], name="human", knobs={"pivot": "human"}))
    tab = blank
    visit(tab, f"{address}?plan={document.encode(replace(plan, columns=columns))}")
    tab.wait_for_function("document.querySelector('#text textarea')?.value === 'Ali mu Kampala {}'")
    assert tab.input_value("#demo-text-1 textarea") == rows[0].text
    assert "Luganda" in tab.input_value("#language input") and "Entities" in tab.input_value("#task input")
    assert not tab.is_checked("#strategy-laft input") and tab.is_checked("#strategy-translate input")
    tab.uncheck("#strategy-translate input")
    tab.click("#knobs > button")
    tab.click("#knobs-of-prompt > summary")
    tab.wait_for_function("document.querySelector('#knob-prompt-order')?.value === 'shuffled'")
    assert tab.input_value("#knob-prompt-instruction") == given["instruction"]
    compare(tab)
    assert finished(tab, 1) == ["done"]
    link = tab.get_attribute("#plan-link", "href").partition("plan=")[2]
    assert [dict(column.knobs) for column in document.decode(link).columns] == [given]


@needs_chromium
@pytest.mark.parametrize(("link", "sentence"), [("/?plan=nonsense", "link is damaged"), ("?plan=", "")])
def test_an_odd_link_leads_to_the_page_with_a_sentence(blank: Any, address: str, link: str, sentence: str) -> None:
    visit(blank, address + link)
    blank.wait_for_function("said => document.querySelector('#message').innerText.includes(said)", arg=sentence)
    assert "Traceback" not in blank.content()


def test_a_link_about_what_is_not_there_is_refused() -> None:
    with gr.Blocks() as blocks:
        page = page_module.build(blocks, gr.HTML(), RunManager(), gr.BrowserState())
    for plan, sentence in (
        (Plan("poetry", "kin"), "no task 'poetry'"),
        (Plan("ner", "wolofish"), "no language 'wolofi"),
    ):
        with pytest.raises(InputError, match=sentence):
            form_handlers.open_link(page, document.decode(document.encode(plan)))


def test_another_address_is_not_found(address: str) -> None:
    with pytest.raises(HTTPError, match="404"):
        urlopen(f"{address}nowhere")


@needs_chromium
def test_what_cannot_be_combined_is_greyed_with_the_reason(topics: Any) -> None:
    tab = topics
    many_items(tab, 24)
    choose(tab, "language", "English")
    tab.wait_for_function("document.querySelector('#strategy-laft input').disabled")
    assert "no adapter" in tab.inner_text("#strategy-laft")
    choose(tab, "language", "Hausa")
    tab.wait_for_function("!document.querySelector('#strategy-laft input').disabled")
    assert tab.is_checked("#strategy-laft input")
    tab.wait_for_selector("#demo-text-1 textarea[lang=ha]")
    choose(tab, "language", "Swahili")
    tab.wait_for_function("document.querySelector('#message').innerText.includes('Swahili')")
    for name in ("prompt", "translate", "laft"):
        tab.wait_for_function("name => document.querySelector(`#strategy-${name} input`).disabled", arg=name)
        assert "says why" in tab.inner_text(f"#strategy-{name}")
    choose(tab, "language", "Kinyarwanda")
    tab.wait_for_function("document.querySelector('#strategy-prompt input').checked")
    assert tab.is_enabled("#compare")


@needs_chromium
def test_any_language_can_be_typed(topics: Any) -> None:
    tab = topics
    one_input(tab)
    for typed, code, direction in (("Central Kurdish", "ckb", "rtl"), ("Tibetan", "bo", "ltr"), ("prs", "prs", "rtl"),
                                   ("nqo", "nqo", "rtl"), ("mni_Beng", "mni", "ltr"), ("Amharic", "am", "ltr"),
                                   ("Burmese", "my", "ltr"), ("quy", "quy", "ltr")):  # fmt: skip
        type_language(tab, typed)
        tab.wait_for_selector(f"#text textarea[lang={code}]", state="attached")
        assert tab.get_attribute("#text textarea", "dir") == direction
    type_language(tab, "Malay")
    tab.wait_for_function("document.querySelector('#message').innerText.includes('may mean Standard Malay (zsm) or')")
    type_language(tab, "mol")
    tab.wait_for_function("document.querySelector('#message').innerText.includes('it became ron')")
    type_language(tab, "rw")
    tab.wait_for_selector("#text textarea[lang=rw]", state="attached")


def type_language(tab: Any, words: str) -> None:
    tab.fill("#language input", words)
    tab.press("#language input", "Enter")


@needs_chromium
def test_a_lesson_asks_takes_a_prediction_and_shows_what_happened_beside_the_results(tab: Any) -> None:
    number = next(n for n, lesson in enumerate(lessons(), 1) if lesson.title == "Label words")
    tab.focus(f"#lesson-{number}")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#lesson >> text=called A to G")
    tab.wait_for_function("document.querySelector('#language input').value.startsWith('English')")
    assert tab.is_disabled(".xlt-run")
    tab.focus("#lesson input")
    tab.keyboard.press("ArrowDown")  # from the first answer to the second
    tab.wait_for_selector(".xlt-run:not([disabled])")
    compare(tab, lambda: tab.press(".xlt-run", "Enter"))
    assert finished(tab, 2) == ["done"] * 2
    tab.wait_for_selector("#reveal >> text=Your prediction was right")
    place = tab.eval_on_selector("#reveal", "e => e.getBoundingClientRect().toJSON()")
    assert 0 <= place["top"] < place["bottom"] <= 900, "it is in view"
    assert "decisive (p < 0.001)" in tab.inner_text("#reveal")
    assert tab.inner_text("#lessons-done") == f"1 of {len(lessons())} done."
    tab.reload()
    tab.wait_for_selector(f"#lesson-{number}[data-verdict=right]")
    tab.click("[data-ask='0 sheet']")
    tab.wait_for_function("document.querySelectorAll('.xlt-sheet .xlt-line').length === 11")
    tab.click("[data-ask='0 leave']")
    tab.wait_for_selector(".xlt-sheet", state="detached")
    number = next(n for n, lesson in enumerate(lessons(), 1) if lesson.study)
    tab.click(f"#lesson-{number}")
    tab.wait_for_selector("#lesson >> text=four times as much")
    tab.check("#lesson input >> nth=1")
    tab.click(".xlt-run:not([disabled])")
    tab.wait_for_selector("#reveal figure >> text=15,360 tokens")
    assert "Your prediction was right" in tab.inner_text("#reveal")


@needs_chromium
def test_impossible_inputs_are_a_sentence(topics: Any) -> None:
    tab = topics
    one_input(tab)
    for text, words in (("   ", "input is empty"), ("x" * 1_000_000, "characters long")):
        tab.evaluate("""text => { const box = document.querySelector('#text textarea');
            box.value = text; box.dispatchEvent(new Event('input')); }""", text)  # fmt: skip
        tab.click("#compare")
        tab.wait_for_function("words => document.querySelector('#message').innerText.includes(words)", arg=words)
        tab.wait_for_function("!document.querySelector('#compare').disabled")
    one_input(tab, "\u202eשלום 😀 {{value}} ${1}", "")
    compare(tab)
    assert finished(tab) == ["done"] * 3


@needs_chromium
def test_a_phone_folds_the_choices_and_stacks_the_columns(browser: Any, address: str) -> None:
    phone = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
    phone.set_default_timeout(PATIENCE)
    phone.goto(address)
    phone.wait_for_function("document.querySelector('#host')?.innerText.includes('pocket @')")
    phone.wait_for_function("!document.querySelector('#choices-fold > button').classList.contains('open')")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    arrows = phone.eval_on_selector_all(".label-wrap > .icon", "all => all.map(e => e.getBoundingClientRect().right)")
    assert max(arrows) <= 390
    assert "dark" in phone.evaluate("document.body.className")
    phone.click("#dark")
    assert "dark" not in phone.evaluate("document.body.className")
    phone.close()


@needs_chromium
def test_the_keyboard_passes_menus_and_leaves_them_closed(topics: Any) -> None:
    tab = topics
    tab.focus("#language input")
    tab.wait_for_selector("ul[role=listbox]")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.closest('#task') !== null")
    tab.keyboard.press("Tab")
    tab.wait_for_function("!document.querySelector('ul[role=listbox]')")
    tab.click("#model-and-data > button:not(.open)")
    tab.fill("#model input", "no such/model")
    tab.press("#model input", "Tab")
    tab.wait_for_function("document.querySelector('#message').innerText.includes('no such/model')")
    assert tab.input_value("#model input") == "no such/model"
    tab.fill("#model input", "pocket")
    tab.press("#model input", "Enter")
    tab.wait_for_function("!document.querySelector('#compare').disabled")


@needs_chromium
def test_a_typed_language_replaces_the_chosen_one_and_focus_stays_after_the_shortcut(topics: Any) -> None:
    tab = topics
    tab.click("#language input")
    tab.wait_for_function("() => { const f = document.querySelector('#language input');"
                          " return f.selectionEnd - f.selectionStart === f.value.length; }")  # fmt: skip
    tab.keyboard.type("Lug")
    assert tab.input_value("#language input") == "Lug"
    tab.wait_for_function("document.querySelector('li[role=option]')?.innerText.includes('Luganda')")
    tab.keyboard.press("Escape")
    one_input(tab, "Umukinnyi yatsinze umukino", "sports")
    tab.focus("#text textarea")
    compare(tab, lambda: tab.keyboard.press("Control+Enter"))
    assert tab.evaluate("document.activeElement === document.querySelector('#text textarea')")
    finished(tab)


@needs_chromium
def test_a_choice_from_a_menu_is_asked_for_once(topics: Any) -> None:
    with _asked(topics) as sent:
        choose(topics, "language", "Hausa")
        topics.wait_for_selector("#demo-text-1 textarea[lang=ha]")
        topics.wait_for_timeout(300)  # for another one behind its answer
    assert sent and len(sent) == len(set(sent))


@needs_chromium
def test_the_shots_are_set_by_keys_and_not_by_a_press_that_began_elsewhere(topics: Any) -> None:
    """A menu over the slider closes at the press, so that the slider gets the release."""
    slider = topics.locator("#shots input[type=range]")
    with _asked(topics) as sent:
        topics.hover("#shots label")
        topics.mouse.down()
        slider.hover()
        topics.mouse.up()
        slider.press("ArrowRight")
        topics.wait_for_selector("#demo-text-5")
        slider.press("ArrowLeft")
        topics.wait_for_selector("#demo-text-5", state="detached")
    assert len(sent) == 2 and len(set(sent)) == 1


@contextmanager
def _asked(tab: Any) -> Iterator[list[int]]:
    """The numbers of the handlers that the page asks."""
    sent: list[int] = []
    listen = lambda asked: sent.append(asked.post_data_json["fn_index"]) if "/join" in asked.url else None  # noqa: E731
    tab.on("request", listen)
    yield sent
    tab.remove_listener("request", listen)


@needs_chromium
def test_results_of_an_earlier_setting_are_greyed_and_say_so(tab: Any) -> None:
    said = "getComputedStyle(document.querySelector('#columns'), '::before').content"
    grey = "getComputedStyle(document.querySelector('#columns')).filter"
    assert tab.evaluate(said) == tab.evaluate(grey) == "none"
    one_input(tab, "Umukinnyi yatsinze umukino", "sports")
    assert "earlier setting" in tab.evaluate(said) and "grayscale" in tab.evaluate(grey)
    compare(tab)
    finished(tab)
    assert tab.evaluate(said) == tab.evaluate(grey) == "none"
    choose(tab, "language", "Hausa")
    assert "earlier setting" in tab.evaluate(said)


@needs_chromium
def test_further_strategies_are_folded_and_knobs_shown_of_those_that_are_ticked(tab: Any) -> None:
    shown = "[...document.querySelectorAll('#knobs .xlt-knobs')].filter(e => e.offsetParent).map(e => e.id)"
    ours = [f"knobs-of-{name}" for name in ("prompt", "translate", "laft")]
    tab.click("#knobs > button")
    tab.wait_for_selector("#knobs-of-laft")
    assert tab.evaluate(shown) == ours
    tab.click("#more-strategies > summary")
    tab.check("#strategy-bilingual input")
    assert tab.evaluate(shown) == [*ours, "knobs-of-bilingual"]
    tab.click("#more-strategies > summary")
    tab.wait_for_selector("#strategy-bilingual", state="hidden")
    assert tab.evaluate(shown) == [*ours, "knobs-of-bilingual"], "a fold that is closed unticks nothing"
    tab.click("#knobs-of-prompt > summary")
    tab.wait_for_timeout(600)  # Gradio sends a widget its value once more when it has appeared
    tab.select_option("#knob-prompt-order", "shuffled")
    tab.get_by_role("button", name="Add a second prompt column with these").click()
    tab.wait_for_selector("#extras >> text=prompt: pocket, order shuffled")


@needs_chromium
def test_the_first_view_is_a_sentence_its_english_and_its_answers(blank: Any, address: str) -> None:
    blank.set_viewport_size({"width": 1280, "height": 900})
    blank.goto(address)
    blank.wait_for_function("document.querySelectorAll('.xlt-column').length === 3")
    assert blank.inner_text("#gloss").startswith("English: Espérance Uwamahoro")
    places = "[...document.querySelectorAll('.xlt-column .xlt-verdict')].map(e => e.getBoundingClientRect().bottom)"
    bottoms = blank.evaluate(places)
    assert len(bottoms) >= 3 and max(bottoms) < 900, "right and wrong are seen without scrolling"
    assert blank.evaluate("document.activeElement === document.body")


@needs_chromium
def test_the_next_item_is_compared_and_an_own_text_begins_empty(topics: Any) -> None:
    tab = topics
    one_input(tab)
    before = tab.input_value("#text textarea")
    compare(tab, lambda: tab.click("#next-item"))
    assert finished(tab) == ["done"] * 3
    after = tab.input_value("#text textarea")
    assert after != before and tab.inner_text("#gloss").startswith("English: ")
    compare(tab, lambda: tab.click("#next-item"))
    finished(tab)
    assert tab.input_value("#text textarea") not in (before, after)
    tab.click("#own-text")
    tab.wait_for_function("document.querySelector('#text textarea').value === ''")
    tab.wait_for_function("document.activeElement === document.querySelector('#text textarea')")
    assert not tab.inner_text("#gloss").strip() and tab.input_value("#gold textarea") == ""
    tab.keyboard.type("Ikipe yatsinze umukino.")
    compare(tab)
    assert finished(tab) == ["done"] * 3
