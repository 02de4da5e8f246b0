"""No page has what axe-core finds wrong for people with a screen reader, a keyboard or weak eyes."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from helpers.browser import needs_chromium

TABS = ("Compare", "Evaluate", "Adapt", "Runs", "About")
FOUND = """async rules => {
  const options = {resultTypes: ['violations'], ...(rules && {runOnly: rules})};
  return (await axe.run(document, options)).violations.flatMap(rule => rule.nodes.map(
    node => `${rule.id}: ${node.html.slice(0, 160)} ${(node.any[0] || {}).message || ''}`)); }"""
OF_COLOURS = ["color-contrast", "link-in-text-block"]  # all that a dark page can break


@needs_chromium
def test_axe_finds_nothing_on_any_page_and_folds_and_results_say_what_they_are(tab: Any) -> None:
    tab.emulate_media(reduced_motion="reduce")
    tab.add_script_tag(content=files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found = {}
    for name in TABS:
        tab.evaluate(
            "name => [...document.querySelectorAll('[role=tab]')].find(t => t.innerText === name).click()", name
        )
        tab.wait_for_selector(f"[role=tab][aria-selected=true]:has-text('{name}')")
        for scheme, width, rules in (("light", 1280, None), ("light", 390, None),
                                     ("dark", 390, OF_COLOURS), ("dark", 1280, OF_COLOURS)):  # fmt: skip
            tab.set_viewport_size({"width": width, "height": 900})
            tab.emulate_media(color_scheme=scheme)
            tab.wait_for_function("dark => document.body.classList.contains('dark') === dark", arg=scheme == "dark")
            found[name, scheme, width] = tab.evaluate(FOUND, rules)
    assert not any(found.values()), "\n".join(f"{page}: {one}" for page, all_ in found.items() for one in all_)
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.get_by_role("tab", name="Compare").click()
    fold = tab.locator("#model-and-data > button")
    assert fold.get_attribute("aria-expanded") == "false"
    fold.click()
    tab.wait_for_selector("#model-and-data > button[aria-expanded=true]")
    assert tab.get_attribute("#conclusion", "aria-live") == "polite"
