"""Loads the bundled models in the background, so that the first comparison is quick."""

from __future__ import annotations

from xlt_core import catalog
from xlt_core.comparison import compare
from xlt_core.records import InputError, Plan
from xlt_core.ui.results import run_state
from xlt_core.ui.shared.errors import LOG


def warm_up(model: str = "pocket") -> None:
    """Loads the model and its translator, and runs the paper's strategies on one item. A missing model is logged."""
    try:
        LOG.info(catalog.host(model).describe())
        codes = catalog.dataset("world").languages("topic")
        language = next((code for code in codes if code != "eng"), "eng")
        plan = Plan("topic", language, model=model, translator=model, shots=1, samples=1)
        for _ in compare.compare(plan):
            pass
        for _, name in run_state.example_menu()[:1]:
            run_state.example(name)  # computed once, before the first visitor
    except InputError as error:
        LOG.warning("The model %s could not be loaded: %s", model, error)
