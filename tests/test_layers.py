"""Who may import whom, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from xlt_core.settings import ROOT

ORDER = ["records", "settings", "metrics", "significance", "contracts", "pocket.world",
         ("tasks", "strategies", "hosts", "translators", "datasets"),
         "catalog", "compare", "document", "store", "sweep", "outputs", "findings", "across", "details", "tables",
         "export", "report", "adapt", "pocket", "jobs", ("ui", "__main__"), "app"]  # fmt: skip
RANKS = {name: rank for rank, names in enumerate(ORDER) for name in ([names] if isinstance(names, str) else names)}
# A helper beside the files of the core has the place of the file that it helps.
HELPERS = {"_metrics": "metrics", "_resampling": "metrics",
           "_digest": "records", "_colours": "records", "_memory": "records", "_pretrained": "records",
           "_fetch": "records", "_files": "records", "_shelf": "records",
           "_languages": "settings", "_models": "settings", "_rows": "contracts",
           "_catalog": "catalog", "_compare": "compare", "_columns": "compare",
           "_conll": "outputs", "_found": "findings", "_words": "details", "_pictures": "report", "_sections": "report",
           "_score": "__main__",
           "_document": "records", "_signature": "compare", "_recall": "store", "_store": "store",
           **dict.fromkeys(("_cells", "_engines", "_estimate", "_ray"), "sweep"),
           "_card": "settings", "_made": "settings",
           **dict.fromkeys(("_adapt", "_average", "_bits", "_corpus", "_packing", "_survey", "_texts"), "adapt"),
           "_trainer": "adapt", "_folders": "adapt", "_durations": "records",
           "_compare_command": "__main__", "_options": "__main__", "_sweep_command": "__main__",
           "_adapting": "__main__", "_table": "__main__"}  # fmt: skip
FOLDERS = ("tasks", "strategies", "hosts", "translators", "datasets")
HEAVY = {"torch", "transformers", "peft", "datasets", "evaluate", "ray", "httpx", "gradio", "plotly", "pandas"}
OF_THE_PAGE = {"gradio", "plotly", "pandas"}
FILES = [path for path in sorted((ROOT / "xlt_core").rglob("*.py")) if path.name != "__init__.py"]
FILES += [path for path in [ROOT / "app.py"] if path.exists()]


def module(path: Path) -> str:
    """Such as tasks.topic, compare or app."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removeprefix("xlt_core.")


def place(name: str) -> str:
    """The layer of a module."""
    head = HELPERS.get(name.split(".")[0], name.split(".")[0])
    return "pocket.world" if name == "pocket.world" else head


def imports(tree: ast.AST) -> Iterator[str]:
    """The names of all modules that are imported anywhere, such as xlt_core.tasks.topic."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (_full(node.module or "", alias.name) for alias in node.names)


def _full(parent: str, name: str) -> str:
    """parent.name where that is a module of ours, else parent."""
    path = ROOT.joinpath(*parent.split("."), name)
    return f"{parent}.{name}" if path.with_suffix(".py").exists() or path.is_dir() else parent


def own(tree: ast.AST) -> Iterator[str]:
    for name in imports(tree):
        if name.startswith("xlt_core."):
            yield name.removeprefix("xlt_core.")


def allowed(importer: str, imported: str) -> bool:
    """Whether one module may import another."""
    ours, theirs = place(importer), place(imported)
    if ours == theirs and ours in FOLDERS:
        return imported.split(".")[-1].startswith("_")
    return ours == theirs or RANKS[theirs] < RANKS[ours]


def top_level(tree: ast.Module) -> Iterator[ast.stmt]:
    """Statements that run at import, types for the checker aside."""
    for node in tree.body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.dump(node.test):
            yield from node.body
        elif not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.If):
            yield node


@pytest.mark.parametrize("path", FILES, ids=module)
def test_left_never_imports_right(path):
    importer = module(path)
    assert place(importer) in RANKS, f"{importer} has no layer"
    wrong = [name for name in own(ast.parse(path.read_text("utf-8"))) if not allowed(importer, name)]
    assert not wrong, f"{importer} may not import {', '.join(wrong)}"


@pytest.mark.parametrize("path", FILES, ids=module)
def test_heavy_packages_are_imported_where_they_are_used(path):
    if path.name.startswith("_") and path.name != "__main__.py":
        return
    light = OF_THE_PAGE if "ui" in path.parts or path.name == "app.py" else set()
    found = {name.split(".")[0] for node in top_level(ast.parse(path.read_text("utf-8"))) for name in imports(node)}
    assert not found & (HEAVY - light)


@pytest.mark.parametrize("path", FILES, ids=module)
def test_a_file_says_what_it_is_for(path):
    tree = ast.parse(path.read_text("utf-8"))
    first = (ast.get_docstring(tree) or "").split("\n")[0]
    assert first.endswith((".", ":", ";", ",")) or len(first) > 30


def test_the_rules_catch_what_they_forbid():
    assert not allowed("records", "contracts") and not allowed("tasks.topic", "catalog")
    assert not allowed("tasks.topic", "tasks.ner") and not allowed("translators.seq2seq", "hosts.local")
    assert allowed("tasks.topic", "tasks._lines") and allowed("datasets.world", "pocket.world")
    assert not allowed("pocket.world", "pocket.recipe") and allowed("ui.page", "ui.columns")
