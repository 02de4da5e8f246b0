"""The page in other languages: its tables, and a visit in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from helpers.browser import choose, compare, finished, needs_chromium, one_input, visit

from xlt_core.ui.shared import page_words


def test_the_tables_have_the_same_lines_with_the_same_numbers() -> None:
    first, *others = page_words.tables()
    assert {table.code for table in page_words.tables()} >= {"fra", "hau", "kin", "lug", "swa"}
    for table in (first, *others):
        assert table.words.keys() == first.words.keys() and table.mark == "machine-written, not checked by a speaker"
        assert all(own.count("#") == english.count("#") for english, own in table.words.items())


def test_a_speaker_corrects_a_line_and_takes_the_mark_away(tmp_path: Path) -> None:
    (tmp_path / "kin.tsv").write_text("# Ikinyarwanda\nCompare\tGereranya\nStop\t\nodd line\n", encoding="utf-8")
    (table,) = page_words.tables(tmp_path)
    assert (table.name, table.mark, table.words) == ("Ikinyarwanda", "", {"Compare": "Gereranya"})


@needs_chromium
def test_the_page_is_shown_in_another_language(tab: Any, address: str) -> None:
    shown = tab.evaluate("document.body.textContent")
    keys = page_words.tables()[0].words
    assert sum(key in shown for key in keys if "#" not in key) > 50, "most of the words are on the page"
    tab.select_option("#page-language", "kin")
    tab.wait_for_function("document.querySelector('#compare').innerText.startsWith('Gereranya')")
    assert tab.evaluate("document.documentElement.lang") == "rw"
    assert tab.inner_text("[role=tab][aria-selected=true]") == "Gereranya"
    assert tab.input_value("#task input") == "Insanganyamatsiko"
    choose(tab, "task", "Amazina bwite")
    tab.wait_for_function("document.querySelector('#demo-answer-1 textarea')?.value.includes(':')")
    tab.wait_for_function("document.querySelector('#task input').value === 'Amazina bwite'")
    choose(tab, "task", "Insanganyamatsiko")
    tab.wait_for_function("!document.querySelector('#demo-answer-1 textarea')?.value.includes(':')")
    assert tab.locator("#demonstrations > button").inner_text().startswith("Ingero (4): zisubije")
    typed = tab.input_value("#demo-text-1 textarea")
    one_input_in_kinyarwanda = tab.get_by_label("Umwandiko umwe", exact=True)
    one_input_in_kinyarwanda.check()
    compare(tab)
    finished(tab)
    tab.wait_for_function("document.querySelector('.xlt-column').innerText.includes('byarangiye')")
    assert tab.input_value("#demo-text-1 textarea") == typed
    visit(tab, address)
    tab.wait_for_function("document.querySelector('#compare').innerText.startsWith('Gereranya')")
    tab.select_option("#page-language", "eng")
    tab.wait_for_function("document.querySelector('#compare').innerText.startsWith('Compare')")
    assert tab.input_value("#task input") == "Topic"
    one_input(tab)
    tab.evaluate("localStorage.removeItem('xlt-page-language')")
