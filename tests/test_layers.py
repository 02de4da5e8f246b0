"""Who may import whom, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from xlt_core.settings import ROOT

# By folder or root module, from the left: whoever stands further left is imported, and never imports.
# Members of these never import each other.
EXTENSIONS = ("tasks", "strategies", "demonstrations", "hosts", "translators", "datasets", "diagnostics")
ORDER = ["records", "settings", "text", "language_codes", ("language_table", "scoring", "models", "probing"),
         "contracts", "formats", ("world", "engine", "reading"), "prompting", ("pivoting", "baselines"), EXTENSIONS,
         "catalog_tools", "catalog", "comparison", "findings", "store", "documents",
         "diagnosis", ("sweeps", "adaptation", "jobs", "lessons"), "pocket", "cli",
         ("interface", "__main__"), "ui.shared", "ui.items", ("ui.fields", "ui.diagnose"), "ui.compare", "ui.results",
         ("ui.evaluate", "ui.adapt", "ui.runs"), "ui", "app"]  # fmt: skip
RANKS = {name: rank for rank, names in enumerate(ORDER) for name in ([names] if isinstance(names, str) else names)}
HEAVY = {"torch", "transformers", "peft", "trl", "datasets", "evaluate", "sklearn", "ray", "httpx"}
HEAVY |= {"gradio", "plotly", "pandas"}
OF_THE_PAGE = {"gradio", "plotly", "pandas"}
FILES = [path for path in sorted((ROOT / "xlt_core").rglob("*.py")) if path.name != "__init__.py"]
FILES += [path for path in [ROOT / "app.py"] if path.exists()]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def module(path: Path) -> str:
    """Such as tasks.topic, catalog or app."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removeprefix("xlt_core.")


def place(name: str) -> str:
    """The layer of a module or of a folder: the longest beginning of its name that is one."""
    parts = name.split(".")
    return next((known for n in range(len(parts), 0, -1) if (known := ".".join(parts[:n])) in RANKS), "")


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


@cache
def own(path: Path) -> list[str]:
    """The modules of ours that a file imports."""
    return [name.removeprefix("xlt_core.") for name in imports(parsed(path)) if name.startswith("xlt_core.")]


def allowed(importer: str, imported: str) -> bool:
    """Whether one module may import another."""
    ours, theirs = place(importer), place(imported)
    if ours == theirs and ours in EXTENSIONS:
        return imported.split(".")[-1].startswith("_")
    return ours == theirs or RANKS[theirs] < RANKS[ours]


def top_level(tree: ast.Module) -> Iterator[ast.stmt]:
    """Statements that run at import, types for the checker aside."""
    for node in tree.body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.dump(node.test):
            yield from node.body
        elif not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.If):
            yield node


def test_left_never_imports_right():
    assert [module(path) for path in FILES if place(module(path)) not in RANKS] == [], "they have no layer"
    wrong = {module(path): [name for name in own(path) if not allowed(module(path), name)] for path in FILES}
    assert {importer: names for importer, names in wrong.items() if names} == {}


def test_heavy_packages_are_imported_where_they_are_used():
    at_import = {module(path): {found for node in top_level(parsed(path)) for found in imports(node)} for path in FILES}
    for start in (
        "__main__",
        "interface.calls",
        "ui.page",
        "app",
    ):  # what is loaded before `--help` answers and the page is served
        seen, ahead = set(), [start]
        while ahead:
            name = ahead.pop()
            seen.add(name)
            found = at_import[name]
            light = OF_THE_PAGE if name.startswith("ui.") else set()
            assert not {package.split(".")[0] for package in found} & (HEAVY - light), name
            ours = {inner.removeprefix("xlt_core.") for inner in found if inner.startswith("xlt_core.")}
            ahead += (ours & at_import.keys()) - seen


def test_a_file_says_what_it_is_for():
    first = {module(path): (ast.get_docstring(parsed(path)) or "").split("\n")[0] for path in FILES}
    assert [name for name, said in first.items() if not said.endswith((".", ":", ";", ",")) and len(said) <= 30] == []


def test_the_rules_catch_what_they_forbid():
    assert not allowed("records", "contracts") and not allowed("tasks.topic", "catalog")
    assert not allowed("tasks.topic", "tasks.ner") and not allowed("translators.seq2seq", "hosts.local")
    assert allowed("tasks.topic", "tasks._instructions") and allowed("datasets.world", "world.world")
    assert not allowed("ui.shared.html", "ui.compare.page") and not allowed("ui.runs.page", "ui.adapt.page")
    assert not allowed("world.world", "pocket.recipe") and allowed("ui.page", "ui.compare.columns")


def test_no_folder_is_a_heap():
    """A stranger reads a list of 22 names."""
    for folder in sorted({path.parent for path in FILES}):
        files = [path.name for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(files) <= (10 if folder.name == "xlt_core" else 22), folder


def test_no_circle():
    graph = {module(path): set(own(path)) for path in FILES}
    TopologicalSorter({name: imported - {name} for name, imported in graph.items()}).prepare()


def test_a_folder_names_what_other_folders_may_use():
    """The modules in its `__all__`; those of the folders of what one adds are found by the catalog."""
    for path, name in ((file, name) for file in FILES for name in own(file)):
        *folder, used = name.split(".")
        if folder and folder[0] not in EXTENSIONS and folder != module(path).split(".")[:-1]:
            init = ROOT.joinpath("xlt_core", *folder, "__init__.py")
            assert f'"{used}"' in listed(init), f"{'.'.join(folder)} does not name {used}, which {module(path)} imports"


@cache
def listed(init: Path) -> str:
    """The text of an `__init__` from its `__all__` on."""
    return init.read_text("utf-8").partition("__all__")[2]
