"""`import xlt_core` is quick, and its names mean the same whatever was imported before them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from xlt_core.settings import ROOT

HEAVY = ("torch transformers peft accelerate datasets evaluate pandas gradio plotly ray httpx numpy scipy sklearn "
         "pyarrow tqdm sacrebleu")  # fmt: skip
FOLDERS = ("tasks", "strategies", "models", "datasets")
LISTS = (*FOLDERS, "languages")


def fresh(*lines: str) -> str:
    """What the lines print in a Python of their own."""
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_loads_no_heavy_package_nor_the_settings():
    assert (
        fresh("import sys, xlt_core", f"print({{*'{HEAVY}'.split(), 'xlt_core.settings'}} & {{*sys.modules}})")
        == "set()"
    )


def test_the_functions_and_lists_are_found_without_torch_and_the_page():
    names = "compare, xlt.sweep, xlt.score, xlt.adapt, xlt.languages, xlt.tasks(), xlt.strategies(), xlt.Column"
    heavy = "{'torch', 'transformers', 'datasets', 'pandas', 'gradio', 'plotly', 'ray', 'tqdm'}"
    assert fresh("import sys, xlt_core as xlt", f"xlt.{names}", f"print({heavy} & {{*sys.modules}})") == "set()"


BEFORE = (
    "",
    "from xlt_core.language_table import languages",
    "from xlt_core import catalog; catalog.tasks(), catalog.strategies(), catalog.datasets()",
    "import xlt_core.tasks.topic, xlt_core.strategies, xlt_core.models.suggested, xlt_core.datasets.world",
    "from xlt_core import compare, sweep, tasks, models, languages",
)


@pytest.mark.parametrize("before", BEFORE)
def test_a_list_can_be_called_and_its_folder_imported_in_any_order(before):
    said = fresh(before, "import xlt_core as xlt",
                 f"print(*[len(getattr(xlt, name)()) > 1 for name in {LISTS}])",
                 "import xlt_core.tasks.topic, xlt_core.models.suggested",
                 "from xlt_core.datasets import world; from xlt_core.strategies import prompt",
                 "from xlt_core import catalog, comparison, scoring",
                 f"print(*[len(getattr(xlt, name)()) > 1 for name in {LISTS}])",
                 "print(xlt.tasks.topic.__name__, callable(xlt.compare), comparison.__name__)")  # fmt: skip
    trues = " ".join(["True"] * len(LISTS))
    assert said.splitlines() == [trues, trues, "xlt_core.tasks.topic True xlt_core.comparison"]


def test_an_unknown_name_is_an_attribute_error_and_the_known_ones_are_listed():
    import xlt_core as xlt

    assert not hasattr(xlt, "poetry") and {*xlt.__all__} <= {*dir(xlt)}
    assert all(callable(getattr(xlt, name)) for name in xlt.__all__)
