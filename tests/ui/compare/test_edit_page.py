"""A wrong answer is followed to its translation, the pivot mended by hand, and what follows stands beside it."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.browser import compare, finished, needs_chromium, one_input, option

from xlt_core.documents import document

TEXT = "Abaganga bavuye abarwayi benshi mu bitaro bya Kigali"  # words that the small translator has not read
PIVOT = "Strong winds blew yesterday."  # what it makes of them
MENDED = "Doctors treated many patients in the hospital in Kigali."
EDITED = ".xlt-column[aria-label='translate, edited']"


@pytest.fixture
def wrong(tab: Any) -> Any:
    """The page with a finished comparison of one text, which translate has wrong."""
    tab.set_default_timeout(30_000)
    one_input(tab, TEXT, "health")
    compare(tab)
    finished(tab)
    tab.click("#edit > button:not(.open)")
    tab.wait_for_function("document.querySelector('#edit-text textarea')?.value.length > 0")
    return tab


def answers(tab: Any, part: str) -> str:
    return tab.locator(part).locator(".xlt-verdict").inner_text()


@needs_chromium
def test_a_wrong_answer_is_mended_by_its_pivot_and_the_pivot_kept(wrong: Any) -> None:
    tab = wrong
    former = tab.locator("#columns .xlt-column[aria-label=translate]")
    assert "wrong" in former.locator(".xlt-verdict").inner_text()
    former.locator("summary", has_text="Every step").click()
    assert PIVOT in former.locator(".xlt-steps .xlt-back").all_inner_texts()
    assert tab.input_value("#edit-text textarea") == PIVOT
    tab.fill("#edit-text textarea", MENDED)
    tab.click("#edit-go")
    tab.wait_for_selector(f"{EDITED}[data-state=done]")
    assert "right" in answers(tab, EDITED)
    assert "wrong" in answers(tab, "#edit-result .xlt-column[aria-label=translate]"), "the former way stands beside it"
    tab.locator(f"{EDITED} summary", has_text="Every step").click()
    assert "written by hand" in tab.inner_text(EDITED) and MENDED in tab.inner_text(f"{EDITED} .xlt-sent >> nth=-1")
    tab.click("#edit-keep")
    tab.wait_for_selector("#edit-message >> text=Kept as the human English")
    code = tab.get_attribute("#plan-link", "href").partition("=")[2]
    assert document.decode(code).inputs[0].english == MENDED
    set_knob(tab, "translate", "pivot", "human")
    compare(tab)
    finished(tab)
    again = tab.locator("#columns .xlt-column[aria-label=translate]")
    assert "right" in again.locator(".xlt-verdict").inner_text(), "the kept English is what a human pivot uses"


def set_knob(tab: Any, strategy: str, knob: str, value: str) -> None:
    tab.click("#knobs > button:not(.open)")
    tab.click(f"#knobs-of-{strategy}:not([open]) > summary")
    tab.select_option(f"#knob-{strategy}-{knob}", value)


@needs_chromium
def test_a_demonstration_is_edited_and_an_impossible_label_is_a_sentence(wrong: Any) -> None:
    tab = wrong
    step(tab, "the model's answer")
    tab.fill("#edit-text textarea", "weather")
    tab.click("#edit-go")
    tab.wait_for_selector("#edit-message >> text=The edited answer 'weather' is none of the labels; write one of")
    step(tab, "translation 1 of the demonstrations")
    tab.fill("#edit-text textarea", "A demonstration by hand.")
    tab.click("#edit-go")
    tab.wait_for_selector(f"{EDITED}[data-state=done]")
    tab.locator(f"{EDITED} summary", has_text="Every step").click()
    assert "A demonstration by hand." in tab.inner_text(f"{EDITED} .xlt-sent >> nth=-1")


def step(tab: Any, title: str) -> None:
    before = tab.input_value("#edit-text textarea")
    tab.click("#edit-step input")
    option(tab, title, exact=True).click()
    tab.wait_for_function("old => document.querySelector('#edit-text textarea').value !== old", arg=before)
