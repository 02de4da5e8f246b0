"""docs/classroom.ipynb runs from top to bottom on the bundled models, and is committed with what it shows."""

from __future__ import annotations

import nbformat
import pytest
from helpers.notebooks import execute
from nbformat import NotebookNode

from xlt_core.settings import ROOT

PATH = ROOT / "docs" / "classroom.ipynb"
PLOTLY = "application/vnd.plotly.v1+json"


def code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(notebook: NotebookNode, begins: str, kind: str = "text/plain") -> str:
    """What the cell that begins so shows."""
    (cell,) = [cell for cell in code(notebook) if cell.source.startswith(begins)]
    return "".join(o.get("text", "") if o.output_type == "stream" else str(o.get("data", {}).get(kind, ""))
                   for o in cell.outputs if o.get("name") != "stderr")  # fmt: skip


def test_it_runs_from_top_to_bottom():
    """In one test, so that processes which share the tests run it once."""
    executed = execute(PATH)
    assert [cell.execution_count for cell in code(executed)] == list(range(1, len(code(executed)) + 1))
    assert not any(output.output_type == "error" for cell in code(executed) for output in cell.outputs)
    _check_tables_and_figures(executed)
    _check_steps_and_demonstrations(executed)
    _check_committed(executed)


def _check_tables_and_figures(executed: NotebookNode) -> None:
    page = shown(executed, "first = ", "text/html")
    assert "<table><caption>topic in kin" in page and "scores highest" in page
    assert "translate" in shown(executed, "first = ")
    for name in ("first", "grid"):
        assert "'name': 'translate'" in shown(executed, f"{name}.figure()", PLOTLY)


def _check_steps_and_demonstrations(executed: NotebookNode) -> None:
    steps = shown(executed, "item = ")
    assert steps.startswith("--- translate input ---") and "\n--- answer ---\n" in steps
    assert len(shown(executed, "for row in first.plan").splitlines()) == 4
    assert "igihugu yatsinze umukino" in shown(executed, "own = ", "text/html")


def _check_committed(executed: NotebookNode) -> None:
    """What is committed is what the cells show; `python tests/helpers/notebooks.py docs/classroom.ipynb` writes it."""
    committed = nbformat.read(PATH, as_version=4)
    nbformat.validate(committed)
    begins = "for row in first.plan"
    assert shown(committed, begins) == shown(executed, begins)
    assert [bool(cell.outputs) for cell in code(committed)][3:] == [True] * (len(code(committed)) - 3)


def test_the_committed_file_is_small_names_no_place_and_opens_in_colab():
    text = PATH.read_text(encoding="utf-8")
    assert len(text) < 200_000 and str(ROOT) not in text and "/home/" not in text and "stderr" not in text
    assert nbformat.reads(text, as_version=4).metadata.colab.name == PATH.name
    assert 'REPOSITORY = \\"\\"' in text


def test_outside_the_project_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (first, *_) = code(nbformat.read(PATH, as_version=4))
    with pytest.raises(SystemExit, match="write its address in REPOSITORY, or upload its folder"):
        exec(first.source, {})
