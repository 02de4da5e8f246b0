"""The heat map of a grid of columns: its HTML, and on the real page in a real browser."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from helpers.browser import compare, finished, many_items, needs_chromium, visit

from xlt_core.documents import document
from xlt_core.records import Column, Comparison, Example, Plan, Prediction, Reply, Run, Score
from xlt_core.ui.compare.heat_map import heat_map_html

GRID = tuple(
    Column(f"{template}-{shown}", "crosslingual", {"template": template, "demonstrations": shown})
    for template in ("English", "target")
    for shown in ("English", "target")
)


def run_of(column: Column, low: float, value: float) -> Run:
    examples = tuple(Example(str(n), {"text": "x"}, "ab"[n], ("a", "b")) for n in range(2))
    replies = (Reply("answer", "prompt <b> of " + column.name, "a"),)
    scores = {"macro_f1": Score(value, low, min(1, value + 0.1))}
    return Run(column.name, column.strategy, "done", "", "", examples, (Prediction("0", "a", replies),), scores)


def test_a_tile_for_each_column_with_its_prompt_and_chance_on_the_scale() -> None:
    runs = tuple(run_of(c, low, v) for c, low, v in zip(GRID, (0.7, 0.55, 0.3, 0.1), (0.9, 0.7, 0.4, 0.2), strict=True))
    html = heat_map_html(Comparison(Plan("topic", "kin", GRID), runs), "macro_f1")
    assert html.count("class='xlt-heat-tile") == 4 and html.count("not above chance") == 2
    assert "prompt &lt;b&gt; of target-English" in html and "chance 0.45" in html
    assert "var(--strategy) 62%" in html and "var(--strategy) 6%" in html
    assert "<th scope='row'>Template: target</th>" in html and "Demonstrations in: English" in html
    assert heat_map_html(Comparison(Plan("topic", "kin", GRID[:2]), runs[:2]), "macro_f1") == ""


@needs_chromium
def test_a_grid_is_drawn_on_the_page_and_a_click_shows_the_prompt(blank: Any, address: str) -> None:
    plan = Plan("topic", "kin", GRID, shots=2, samples=6)
    visit(blank, f"{address}?plan={document.encode(replace(plan, seed=3))}")
    blank.wait_for_function("document.querySelector('#strategy-crosslingual input')?.checked")
    many_items(blank, 6)
    compare(blank)
    assert finished(blank, 4) == ["done"] * 4
    blank.wait_for_function("document.querySelectorAll('#chart .xlt-heat-tile').length === 4")
    assert "The macro F1 is highest with template" in blank.inner_text("#chart .xlt-heat figcaption")
    tile = blank.locator("#chart .xlt-heat-tile").nth(3)
    assert not tile.locator("pre").is_visible()
    tile.locator("summary").click()
    tile.locator("pre").wait_for(state="visible")
    assert "Soma iyi nkuru" in tile.inner_text() and "Inyandiko:" in tile.inner_text()
    shades = blank.eval_on_selector_all(
        "#chart .xlt-heat td", "all => all.map(e => getComputedStyle(e).backgroundColor)"
    )
    assert len(set(shades)) > 2
