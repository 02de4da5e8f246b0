"""The map of the strategies, and that it is on the tab About."""

from __future__ import annotations

from typing import Any

from helpers.browser import needs_chromium, visit

from xlt_core import catalog
from xlt_core.ui.strategy_map import strategy_map_html


def test_a_row_for_each_strategy_with_its_places_and_its_paper() -> None:
    html = strategy_map_html()
    rows = {
        name: html.partition(f"<th scope='row'>{name}</th>")[2].partition("</tr>")[0] for name in catalog.strategies()
    }
    assert all(rows.values())
    assert "data-head='weights'><b>yes</b>" in rows["laft"] and "data-head='weights'></td>" in rows["prompt"]
    assert "<a href='https://arxiv.org/abs/2009.05166' rel='noopener'>arXiv 2009.05166</a>" in rows["bilingual"]
    assert "data-head='a lexicon'><b>yes</b>" in rows["codeswitch"]


@needs_chromium
def test_the_map_is_on_the_tab_about(blank: Any, address: str) -> None:
    visit(blank, address)
    blank.get_by_role("tab", name="About", exact=True).click()
    blank.wait_for_selector("#strategy-map table")
    assert blank.locator("#strategy-map tbody tr").count() == len(catalog.strategies())
