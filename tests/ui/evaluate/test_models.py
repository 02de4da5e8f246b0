"""Several models on Evaluate, in a real browser: side by side in the results; one that cannot be had fails alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from helpers.browser import needs_chromium, on_tab, served

from xlt_core.settings import POCKET
from xlt_core.store.store import Store

ENDED = "document.querySelector('#evaluate-heading').innerText.includes('Results')"


def add_model(tab: Any, name: str) -> None:
    tab.fill("#evaluate-model input", name)
    tab.press("#evaluate-model input", "Enter")


@needs_chromium
def test_models_stand_side_by_side_and_one_that_is_misspelt_fails_alone(browser: Any, tmp_path: Path) -> None:
    with served(Store(tmp_path / "store.sqlite")) as url:
        tab = on_tab(browser, url, "Evaluate")
        tab.uncheck("#evaluate-tasks >> text=Entities")
        for name in ("translate", "laft"):
            tab.uncheck(f"#evaluate-strategy-{name} input")
        for number in ("2", "4"):
            tab.get_by_role("checkbox", name=number, exact=True).uncheck()
        for _ in range(2):  # the first language stays
            tab.press("#evaluate-languages input", "Backspace")
        tab.fill("#evaluate-samples input", "6")
        tab.press("#evaluate-samples input", "Tab")
        tab.click("#evaluate-sources > button")
        add_model(tab, str(POCKET / "model"))
        tab.wait_for_function("document.querySelector('#evaluate-size b')?.innerText === '12'")
        add_model(tab, "smolm2")
        tab.wait_for_selector("#evaluate-message >> text=did you mean smollm2?")
        tab.wait_for_function("document.querySelector('#evaluate-size b')?.innerText === '18'")
        tab.click("#evaluate-start")
        tab.wait_for_selector("#evaluate-progress td[data-state=failed]")
        tab.wait_for_function(ENDED)
        states = tab.eval_on_selector_all("#evaluate-progress td[data-state]", "all => all.map(f => f.dataset.state)")
        assert states == ["done", "done", "failed"]
        assert "did you mean smollm2?" in tab.inner_text(".xlt-problems")
        tab.wait_for_selector("#evaluate-summary >> text=prompt (pocket)")
        assert "prompt (model)" in tab.inner_text("#evaluate-summary")
        assert "--models pocket," in tab.inner_text("#evaluate-command")
        tab.close()
