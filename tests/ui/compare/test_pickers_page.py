"""Picked demonstrations, columns without a model and their agreement, on the real page in a real browser."""

from __future__ import annotations

from typing import Any

from helpers.browser import choose, compare, finished, many_items, needs_chromium


@needs_chromium
def test_demonstrations_are_picked_for_each_item_and_columns_build_on_others(tab: Any) -> None:
    many_items(tab, 6)
    choose(tab, "picker", "Similar, for each item")
    tab.wait_for_function("document.querySelector('#demo-text-1')?.checkVisibility() !== true")
    tab.click("#more-strategies > summary")
    for name in ("linear", "votes", "ensemble"):
        tab.check(f"#strategy-{name} input")
    for name in ("translate", "laft"):
        tab.uncheck(f"#strategy-{name} input")
    tab.click("#preview")
    tab.wait_for_function("document.querySelector('#columns').innerText.includes('no prompt of its own')")
    shown = tab.locator(".xlt-column[data-strategy=prompt]").inner_text()
    assert shown.count("Topic:") == 5
    tab.wait_for_function("!document.querySelector('#compare').disabled")
    compare(tab)
    assert finished(tab, 4) == ["done"] * 4
    tab.wait_for_selector("#chart .xlt-sets")
    said = tab.inner_text("#chart .xlt-sets figcaption")
    assert "of 6 items" in said and "best fixed column is" in said
    assert "ensemble" not in tab.inner_text("#chart .xlt-sets thead")
    assert "--demonstrations-from similar" in tab.inner_text("#share")
    choose(tab, "picker", "Balanced")
    tab.wait_for_function("document.querySelector('#demo-text-1')?.checkVisibility() === true")
