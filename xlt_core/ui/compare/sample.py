"""What the tab Compare opens with: a finished comparison whose parts are here, or a plan yet to be run."""

from __future__ import annotations

import json

from xlt_core import catalog
from xlt_core.documents import document
from xlt_core.models.names import model_path
from xlt_core.records import Comparison, InputError, Plan, Row
from xlt_core.settings import ASSETS
from xlt_core.ui.shared.errors import LOG


def finished_sample() -> Comparison | None:
    """The first bundled comparison whose parts are here; None where there is none."""
    for path in sorted((ASSETS / "comparisons").glob("*.json")):
        try:
            sample = document.read_document(json.loads(path.read_text(encoding="utf-8")))
            if _at_hand(sample.plan):
                return sample
        except (InputError, ValueError, KeyError) as error:
            LOG.warning("The sample %s cannot be shown: %s", path.name, error)
    return None


def _at_hand(plan: Plan) -> bool:
    """Whether the plan's models and its translator are here. Nothing is loaded: the page is to be served soon."""
    try:
        return all(map(model_path, plan.models)) and plan.translator in catalog.translators()
    except InputError:
        return False


def default_plan() -> Plan:
    """The plan that the page opens with where there is no sample."""
    codes = catalog.dataset("world").languages("topic")
    return Plan("topic", next((code for code in codes if code != "eng"), "eng"), inputs=(Row(""),))
