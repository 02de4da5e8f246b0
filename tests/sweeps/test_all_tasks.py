"""A grid over every task that the bundled data have, with its report."""

from __future__ import annotations

from pathlib import Path

from xlt_core import catalog
from xlt_core.__main__ import main
from xlt_core.documents import export
from xlt_core.findings.findings import find


def test_every_task_runs_on_the_bundled_data(tmp_path: Path, capsys) -> None:
    world = catalog.dataset("world")
    tasks = [name for name in catalog.tasks() if "kin" in world.languages(name)]
    assert {"topic", "ner", "summary", "sentiment", "intent", "maths", "translation"} <= set(tasks)
    out = tmp_path / "all"
    grid = "--languages kin --strategies prompt,translate,translator --shots 1 --samples 2".split()
    status = main(["sweep", "--tasks", ",".join(tasks), *grid, "--out", str(out)])
    said = capsys.readouterr()
    assert status == 0, said.err
    found = find(export.load(out / "results.json.gz"))
    assert {condition.task for condition in found.conditions} == set(tasks)
    columns = {(cell.condition.task, cell.column) for cell in found.cells}
    translated = {task for task in tasks if task.startswith("translation")}
    assert {task for task, column in columns if column == "prompt"} == set(tasks)
    assert {task for task, column in columns if column == "translator"} == translated
    assert {task for task, column in columns if column == "translate"} == set(tasks) - translated
    page = (out / "report.html").read_text("utf-8")
    assert all(catalog.task(task).title in page for task in tasks) and "sacreBLEU: chrF++ nrefs:1" in page
